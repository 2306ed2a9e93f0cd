import type { CatalogColumn, CatalogSnapshot } from '../model/catalog.ts';
import type { ColumnOrigin } from '../model/lineage.ts';

/** The class of a column that was filled with classed values: whatever it was called, it may hold any of them. */
const CLASS = 'phi.text';

function filled(column: CatalogColumn): CatalogColumn {
  return {
    ...column,
    class: CLASS,
    source: 'sample',
    confidence: 1,
    unsure: false,
    why: 'filled from classed columns in this session',
  };
}

/** The snapshot with columns that this session filled from classed ones classed too. A class they have stays. */
export function applyFilled(snapshot: CatalogSnapshot, columns: readonly ColumnOrigin[]): CatalogSnapshot {
  if (columns.length === 0) return snapshot;
  const wanted = new Set(columns.map(({ relation, column }) => `${relation}.${column}`));
  return {
    ...snapshot,
    version: `${snapshot.version}~${columns.length}`,
    relations: snapshot.relations.map((relation) => ({
      ...relation,
      columns: relation.columns.map((column) => {
        const isOpen = column.class === undefined || column.unsure;
        return isOpen && wanted.has(`${relation.oid}.${column.number}`) ? filled(column) : column;
      }),
    })),
  };
}
