import type { CatalogSnapshot } from '../../model/catalog.ts';
import { DATA_CLASSES, type DataClass } from '../../model/data-class.ts';

/** Every class that a column of the database has; all there are where the database is not known. */
export function classesOf(catalog: CatalogSnapshot | undefined): readonly DataClass[] {
  if (catalog?.complete !== true) return DATA_CLASSES;
  const columns = catalog.relations.flatMap((relation) => relation.columns);
  return [...new Set(columns.flatMap((column) => column.class ?? []))];
}
