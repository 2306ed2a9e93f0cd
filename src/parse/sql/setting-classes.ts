/**
 * Settings that take a protection away or change how the server reads what it is sent, with the reason.
 * Every other setting is the session's own business. Source: PostgreSQL 18 documentation chapter 20.
 */
export interface SettingRisk {
  readonly because: string;
  /** The server would read SQL text or bytes differently than guard. */
  readonly lexer?: boolean;
  /** What the server writes to its log or audit trail changes. */
  readonly log?: boolean;
  /** The value is a shell command or a library that the server runs. */
  readonly program?: boolean;
}

/** The value as written; undefined for RESET and SET … TO DEFAULT, or when it is decided at run time. */
type Check = (value: string | undefined) => boolean;

const always: Check = () => true;
const unless =
  (...fine: readonly string[]): Check =>
  (value) =>
    value === undefined || !fine.includes(value.toLowerCase());

const NOT_ON: Check = unless('on', 'true', 'yes', '1', 't', 'tr', 'tru', 'y', 'ye');
const VALUES_OFF: Check = unless('off', 'false', 'no', '0', 'f', 'fa', 'fal', 'fals', 'n');

const LOG = 'changes what the server writes to its log';
const AUDIT = 'changes what the audit extension records';

const RISKS: Readonly<Record<string, readonly [Check, SettingRisk]>> = {
  standard_conforming_strings: [
    NOT_ON,
    { because: 'the server would read backslashes in strings differently than guard', lexer: true },
  ],
  client_encoding: [
    unless('utf8', 'utf-8', 'unicode', 'utf_8'),
    { because: 'the server would read bytes differently than guard', lexer: true },
  ],
  backslash_quote: [
    unless('off', 'false', 'no', '0', 'safe_encoding'),
    { because: 'quotes could be escaped in a way that depends on the encoding', lexer: true },
  ],
  escape_string_warning: [NOT_ON, { because: 'warnings about backslashes in strings are silenced' }],
  session_replication_role: [
    unless('origin', 'local'),
    { because: 'triggers and foreign keys stop being enforced' },
  ],
  row_security: [NOT_ON, { because: 'row level security policies no longer filter rows' }],
  default_transaction_read_only: [NOT_ON, { because: 'a read-only default is lifted' }],
  transform_null_equals: [VALUES_OFF, { because: 'comparisons with NULL mean something else' }],
  zero_damaged_pages: [VALUES_OFF, { because: 'damaged pages are silently emptied' }],
  ignore_checksum_failure: [VALUES_OFF, { because: 'corrupt pages are read as if they were sound' }],
  ignore_invalid_pages: [VALUES_OFF, { because: 'corrupt pages are skipped in recovery' }],
  ignore_system_indexes: [VALUES_OFF, { because: 'system indexes are bypassed' }],
  allow_system_table_mods: [VALUES_OFF, { because: 'system catalogs could be altered' }],
  allow_in_place_tablespaces: [VALUES_OFF, { because: 'a developer option that may damage the cluster' }],
  check_function_bodies: [NOT_ON, { because: 'function bodies are no longer checked when created' }],
  event_triggers: [NOT_ON, { because: 'event triggers stop firing' }],
  fsync: [NOT_ON, { because: 'a crash could destroy the database' }],
  full_page_writes: [NOT_ON, { because: 'a crash could destroy the database' }],
  lo_compat_privileges: [VALUES_OFF, { because: 'privileges of large objects are no longer checked' }],
  createrole_self_grant: [always, { because: 'roles that are created come with new memberships' }],
  password_encryption: [unless('scram-sha-256'), { because: 'passwords would be stored with a weaker hash' }],
  local_preload_libraries: [always, { because: 'libraries are loaded into the server', program: true }],
  session_preload_libraries: [always, { because: 'libraries are loaded into the server', program: true }],
  shared_preload_libraries: [always, { because: 'libraries are loaded into the server', program: true }],
  dynamic_library_path: [always, { because: 'libraries may be loaded from elsewhere', program: true }],
  extension_control_path: [always, { because: 'extensions may be loaded from elsewhere', program: true }],
  jit_provider: [always, { because: 'a library is loaded into the server', program: true }],
  archive_command: [always, { because: 'the server runs it as a shell command', program: true }],
  archive_library: [always, { because: 'a library is loaded into the server', program: true }],
  restore_command: [always, { because: 'the server runs it as a shell command', program: true }],
  archive_cleanup_command: [always, { because: 'the server runs it as a shell command', program: true }],
  recovery_end_command: [always, { because: 'the server runs it as a shell command', program: true }],
  ssl_passphrase_command: [always, { because: 'the server runs it as a shell command', program: true }],
  logging_collector: [always, { because: LOG, log: true }],
  track_activities: [NOT_ON, { because: 'other people no longer see what this session runs', log: true }],
  syslog_facility: [always, { because: LOG, log: true }],
  syslog_ident: [always, { because: LOG, log: true }],
};

/** `log_…` settings that only add detail for performance work. */
const HARMLESS_LOG = new Set([
  'log_parser_stats',
  'log_planner_stats',
  'log_executor_stats',
  'log_statement_stats',
  'log_temp_files',
]);

/** Why setting `name` (lower case) to `value` is a risk; undefined when it is not one. */
export function settingRisk(name: string, value: string | undefined): SettingRisk | undefined {
  if (HARMLESS_LOG.has(name)) return undefined;
  if (name === 'search_path') return searchPathRisk(value);
  if (name.startsWith('pgaudit.') || name.startsWith('auto_explain.')) return { because: AUDIT, log: true };
  if (name.startsWith('log_')) return { because: LOG, log: true };
  if (name === 'pg_stat_statements.track' && value?.toLowerCase() === 'none') {
    return { because: AUDIT, log: true };
  }
  const entry = Object.hasOwn(RISKS, name) ? RISKS[name] : undefined;
  return entry?.[0](value) ? entry[1] : undefined;
}

/** `pg_catalog` after another schema, or `pg_temp` first, lets other functions stand in for PostgreSQL's own. */
function searchPathRisk(value: string | undefined): SettingRisk | undefined {
  const schemas = (value ?? '').split(',').map((schema) => schema.trim().replaceAll('"', '').toLowerCase());
  if (schemas.indexOf('pg_catalog') > 0) {
    return { because: "functions in another schema could stand in for PostgreSQL's own" };
  }
  const temporary = schemas.findIndex((schema) => schema.startsWith('pg_temp'));
  const last = schemas.length - 1;
  if (temporary !== -1 && (temporary === 0 || temporary < last)) {
    return { because: 'temporary tables could stand in for real ones' };
  }
  return undefined;
}
