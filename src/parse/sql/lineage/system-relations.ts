import { CHANGED_RELATIONS, LATER_RELATIONS, STEADY_RELATIONS } from './system-columns.ts';

/** One relation of pg_catalog or information_schema. */
export interface SystemRelation {
  readonly names: readonly string[];
  /** False when versions of PostgreSQL differ: other columns may exist. */
  readonly steady: boolean;
  /** Columns that show values of tables, statements of others, passwords or connection strings. */
  readonly telling: ReadonlySet<string>;
}

const TELLING: Readonly<Record<string, string>> = {
  pg_attribute: 'attmissingval',
  pg_authid: 'rolpassword',
  pg_backend_memory_contexts: 'ident',
  pg_cursors: 'statement',
  pg_db_role_setting: 'setconfig',
  pg_file_settings: 'setting',
  pg_foreign_server: 'srvoptions',
  pg_hba_file_rules: 'options',
  pg_largeobject: 'data',
  pg_locks: 'classid objid',
  pg_prepared_statements: 'statement',
  pg_roles: 'rolconfig',
  pg_settings: 'setting reset_val',
  pg_shadow: 'passwd useconfig',
  pg_stat_activity: 'query',
  pg_stat_wal_receiver: 'conninfo',
  pg_statistic: 'stavalues1 stavalues2 stavalues3 stavalues4 stavalues5',
  pg_statistic_ext_data: 'stxdmcv stxdexpr',
  pg_stats:
    'most_common_vals histogram_bounds most_common_elems range_length_histogram range_bounds_histogram',
  pg_stats_ext: 'most_common_vals',
  pg_stats_ext_exprs:
    'most_common_vals histogram_bounds most_common_elems range_length_histogram range_bounds_histogram',
  pg_subscription: 'subconninfo',
  pg_user: 'useconfig',
  pg_user_mapping: 'umoptions',
  pg_user_mappings: 'umoptions',
  'information_schema.foreign_server_options': 'option_value',
  'information_schema.user_mapping_options': 'option_value',
};

const BY_NAME = new Map<string, SystemRelation>();

function addAll(lines: string, steady: boolean): void {
  for (const line of lines.trim().split('\n')) {
    const [name = '', ...names] = line.split(' ');
    const telling = Object.hasOwn(TELLING, name) ? (TELLING[name] ?? '').split(' ') : [];
    BY_NAME.set(name, { names, steady, telling: new Set(telling) });
  }
}

addAll(STEADY_RELATIONS, true);
addAll(CHANGED_RELATIONS, false);
addAll(LATER_RELATIONS, false);

/** The relation of that name in `pg_catalog` (also where no schema is written) or `information_schema`. */
export function systemRelation(schema: string | undefined, name: string): SystemRelation | undefined {
  if (schema === undefined || schema === 'pg_catalog') return BY_NAME.get(name);
  return schema === 'information_schema' ? BY_NAME.get(`information_schema.${name}`) : undefined;
}
