/**
 * Names of the output columns of PostgreSQL's own functions that have any (OUT parameters, pg_proc.proargnames of
 * 15.18). A function that is not listed here gives one column named after its alias or itself.
 */
const LISTED = `
aclexplode grantor grantee privilege_type is_grantable
json_array_elements value
json_array_elements_text value
jsonb_array_elements value
jsonb_array_elements_text value
json_each key value
json_each_text key value
jsonb_each key value
jsonb_each_text key value
pg_available_extension_versions name version superuser trusted relocatable schema requires comment
pg_available_extensions name default_version comment
pg_config name setting
pg_extension_update_paths source target path
pg_get_catalog_foreign_keys fktable fkcols pktable pkcols is_array is_opt
pg_get_keywords word catcode barelabel catdesc baredesc
pg_get_object_address classid objid objsubid
pg_identify_object type schema name identity
pg_identify_object_as_address type object_names object_args
pg_input_error_info message detail hint sql_error_code
pg_mcv_list_items index values nulls frequency base_frequency
pg_options_to_table option_name option_value
pg_partition_ancestors relid
pg_partition_tree relid parentrelid isleaf level
pg_sequence_parameters start_value minimum_value maximum_value increment cycle_option cache_size data_type
pg_timezone_abbrevs abbrev utc_offset is_dst
pg_timezone_names name abbrev utc_offset is_dst
pg_walfile_name_offset file_name file_offset
ts_debug alias description token dictionaries dictionary lexemes
ts_parse tokid token
ts_token_type tokid alias description
`;

/** Functions whose columns differ between versions or depend on the arguments. */
const UNCOUNTED = new Set([
  'pg_control_checkpoint',
  'pg_control_init',
  'pg_control_recovery',
  'pg_control_system',
  'pg_get_publication_tables',
  'pg_get_replication_slots',
  'pg_get_shmem_allocations',
  'pg_last_committed_xact',
  'pg_lock_status',
]);

const BY_NAME = new Map(
  LISTED.trim()
    .split('\n')
    .map((line): [string, readonly string[]] => {
      const [name = '', ...columns] = line.split(' ');
      return [name, columns];
    }),
);

/** Names of a function's OUT parameters; undefined when it has one unnamed result. */
export function outColumns(name: string): readonly string[] | undefined {
  return BY_NAME.get(name);
}

/** True when guard does not know how many columns the function gives. */
export function isUncounted(name: string): boolean {
  return UNCOUNTED.has(name) || name.startsWith('pg_stat_get_');
}
