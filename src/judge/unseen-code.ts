import type { CatalogFunction, CatalogSnapshot } from '../model/catalog.ts';
import type { SqlEffect, SqlStatement } from '../model/sql.ts';
import { riskyFunction } from './user-functions.ts';

/** Words without which a function body neither changes the schema nor gives a name of the session anew. */
const CHANGES_MEANING =
  /\b(?:execute|prepare|deallocate|discard|cursor|refcursor|open|create|alter|drop|call|do|set|set_config)\b/i;

function mayChangeMeaning({ body }: CatalogFunction): boolean {
  return body === undefined || CHANGES_MEANING.test(body);
}

/** EXECUTE still stands among the effects where nobody knows what it runs. */
function isUnseen(effect: SqlEffect): boolean {
  if (effect.kind === 'prepared') return effect.action === 'execute';
  return effect.kind === 'dynamic' || effect.kind === 'unknown';
}

/**
 * True when a statement runs code whose statements guard does not see: afterwards tables, prepared statements and
 * cursors may be others than guard knows. Functions that are called by such a function are not followed.
 */
export function runsUnseenCode(statement: SqlStatement, catalog: CatalogSnapshot | undefined): boolean {
  if (statement.effects.some(isUnseen)) return true;
  if (catalog === undefined) return false;
  return statement.functions.some((use) => {
    const called = riskyFunction(use, catalog);
    return called !== undefined && mayChangeMeaning(called);
  });
}
