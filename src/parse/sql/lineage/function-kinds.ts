/**
 * What PostgreSQL's own functions show of their arguments. A name that is not listed is opaque: functions that run
 * SQL given as text, read files, large objects, settings or other sessions' statements are left out on purpose.
 * Source: pg_proc of PostgreSQL 15.18 and the release notes of 16 to 18.
 *
 * - `pure`: may show its arguments, and nothing else that is classed.
 * - `aggregate`: the same, over the rows of a group, whose number it may show too.
 * - `measure`: a size of its argument. `summary`: a number over a group. `count`: a number of rows.
 * - `test`: true or false. `place`: a number that depends on the order of rows. `none`: shows nothing of its arguments.
 * - `setting`: the value of a setting named by its argument.
 */
export type FunctionKind =
  | 'aggregate'
  | 'pure'
  | 'measure'
  | 'summary'
  | 'count'
  | 'test'
  | 'place'
  | 'none'
  | 'setting';

const NAMES: { readonly [Kind in FunctionKind]: string } = {
  count: 'count regr_count',
  setting: 'current_setting',
  summary: `avg stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp regr_avgx
    regr_avgy regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy bool_and bool_or every`,
  measure: `length char_length character_length octet_length bit_length cardinality array_length array_ndims
    array_upper array_lower json_array_length jsonb_array_length num_nulls num_nonnulls pg_column_size
    pg_column_compression json_typeof jsonb_typeof`,
  test: `starts_with regexp_like isfinite isempty like notlike jsonb_exists jsonb_exists_any jsonb_exists_all
    jsonb_contains jsonb_contained jsonb_path_exists jsonb_path_exists_tz xpath_exists xmlexists is_normalized overlaps
    pg_input_is_valid xml_is_well_formed xml_is_well_formed_content xml_is_well_formed_document`,
  place: 'row_number rank dense_rank percent_rank cume_dist ntile',
  none: `pg_typeof now clock_timestamp statement_timestamp transaction_timestamp timeofday random random_normal
    gen_random_uuid uuidv4 uuidv7 version pi nextval currval lastval pg_sleep pg_sleep_for pg_sleep_until pg_backend_pid
    pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared
    pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock pg_try_advisory_lock_shared
    pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared pg_cancel_backend pg_terminate_backend pg_reload_conf
    pg_is_in_recovery pg_postmaster_start_time pg_conf_load_time pg_notify current_database current_schema
    current_schemas current_user session_user system_user inet_client_addr inet_client_port inet_server_addr
    inet_server_port pg_current_xact_id pg_current_xact_id_if_assigned pg_current_snapshot txid_current
    txid_current_if_assigned txid_current_snapshot pg_trigger_depth pg_my_temp_schema pg_jit_available
    unicode_version icu_unicode_version getdatabaseencoding pg_client_encoding`,
  aggregate: `array_agg bit_xor json_agg json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique
    json_object_agg_unique_strict jsonb_agg jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict
    jsonb_object_agg_unique jsonb_object_agg_unique_strict range_agg string_agg sum xmlagg`,
  pure: `abbrev abs acldefault aclexplode acos acosd acosh age any_value area array_append array_cat array_dims
    array_fill array_larger array_position array_positions array_prepend array_remove array_replace
    array_reverse array_sample array_shuffle array_smaller array_sort array_to_json array_to_string
    array_to_tsvector ascii asin asind asinh atan atan2 atan2d atand atanh bit bit_and bit_count bit_or bool
    box bpchar broadcast btrim byteacat casefold cash_words cbrt ceil ceiling center char chr cidr circle
    col_description concat concat_ws convert convert_from convert_to cos cosd cosh cot cotd crc32 crc32c
    current_query date date_add date_bin date_part date_subtract date_trunc datemultirange daterange decode
    degrees diameter div encode enum_first enum_last enum_range erf erfc exp extract factorial family
    first_value float4 float8 floor format format_type gamma gcd generate_series generate_subscripts get_bit
    get_byte get_current_ts_config getpgusername greatest has_any_column_privilege has_column_privilege
    has_database_privilege has_foreign_data_wrapper_privilege has_function_privilege has_language_privilege
    has_largeobject_privilege has_parameter_privilege has_schema_privilege has_sequence_privilege
    has_server_privilege has_table_privilege has_tablespace_privilege has_type_privilege hash_array
    hash_record hashint4 hashint8 hashtext hashtextextended height host hostmask inet_merge inet_same_family
    initcap int2 int4 int4multirange int4range int8 int8multirange int8range interval isclosed ishorizontal
    isopen isparallel isperp isvertical json json_array_elements json_array_elements_text json_build_array
    json_build_object json_each json_each_text json_extract_path json_extract_path_text json_object
    json_object_keys json_populate_record json_populate_recordset json_strip_nulls json_to_record
    json_to_recordset json_to_tsvector jsonb jsonb_array_elements jsonb_array_elements_text
    jsonb_build_array jsonb_build_object jsonb_concat jsonb_delete jsonb_delete_path jsonb_each
    jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_keys
    jsonb_path_match jsonb_path_match_tz jsonb_path_query jsonb_path_query_array jsonb_path_query_array_tz
    jsonb_path_query_first jsonb_path_query_first_tz jsonb_path_query_tz jsonb_populate_record
    jsonb_populate_record_valid jsonb_populate_recordset jsonb_pretty jsonb_set jsonb_set_lax
    jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_to_tsvector justify_days justify_hours
    justify_interval lag last_value lcm lead least left lgamma line ln log log10 lower lower_inc lower_inf
    lpad lseg ltrim macaddr macaddr8 macaddr8_set7bit make_date make_interval make_time make_timestamp
    make_timestamptz makeaclitem masklen max md5 min min_scale mod mode money multirange mxid_age name
    netmask network normalize npoints nth_value numeric nummultirange numnode numrange obj_description oid
    overlay parse_ident path pclose percentile_cont percentile_disc pg_available_extension_versions
    pg_available_extensions pg_basetype pg_blocking_pids pg_char_to_encoding pg_collation_actual_version
    pg_collation_for pg_collation_is_visible pg_column_is_updatable pg_config pg_control_checkpoint
    pg_control_init pg_control_recovery pg_control_system pg_conversion_is_visible pg_current_wal_flush_lsn
    pg_current_wal_insert_lsn pg_current_wal_lsn pg_database_collation_actual_version pg_database_size
    pg_describe_object pg_encoding_max_length pg_encoding_to_char pg_extension_update_paths
    pg_filenode_relation pg_function_is_visible pg_get_acl pg_get_catalog_foreign_keys pg_get_constraintdef
    pg_get_expr pg_get_function_arg_default pg_get_function_arguments pg_get_function_identity_arguments
    pg_get_function_result pg_get_function_sqlbody pg_get_functiondef pg_get_indexdef pg_get_keywords
    pg_get_object_address pg_get_partition_constraintdef pg_get_partkeydef pg_get_publication_tables
    pg_get_replica_identity_index pg_get_replication_slots pg_get_ruledef pg_get_serial_sequence
    pg_get_shmem_allocations pg_get_statisticsobjdef pg_get_statisticsobjdef_columns
    pg_get_statisticsobjdef_expressions pg_get_triggerdef pg_get_userbyid pg_get_viewdef pg_has_role
    pg_identify_object pg_identify_object_as_address pg_index_column_has_property pg_index_has_property
    pg_indexam_has_property pg_indexam_progress_phasename pg_indexes_size pg_input_error_info
    pg_is_other_temp_schema pg_is_wal_replay_paused pg_last_committed_xact pg_last_wal_receive_lsn
    pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_listening_channels pg_lock_status pg_lsn
    pg_mcv_list_items pg_my_temp_schema pg_notification_queue_usage pg_opclass_is_visible
    pg_operator_is_visible pg_opfamily_is_visible pg_options_to_table pg_partition_ancestors
    pg_partition_root pg_partition_tree pg_relation_filenode pg_relation_filepath pg_relation_is_publishable
    pg_relation_is_updatable pg_relation_size pg_safe_snapshot_blocking_pids pg_sequence_last_value
    pg_sequence_parameters pg_settings_get_flags pg_size_bytes pg_size_pretty pg_snapshot_xip
    pg_snapshot_xmax pg_snapshot_xmin pg_stat_clear_snapshot pg_statistics_obj_is_visible
    pg_table_is_visible pg_table_size pg_tablespace_databases pg_tablespace_location pg_tablespace_size
    pg_timezone_abbrevs pg_timezone_names pg_total_relation_size pg_ts_config_is_visible
    pg_ts_dict_is_visible pg_ts_parser_is_visible pg_ts_template_is_visible pg_type_is_visible
    pg_visible_in_snapshot pg_wal_lsn_diff pg_walfile_name pg_walfile_name_offset pg_xact_commit_timestamp
    pg_xact_status phraseto_tsquery plainto_tsquery point polygon popen position pow power querytree
    quote_ident quote_literal quote_nullable radians radius range_intersect_agg range_merge regexp_count
    regexp_instr regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table
    regexp_substr repeat replace reverse right round row_security_active row_to_json rpad rtrim
    satisfies_hash_partition scale set_bit set_byte set_config set_masklen setseed setval setweight sha224
    sha256 sha384 sha512 shobj_description sign similar_escape similar_to_escape sin sind sinh slope
    split_part sqrt string_to_array string_to_table strip strpos substr substring tan tand tanh text textcat
    time timestamp timestamptz timetz timezone to_ascii to_bin to_char to_date to_hex to_json to_jsonb
    to_number to_oct to_regclass to_regcollation to_regnamespace to_regoper to_regoperator to_regproc
    to_regprocedure to_regrole to_regtype to_regtypemod to_timestamp to_tsquery to_tsvector translate
    trim_array trim_scale trunc ts_debug ts_delete ts_filter ts_headline ts_lexize ts_parse ts_rank
    ts_rank_cd ts_token_type tsmultirange tsquery_phrase tsrange tstzmultirange tstzrange tsvector_to_array
    txid_snapshot_xip txid_snapshot_xmax txid_snapshot_xmin txid_status txid_visible_in_snapshot
    unicode_assigned unistr unnest upper upper_inc upper_inf uuid_extract_timestamp uuid_extract_version
    varbit varchar websearch_to_tsquery width width_bucket xml xmlcomment xmlconcat2 xmltext xmlvalidate
    xpath`,
};

/** Statistics of the server; those that show statements or connection strings are opaque. */
const STATISTICS = 'pg_stat_get_';
const TELLING_STATISTICS = new Set([
  'pg_stat_get_activity',
  'pg_stat_get_backend_activity',
  'pg_stat_get_wal_receiver',
]);

const KINDS: readonly FunctionKind[] = [
  'aggregate',
  'pure',
  'measure',
  'summary',
  'count',
  'test',
  'place',
  'none',
  'setting',
];

const BY_NAME = new Map(
  KINDS.flatMap((kind) => NAMES[kind].split(/\s+/u).map((name): [string, FunctionKind] => [name, kind])),
);

/** What PostgreSQL's own function of that name shows; undefined when it is not known to be safe. */
export function builtinKind(name: string): FunctionKind | undefined {
  const known = BY_NAME.get(name);
  if (known !== undefined || !name.startsWith(STATISTICS)) return known;
  return TELLING_STATISTICS.has(name) ? undefined : 'none';
}

/** Functions that keep their arguments where they can be read later without a trace of where they come from. */
const CARRIERS = new Set(['set_config', 'setval', 'pg_notify']);

/** True for them, whatever the schema: a namesake is taken for the original. */
export function isCarrier(name: string): boolean {
  return CARRIERS.has(name);
}

/** Settings whose value may be a secret or was put there by somebody's SQL. */
const TELLING_SETTINGS = new Set([
  'all',
  'primary_conninfo',
  'archive_command',
  'restore_command',
  'ssl_passphrase_command',
]);

/** True when the value of a setting of PostgreSQL's own can be shown; custom settings (`app.tenant`) can't. */
export function isReadableSetting(name: string): boolean {
  const plain = name.toLowerCase();
  return !plain.includes('.') && !TELLING_SETTINGS.has(plain);
}

/** Settings whose values PostgreSQL chooses from a list of its own, or that no statement can set. */
const FIXED_SETTINGS = new Set(
  `transaction_isolation transaction_read_only server_version server_version_num server_encoding client_encoding
  standard_conforming_strings is_superuser integer_datetimes lc_ctype lc_collate max_identifier_length
  default_transaction_read_only default_transaction_isolation in_hot_standby datestyle intervalstyle`.split(
    /\s+/u,
  ),
);

export function isFixedSetting(name: string): boolean {
  return FIXED_SETTINGS.has(name.toLowerCase());
}

/** Functions that show what other code in the session may have kept somewhere. */
const CLOUDY_FUNCTIONS = new Set(
  `current_setting nextval currval lastval pg_sequence_last_value pg_sequence_parameters pg_listening_channels
  current_schemas current_schema timeofday to_char random get_current_ts_config pg_lock_status pg_locks
  pg_show_all_settings pg_cursor pg_prepared_statement`.split(/\s+/u),
);

export function isCloudyFunction(name: string): boolean {
  return CLOUDY_FUNCTIONS.has(name);
}

/** Relations of PostgreSQL's own that show the same. */
const CLOUDY_RELATIONS = new Set(
  `pg_settings pg_sequences pg_sequence pg_locks pg_cursors pg_prepared_statements pg_stat_activity pg_db_role_setting
  pg_roles pg_user pg_file_settings`.split(/\s+/u),
);

export function isCloudyRelation(name: string): boolean {
  return CLOUDY_RELATIONS.has(name);
}
