import type { CatalogRelation, CatalogSnapshot, ForeignKey } from '../model/catalog.ts';
import type { SqlEffect, SqlStatement } from '../model/sql.ts';
import { relationName } from './catalog-lookup.ts';
import { relationsOf } from './effect-relations.ts';
import { type KeySpread, spreadKeys } from './key-spread.ts';
import type { Reached } from './reached.ts';
import { rowChanges } from './reached.ts';
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

function keyLines(effect: SqlEffect, catalog: CatalogSnapshot): readonly string[] {
  if (effect.kind === 'truncate' && !effect.cascade) return [];
  return rowChanges(effect, catalog).flatMap((change) => {
    const { spread, deeper } = spreadKeys(change, catalog);
    const by = change.change === 'update' ? 'update' : 'delete';
    const told = spread.map((each) => describeKey(each, by));
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
  reached: readonly Reached[],
): readonly string[] {
  if (catalog === undefined) return [];
  const own = statement.effects.flatMap((effect) => [
    ...keyLines(effect, catalog),
    ...belowLines(effect, catalog),
  ]);
  return [...new Set([...own, ...reached.flatMap(reachedLine)])];
}
