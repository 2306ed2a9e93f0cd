import type { CatalogRelation, CatalogSnapshot } from '../model/catalog.ts';
import type { WriteScale } from '../model/facts.ts';
import type { Estimate, EstimateQuery, TakenQuery, TakenRows } from '../model/judge.ts';
import { present } from '../model/present.ts';
import type { SqlEffect, SqlStatement } from '../model/sql.ts';
import { TAKEN_LIMIT, takenRowsQuery } from '../parse/sql/taken-rows.ts';
import { type KeySpread, spreadKeys } from './key-spread.ts';
import { rowChanges } from './reached.ts';

/** Tables whose rows are counted for one statement; further ones are told without a number. */
const MOST_COUNTED = 8;

function namesOf(relation: CatalogRelation | undefined, numbers: readonly number[] = []): readonly string[] {
  return numbers.flatMap((number) => relation?.columns.find((each) => each.number === number)?.name ?? []);
}

/** The foreign keys that take rows of other tables along with the very rows that the effect changes. */
export function nearestKeys(effect: SqlEffect, catalog: CatalogSnapshot): readonly KeySpread[] {
  if (effect.kind !== 'delete' && effect.kind !== 'update') return [];
  return rowChanges(effect, catalog).flatMap((change) =>
    spreadKeys(change, catalog).spread.filter(({ key }) => key.to === change.relation.oid),
  );
}

function queryOf(
  statement: SqlStatement,
  { key, relation }: KeySpread,
  catalog: CatalogSnapshot,
): TakenQuery | undefined {
  const target = catalog.relations.find(({ oid }) => oid === key.to);
  const columns = namesOf(relation, key.columns);
  const referenced = namesOf(target, key.referenced);
  if (columns.length === 0 || columns.length !== referenced.length) return undefined;
  const { schema, name } = relation;
  const count = takenRowsQuery(statement, { schema, name, columns, referenced });
  return count === undefined ? undefined : { from: key.from, count, countLimit: TAKEN_LIMIT };
}

/** The same query, and how many rows of other tables go with those that it counts. */
export function withTakenRows(
  query: EstimateQuery,
  statement: SqlStatement,
  catalog: CatalogSnapshot | undefined,
): EstimateQuery {
  if (catalog === undefined) return query;
  const taken = statement.effects
    .flatMap((effect) => nearestKeys(effect, catalog))
    .slice(0, MOST_COUNTED)
    .flatMap((spread) => queryOf(statement, spread, catalog) ?? []);
  return { ...query, ...present({ taken: taken.length === 0 ? undefined : taken }) };
}

/** What is known of the rows that a key takes along. */
export function takenBy({ key }: KeySpread, estimate: Estimate | undefined): TakenRows | undefined {
  return estimate?.taken?.find(({ from }) => from === key.from);
}

/** How large the writes of other tables are that foreign keys bring about; without a number none is small. */
export function takenScales(
  effect: SqlEffect,
  world: { readonly catalog: CatalogSnapshot | undefined; readonly estimate: Estimate | undefined },
  scaleOfRows: (rows: number, of: number | undefined) => WriteScale,
): readonly WriteScale[] {
  const { catalog, estimate } = world;
  if (catalog === undefined) return [];
  const keys = nearestKeys(effect, catalog);
  const rows = keys.map((spread) => takenBy(spread, estimate)?.rows);
  const all = rows.reduce<number>((sum, each) => sum + (each ?? 0), estimate?.rows ?? 0);
  const each = keys.map(({ relation }, index): WriteScale => {
    const known = rows[index];
    const of = relation.rows < 0 ? undefined : relation.rows;
    return known === undefined ? 'medium' : scaleOfRows(known, of);
  });
  return keys.length === 0 ? [] : [...each, scaleOfRows(all, undefined)];
}
