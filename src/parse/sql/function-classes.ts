/**
 * What PostgreSQL's own functions (and those of its contrib modules) can do beyond computing a value.
 * Names are matched whatever the schema: a user function of the same name is treated as the dangerous one.
 * Sources: PostgreSQL 18 documentation chapter 9 and appendix F; pg_proc.dat for which of them are volatile.
 */
export type FunctionClass =
  | { readonly kind: 'server-file'; readonly access: 'read' | 'write' }
  | { readonly kind: 'server-program' }
  | { readonly kind: 'server-control' }
  | { readonly kind: 'remote' }
  | { readonly kind: 'log-tamper' }
  | { readonly kind: 'secret-read' }
  | { readonly kind: 'session' }
  | { readonly kind: 'set-config' }
  | { readonly kind: 'set-sequence' }
  /** Runs a query given as text; `text` is the position of that argument, absent when it names a table or a cursor. */
  | { readonly kind: 'dynamic'; readonly text?: number }
  | { readonly kind: 'large-object'; readonly access: 'read' | 'write' | 'delete' };

const FILE_READ: FunctionClass = { kind: 'server-file', access: 'read' };
const FILE_WRITE: FunctionClass = { kind: 'server-file', access: 'write' };
const CONTROL: FunctionClass = { kind: 'server-control' };
const REMOTE: FunctionClass = { kind: 'remote' };
const SESSION: FunctionClass = { kind: 'session' };
const TAMPER: FunctionClass = { kind: 'log-tamper' };
const SECRET: FunctionClass = { kind: 'secret-read' };
const QUERY_TEXT: FunctionClass = { kind: 'dynamic', text: 0 };
const QUERY_BY_NAME: FunctionClass = { kind: 'dynamic' };
const OBJECT_READ: FunctionClass = { kind: 'large-object', access: 'read' };
const OBJECT_WRITE: FunctionClass = { kind: 'large-object', access: 'write' };

const GROUPS: readonly (readonly [FunctionClass, string])[] = [
  [
    FILE_READ,
    'pg_read_file pg_read_file_old pg_read_binary_file pg_read_file_all pg_read_file_off_len pg_stat_file pg_file_read ' +
      'pg_file_length pg_logdir_ls lo_import',
  ],
  [FILE_WRITE, 'lo_export pg_file_write pg_file_rename pg_file_unlink pg_file_sync'],
  [
    CONTROL,
    'pg_sync_replication_slots pg_terminate_backend pg_cancel_backend pg_reload_conf pg_rotate_logfile pg_rotate_logfile_old pg_promote ' +
      'pg_switch_wal pg_create_restore_point pg_backup_start pg_backup_stop pg_start_backup pg_stop_backup ' +
      'pg_wal_replay_pause pg_wal_replay_resume pg_create_physical_replication_slot ' +
      'pg_create_logical_replication_slot pg_drop_replication_slot pg_copy_physical_replication_slot ' +
      'pg_copy_logical_replication_slot pg_replication_slot_advance pg_replication_origin_create ' +
      'pg_replication_origin_drop pg_replication_origin_advance pg_replication_origin_session_setup ' +
      'pg_replication_origin_session_reset pg_replication_origin_xact_setup pg_replication_origin_xact_reset ' +
      'pg_logical_slot_get_changes pg_logical_slot_get_binary_changes pg_logical_slot_peek_changes ' +
      'pg_logical_slot_peek_binary_changes pg_logical_emit_message pg_log_standby_snapshot ' +
      'pg_log_backend_memory_contexts pg_import_system_collations pg_extension_config_dump ' +
      'pg_nextoid pg_stop_making_pinned_objects pg_prewarm pg_buffercache_evict pg_surgery heap_force_kill ' +
      'heap_force_freeze pg_truncate_visibility_map pg_set_relation_stats pg_restore_relation_stats ' +
      'pg_restore_attribute_stats pg_clear_relation_stats pg_clear_attribute_stats binary_upgrade_set_next_oid',
  ],
  [
    REMOTE,
    'postgres_fdw_disconnect postgres_fdw_disconnect_all postgres_fdw_get_connections ' +
      'pg_create_subscription http http_get http_post http_put http_delete http_head http_patch',
  ],
  [
    TAMPER,
    'pg_stat_reset pg_stat_statements_reset pg_stat_kcache_reset pg_qualstats_reset pg_wait_sampling_reset_profile',
  ],
  [SECRET, 'pg_hba_file_rules pg_ident_file_mappings pg_show_all_file_settings pg_show_user_mappings'],
  [
    SESSION,
    'pg_notify pg_sleep pg_sleep_for pg_sleep_until pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock ' +
      'pg_advisory_unlock_all pg_advisory_unlock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared ' +
      'pg_try_advisory_lock pg_try_advisory_xact_lock pg_try_advisory_lock_shared ' +
      'pg_try_advisory_xact_lock_shared setseed pg_export_snapshot txid_current pg_current_xact_id',
  ],
  [{ kind: 'set-config' }, 'set_config'],
  [{ kind: 'set-sequence' }, 'setval'],
  [
    QUERY_TEXT,
    'query_to_xml query_to_xmlschema query_to_xml_and_xmlschema ts_stat crosstab crosstab2 crosstab3 crosstab4 ' +
      'crosstab_hash pgr_dijkstra pgr_astar pgr_drivingdistance execute_query exec_sql run_sql',
  ],
  [{ kind: 'dynamic', text: 1 }, 'ts_rewrite'],
  [
    QUERY_BY_NAME,
    'cursor_to_xml cursor_to_xmlschema table_to_xml table_to_xmlschema table_to_xml_and_xmlschema schema_to_xml ' +
      'schema_to_xmlschema schema_to_xml_and_xmlschema database_to_xml database_to_xmlschema ' +
      'database_to_xml_and_xmlschema connectby xpath_table plpgsql_call_handler plpgsql_inline_handler ' +
      'fmgr_sql_validator',
  ],
  [
    OBJECT_READ,
    'lo_get loread lo_open lo_lseek lo_lseek64 lo_tell lo_tell64 lo_close get_raw_page pg_read_page heap_page_items heap_page_item_attrs bt_page_items tuple_data_split',
  ],
  [OBJECT_WRITE, 'lo_put lowrite lo_from_bytea lo_create lo_creat lo_truncate lo_truncate64 lo_manage'],
  [{ kind: 'large-object', access: 'delete' }, 'lo_unlink'],
];

/** Whole families, by how their names begin. */
const FAMILIES: readonly (readonly [string, FunctionClass])[] = [
  ['pg_ls_', FILE_READ],
  ['dblink', REMOTE],
  ['pg_stat_reset_', TAMPER],
  ['pg_stat_statements_reset', TAMPER],
  ['binary_upgrade_', CONTROL],
  ['pgaudit_', TAMPER],
];

/** Schemas of extensions whose functions all reach out or run SQL later. */
const BY_SCHEMA = new Map<string, FunctionClass>([
  ['aws_s3', REMOTE],
  ['aws_lambda', REMOTE],
  ['net', REMOTE],
  ['pglogical', REMOTE],
  ['cron', { kind: 'dynamic' }],
]);

/** dblink functions that only build text. */
const HARMLESS_FAMILY_MEMBERS = new Set([
  'dblink_build_sql_insert',
  'dblink_build_sql_update',
  'dblink_build_sql_delete',
  'dblink_error_message',
  'dblink_get_pkey',
  'dblink_get_connections',
]);

const BY_NAME = new Map<string, FunctionClass>(
  GROUPS.flatMap(([kind, names]) => names.split(' ').map((name): [string, FunctionClass] => [name, kind])),
);

/** What a call of a function of that name does; undefined when it only computes, or is nobody's known. */
export function functionClass(name: string, schema?: string): FunctionClass | undefined {
  const bySchema = schema === undefined ? undefined : BY_SCHEMA.get(schema);
  if (bySchema !== undefined) return bySchema;
  const known = BY_NAME.get(name);
  if (known !== undefined) return known;
  if (HARMLESS_FAMILY_MEMBERS.has(name)) return undefined;
  return FAMILIES.find(([prefix]) => name.startsWith(prefix))?.[1];
}
