import { type CodeReach, codeReach, mayRead } from '../catalog/code-reach.ts';
import type { CatalogSnapshot } from '../model/catalog.ts';
import type { SqlEffect, SqlStatement } from '../model/sql.ts';
import { findRelation } from './catalog-lookup.ts';
import { reachedBy } from './reached.ts';
import { touchedRelations } from './write-scale.ts';

/** EXECUTE still stands among the effects where nobody knows what it runs. */
function isUnseen(effect: SqlEffect): boolean {
  if (effect.kind === 'prepared') return effect.action === 'execute';
  return effect.kind === 'dynamic' || effect.kind === 'unknown';
}

/** Effects after which names may stand for something else, or a name of the session is given anew. */
function changesMeaning(effect: SqlEffect): boolean {
  switch (effect.kind) {
    case 'create':
    case 'alter':
    case 'drop':
    case 'prepared':
    case 'cursor':
    case 'session':
    case 'role':
    case 'setting':
    case 'server-control':
    case 'remote':
      return true;
    default:
      return isUnseen(effect);
  }
}

/**
 * True when a statement runs code after which tables, prepared statements and cursors may be others than guard knows:
 * code that guard does not see, or functions and triggers that change such things.
 */
export function runsUnseenCode(statement: SqlStatement, catalog: CatalogSnapshot | undefined): boolean {
  if (statement.effects.some(isUnseen)) return true;
  return reachedBy(statement, catalog).some(
    ({ effects, unread }) => unread !== undefined || effects.some(changesMeaning),
  );
}

/**
 * True when such code may read classed values, so that nobody knows where it puts them: a DO block, a function or
 * procedure of the database's own, or a trigger or rule of a table that is written.
 */
export function runsReader(statement: SqlStatement, catalog: CatalogSnapshot | undefined): boolean {
  const isPlain = statement.functions.length === 0 && !statement.effects.some(isUnseen);
  if (catalog === undefined) return !isPlain && statement.effects.some(isUnseen);
  const reach = codeReach(catalog);
  return (
    statement.effects.some((effect) => isReading(effect, reach)) ||
    statement.functions.some(
      ({ name, schema }) => schema !== 'pg_catalog' && reach.readers.has(name.toLowerCase()),
    ) ||
    firesReader(statement, catalog, reach)
  );
}

function isReading(effect: SqlEffect, reach: CodeReach): boolean {
  if (effect.kind !== 'dynamic') return isUnseen(effect);
  // A setting whose name is computed takes a value of the statement's own, which is followed like any other.
  if (effect.by.startsWith('CALL ') || effect.by === 'set_config') return false;
  return effect.body === undefined || mayRead(effect.body, reach);
}

function firesReader(statement: SqlStatement, catalog: CatalogSnapshot, reach: CodeReach): boolean {
  return touchedRelations(statement).some((ref) =>
    findRelation(catalog, ref)?.triggers.some((trigger) =>
      reach.readers.has(trigger.function.slice(trigger.function.lastIndexOf('.') + 1).toLowerCase()),
    ),
  );
}
