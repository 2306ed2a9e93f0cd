import type { CatalogColumn, CatalogSnapshot } from '../model/catalog.ts';
import type { ColumnOrigin } from '../model/lineage.ts';

/** The class of a column that was filled with classed values: whatever it was called, it may hold any of them. */
const CLASS = 'phi.text';

function filled(column: CatalogColumn, why: string): CatalogColumn {
  return {
    ...column,
    class: CLASS,
    source: 'sample',
    confidence: 1,
    unsure: false,
    why,
  };
}

/** The snapshot with columns that were filled from classed ones classed too. A class they have stays. */
export function applyFilled(
  snapshot: CatalogSnapshot,
  columns: readonly ColumnOrigin[],
  why: string,
): CatalogSnapshot {
  if (columns.length === 0) return snapshot;
  const wanted = new Set(columns.map(({ relation, column }) => `${relation}.${column}`));
  return {
    ...snapshot,
    version: `${snapshot.version}~${columns.length}`,
    relations: snapshot.relations.map((relation) => ({
      ...relation,
      columns: relation.columns.map((column) => {
        const isOpen = column.source !== 'label' && (column.class === undefined || column.unsure);
        return isOpen && wanted.has(`${relation.oid}.${column.number}`) ? filled(column, why) : column;
      }),
    })),
  };
}
