/**
 * Built-in functions that guard lets the server evaluate on its own behalf (a count of the rows that a WHERE
 * names): immutable or stable in pg_proc.dat, no side effects, no access to files, settings or other data.
 */
const NAMES =
  'abs age array_append array_length array_position array_prepend array_remove array_to_string array_upper ascii ' +
  'btrim cardinality ceil ceiling char_length character_length chr concat concat_ws date date_part date_trunc div ' +
  'exp extract floor format initcap isfinite json_array_length json_extract_path json_extract_path_text ' +
  'jsonb_array_length jsonb_exists jsonb_extract_path jsonb_extract_path_text jsonb_typeof json_typeof left length ' +
  'like_escape ln log lower lpad ltrim make_date make_interval make_timestamp md5 mod now octet_length overlay ' +
  'position power regexp_count regexp_like regexp_match regexp_replace regexp_substr repeat replace reverse right ' +
  'round rpad rtrim sign similar_to_escape split_part sqrt starts_with statement_timestamp string_to_array strpos ' +
  'substr substring timezone to_char to_date to_number to_timestamp transaction_timestamp translate trim trunc upper ' +
  'count min max sum avg bool_and bool_or array_agg string_agg justify_days justify_hours justify_interval ' +
  'num_nulls num_nonnulls nullif coalesce';

const CALM = new Set(NAMES.split(' '));

/** True for a call written without a schema or with pg_catalog, of a function known to be calm. */
export function isCalmFunction(parts: readonly string[]): boolean {
  const name = parts.at(-1) ?? '';
  const schema = parts.at(-2);
  return CALM.has(name) && (schema === undefined || schema === 'pg_catalog');
}
