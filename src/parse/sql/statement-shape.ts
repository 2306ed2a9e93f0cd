import type { SqlStatement } from '../../model/sql.ts';

/** Where a node stands in its text. */
const PLACES = new Set([
  'location',
  'stmt_location',
  'name_location',
  'stmt_len',
  'rexpr_list_start',
  'rexpr_list_end',
  'list_start',
  'list_end',
]);

/**
 * What a statement says, whatever its white space and comments: equal shapes are the same statement with the same
 * constants. psql sends the same statement with or without its comments, depending on its version.
 */
export function statementShape(statement: SqlStatement): string {
  return JSON.stringify(statement.tree, (key, value: unknown) => (PLACES.has(key) ? undefined : value)) ?? '';
}
