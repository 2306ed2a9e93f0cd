import type { CatalogRelation, CatalogSnapshot } from '../model/catalog.ts';
import type { RelationRef } from '../model/sql.ts';
import { readSimpleView, type SimpleView } from '../parse/sql/simple-view.ts';
import { findRelation, relationByOid, relationName } from './catalog-lookup.ts';

/** Views of views, and tables that inherit from tables, are followed so far. */
const DEEPEST = 16;
/** Partitions and inheriting tables beyond these are not named. */
const MOST_BELOW = 200;

const children = new WeakMap<CatalogSnapshot, ReadonlyMap<number, readonly CatalogRelation[]>>();

function childrenOf(catalog: CatalogSnapshot, oid: number): readonly CatalogRelation[] {
  let known = children.get(catalog);
  if (known === undefined) {
    const made = new Map<number, CatalogRelation[]>();
    for (const relation of catalog.relations)
      for (const parent of relation.parents) made.set(parent, [...(made.get(parent) ?? []), relation]);
    children.set(catalog, made);
    known = made;
  }
  return known.get(oid) ?? [];
}

const views = new WeakMap<CatalogRelation, SimpleView | 'no'>();

function viewOf(relation: CatalogRelation): SimpleView | undefined {
  if (relation.kind !== 'view' || relation.definition === undefined) return undefined;
  const known = views.get(relation) ?? readSimpleView(relation.definition) ?? 'no';
  views.set(relation, known);
  return known === 'no' ? undefined : known;
}

/** The relation itself, what inherits from it (partitions too), and the tables behind it when it is a view. */
export function relationsBelow(ref: RelationRef, catalog: CatalogSnapshot): readonly CatalogRelation[] {
  const start = findRelation(catalog, ref);
  if (start === undefined) return [];
  const found = new Set([start]);
  // A set gives what is added while it is walked.
  for (const relation of found) {
    if (found.size > MOST_BELOW) break;
    for (const child of childrenOf(catalog, relation.oid)) found.add(child);
    const base = viewOf(relation)?.relation;
    const behind = base === undefined ? undefined : findRelation(catalog, base);
    if (behind !== undefined) found.add(behind);
  }
  return [...found];
}

/** Every column of a relation. */
const EVERY = '*';

interface Place {
  readonly relation: CatalogRelation;
  readonly column: string;
}

/** Where a column of one relation is stored or seen too: parts of a table, the table it is a part of, the table behind a view. */
function placesOf(start: Place, catalog: CatalogSnapshot): readonly Place[] {
  const found = new Map<CatalogRelation, Place>();
  visit(start, { catalog, found, way: 'both' }, DEEPEST);
  return [...found.values()];
}

interface Visit {
  readonly catalog: CatalogSnapshot;
  readonly found: Map<CatalogRelation, Place>;
  /** What inherits from a parent is not changed with a child. */
  readonly way: 'both' | 'up' | 'down';
}

function visit(place: Place, into: Visit, depth: number): void {
  const { catalog, found, way } = into;
  const { relation, column } = place;
  if (depth === 0 || found.has(relation) || found.size > MOST_BELOW) return;
  found.set(relation, place);
  const parents = way === 'down' ? [] : relation.parents.map((parent) => relationByOid(catalog, parent));
  for (const above of parents)
    if (above !== undefined) visit({ relation: above, column }, { ...into, way: 'up' }, depth - 1);
  for (const child of way === 'up' ? [] : childrenOf(catalog, relation.oid))
    visit({ relation: child, column }, { ...into, way: 'down' }, depth - 1);
  const view = viewOf(relation);
  const behind = view === undefined ? undefined : findRelation(catalog, view.relation);
  if (view === undefined || behind === undefined) return;
  visit(
    { relation: behind, column: behindView(relation, view, column) },
    { ...into, way: 'both' },
    depth - 1,
  );
}

/** The name that a view's column has in its table; every column where that can't be told. */
function behindView(view: CatalogRelation, { columns }: SimpleView, column: string): string {
  if (column === EVERY || columns === 'same') return column;
  return columns[view.columns.findIndex(({ name }) => name === column)] ?? EVERY;
}

function generatedFrom({ relation, column }: Place): readonly Place[] {
  if (column === EVERY) return [];
  return relation.columns
    .filter(({ name, generated }) => name !== column && generated?.includes(column))
    .map(({ name }) => ({ relation, column: name }));
}

function named(places: readonly Place[]): readonly string[] {
  return places.map(({ relation, column }) => `${relationName(relation)}.${column}`);
}

/**
 * What a write of `columns` changes: one list for each column, with every name under which that column may be written
 * (`v.state` and `claims.status`; `claims_2026.amount` and `claims.amount`). Columns generated from a changed one count.
 */
export function writtenColumns(
  ref: RelationRef,
  columns: readonly string[] | 'all',
  catalog: CatalogSnapshot | undefined,
): readonly (readonly string[])[] {
  const relation = findRelation(catalog, ref);
  return (columns === 'all' ? [EVERY] : columns).flatMap((column) => {
    if (catalog === undefined || relation === undefined) return [[`${relationName(ref)}.${column}`]];
    const places = placesOf({ relation, column }, catalog);
    const generated = places.flatMap(generatedFrom).map((place) => named(placesOf(place, catalog)));
    return [named(places), ...generated];
  });
}
