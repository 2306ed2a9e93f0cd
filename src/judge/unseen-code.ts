import type { CatalogSnapshot } from '../model/catalog.ts';
import type { SqlEffect, SqlStatement } from '../model/sql.ts';
import { reachedBy } from './reached.ts';

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
