import type { CatalogColumn, CatalogRelation, CatalogSnapshot } from '../model/catalog.ts';

/** Levels of partitions and inheritance that are followed; PostgreSQL has no limit, schemas have two or three. */
const MAX_LEVELS = 8;

/**
 * Gives children (partitions, inheriting tables) what is known of their parents' columns: a partition is read under
 * its own name, which says nothing (`p_2026_11`). A child's own label stays; a parent's label or class beats a guess.
 */
export function inheritClasses(snapshot: CatalogSnapshot): CatalogSnapshot {
  if (snapshot.relations.every((relation) => relation.parents.length === 0)) return snapshot;
  let relations = snapshot.relations;
  for (let level = 0; level < MAX_LEVELS; level++) {
    const known = new Map(relations.map((relation) => [relation.oid, relation]));
    const next = relations.map((relation) => inherit(relation, known));
    if (next.every((relation, at) => relation === relations[at])) break;
    relations = next;
  }
  return { ...snapshot, relations };
}

function inherit(relation: CatalogRelation, known: ReadonlyMap<number, CatalogRelation>): CatalogRelation {
  const parents = relation.parents.flatMap((oid) => known.get(oid) ?? []);
  const columns = relation.columns.map((column) => inheritColumn(column, parents));
  return columns.every((column, at) => column === relation.columns[at]) ? relation : { ...relation, columns };
}

function inheritColumn(column: CatalogColumn, parents: readonly CatalogRelation[]): CatalogColumn {
  if (column.source === 'label') return column;
  for (const parent of parents) {
    const above = parent.columns.find(({ name }) => name === column.name);
    if (above === undefined || !beats(above, column)) continue;
    const { class: dataClass, source, confidence, unsure } = above;
    return {
      ...column,
      class: dataClass,
      source,
      confidence,
      unsure,
      why: `${above.why} (from ${parent.name})`,
    };
  }
  return column;
}

function beats(above: CatalogColumn, column: CatalogColumn): boolean {
  if (above.source === 'label') return true;
  return above.class !== undefined && above.class !== column.class && above.confidence > column.confidence;
}
