import type { CatalogColumn, CatalogRelation, CatalogSnapshot } from '../model/catalog.ts';

/** Relations and columns of a snapshot by number, made once per snapshot. */
export interface CatalogIndex {
  readonly snapshot: CatalogSnapshot;
  relation(oid: number): CatalogRelation | undefined;
  column(oid: number, number: number): CatalogColumn | undefined;
}

export function indexCatalog(snapshot: CatalogSnapshot): CatalogIndex {
  const relations = new Map(snapshot.relations.map((relation) => [relation.oid, relation]));
  const columns = new Map(
    snapshot.relations.map((relation) => [
      relation.oid,
      new Map(relation.columns.map((column) => [column.number, column])),
    ]),
  );
  return {
    snapshot,
    relation: (oid) => relations.get(oid),
    column: (oid, number) => columns.get(oid)?.get(number),
  };
}
