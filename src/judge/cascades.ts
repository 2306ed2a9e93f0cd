import type { CatalogRelation, CatalogSnapshot, ForeignKey } from '../model/catalog.ts';
import type { Estimate } from '../model/judge.ts';
import type { SqlEffect, SqlStatement } from '../model/sql.ts';
import { relationName } from './catalog-lookup.ts';
import { relationsOf } from './effect-relations.ts';
import { type KeySpread, spreadKeys } from './key-spread.ts';
import type { Reached } from './reached.ts';
import { rowChanges } from './reached.ts';
import { takenBy } from './taken-rows.ts';
import { relationsBelow } from './write-target.ts';

/** Inheriting tables and partitions named; the others are counted. */
const SHOWN_BELOW = 3;

function rowsOf(relation: CatalogRelation): string {
  return relation.rows < 0
    ? 'never analyzed'
    : `about ${Math.round(relation.rows).toLocaleString('en-US')} rows`;
}

function actionOf(key: ForeignKey, { change }: KeySpread, by: 'update' | 'delete'): string {
  if (change === 'truncate') return 'is emptied too';
  const action = by === 'update' ? key.onUpdate : key.onDelete;
  if (action !== 'cascade') return `columns become ${action.slice(4)}`;
  return by === 'update' ? 'rows follow' : 'rows are deleted too';
}

function describeKey(spread: KeySpread, by: 'update' | 'delete'): string {
  const { key, relation } = spread;
  return `${relationName(relation)} (${rowsOf(relation)}): ${actionOf(key, spread, by)} by ${key.name}`;
}

const HOW = { counted: '', planned: 'about ', 'at-least': 'at least ' } as const;

/** "1,204 rows of notes are deleted too by notes_fkey": undefined where they were not counted. */
function describeTaken(spread: KeySpread, told: Told): string | undefined {
  const { rows, how = 'counted' } = takenBy(spread, told.estimate) ?? {};
  if (rows === undefined) return undefined;
  const { key, relation, change } = spread;
  const amount = `${HOW[how]}${Math.round(rows).toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`;
  const further = change === 'delete' && hasFurther(spread, told.catalog) ? ', and what hangs on them' : '';
  return `${amount} of ${relationName(relation)}: ${actionOf(key, spread, told.by)} by ${key.name}${further}`;
}

function hasFurther({ relation, change }: KeySpread, catalog: CatalogSnapshot): boolean {
  return spreadKeys({ relation, change, columns: 'all' }, catalog).spread.length > 0;
}

interface Told {
  readonly by: 'update' | 'delete';
  readonly catalog: CatalogSnapshot;
  readonly estimate: Estimate | undefined;
}

function keyLines(
  effect: SqlEffect,
  catalog: CatalogSnapshot,
  estimate: Estimate | undefined,
): readonly string[] {
  if (effect.kind === 'truncate' && !effect.cascade) return [];
  return rowChanges(effect, catalog).flatMap((change) => {
    const { spread, deeper } = spreadKeys(change, catalog);
    const by = change.change === 'update' ? 'update' : 'delete';
    const nearest = (each: KeySpread) => each.key.to === change.relation.oid;
    const told = spread.map(
      (each) =>
        (nearest(each) ? describeTaken(each, { by, catalog, estimate }) : undefined) ?? describeKey(each, by),
    );
    return deeper ? [...told, 'and further tables'] : told;
  });
}

/** Parts of a table that a change of it reaches. */
function belowLines(effect: SqlEffect, catalog: CatalogSnapshot): readonly string[] {
  if (effect.kind !== 'update' && effect.kind !== 'delete' && effect.kind !== 'truncate') return [];
  return rowChanges(effect, catalog).flatMap(({ relation }) => {
    const below = relationsBelow(relation, catalog).filter(
      (each) => each !== relation && each.kind !== 'view' && relation.kind !== 'view',
    );
    if (below.length === 0) return [];
    const names = below.slice(0, SHOWN_BELOW).map(relationName);
    const more = below.length > SHOWN_BELOW ? ` and ${below.length - SHOWN_BELOW} more` : '';
    const parts = relation.kind === 'partitioned' ? 'partitions' : 'tables that inherit';
    return [`${parts} of ${relationName(relation)}: ${names.join(', ')}${more}`];
  });
}

const WRITES: ReadonlySet<SqlEffect['kind']> = new Set([
  'insert',
  'update',
  'delete',
  'truncate',
  'copy-in',
  'create',
  'alter',
  'drop',
]);

function namesOf(effects: readonly SqlEffect[]): string {
  return [...new Set(effects.flatMap(relationsOf).map(relationName))].join(', ');
}

function doing({ effects, unread }: Reached): string {
  if (unread !== undefined) return `what it does can't be told: ${unread.because}`;
  const written = namesOf(effects.filter(({ kind }) => WRITES.has(kind)));
  if (written !== '') return `writes ${written}`;
  const read = namesOf(effects);
  return read === '' ? 'touches no other table' : `reads ${read}`;
}

function reachedLine(reached: Reached): readonly string[] {
  const { how, via, on, effects } = reached;
  if (how === 'fires') return [`fires ${via} on ${on} (${doing(reached)})`];
  if (how === 'rewrites') return [`rule ${via} rewrites it on ${on} (${doing(reached)})`];
  return effects.length === 0 ? [] : [`calls ${via} (${doing(reached)})`];
}

/** What else would change: foreign keys that spread the change, parts of a table, triggers, rules and functions, as people read it. */
export function cascadesOf(
  statement: SqlStatement,
  catalog: CatalogSnapshot | undefined,
  known: { readonly reached: readonly Reached[]; readonly estimate: Estimate | undefined },
): readonly string[] {
  if (catalog === undefined) return [];
  const { reached, estimate } = known;
  const own = statement.effects.flatMap((effect) => [
    ...keyLines(effect, catalog, estimate),
    ...belowLines(effect, catalog),
  ]);
  return [...new Set([...own, ...reached.flatMap(reachedLine)])];
}
