/** Statements of one client on one connection, one after the other whatever becomes of them. */
export type Attack = readonly [string, ...string[]];

/**
 * First statements of attacks that give no secret in one piece without guard either: letter by letter, or by a way that
 * this server has closed. Every other attack must show one when it goes straight to the server.
 */
const QUIET: readonly string[] = [
  'SELECT chr(ascii(',
  'SELECT get_byte(',
  'SELECT regexp_split_to_table(last_name',
  'CREATE SERVER',
  'CREATE TABLE j1',
  "SELECT * FROM dblink('dbname",
  'SELECT * FROM xpath_table',
  "SELECT pg_get_viewdef('v_members'",
  "COPY members TO '/tmp",
  'ALTER TABLE gadgets ENABLE ROW LEVEL',
  'CREATE FUNCTION f6',
  'INSERT INTO members(id, last_name) SELECT 1',
];

export function isQuiet([first]: Attack): boolean {
  return QUIET.some((start) => first.startsWith(start));
}
