import type { Attack } from './attack.ts';

/** Errors and notices that name values. */
export const MESSAGES: readonly Attack[] = [
  [
    'SELECT last_name::int FROM members WHERE id = 1',
    'SELECT ssn::numeric FROM members WHERE id = 1',
    'SELECT last_name::date FROM members WHERE id = 1',
  ],
  [
    'SELECT last_name::uuid FROM members WHERE id = 1',
    'SELECT last_name::inet FROM members WHERE id = 1',
    'SELECT last_name::interval FROM members WHERE id = 1',
  ],
  [
    'SELECT last_name::json FROM members WHERE id = 1',
    'SELECT last_name::point FROM members WHERE id = 1',
    'SELECT last_name::mood FROM members WHERE id = 1',
  ],
  [
    "SELECT ('{' || last_name || '}')::json FROM members WHERE id = 1",
    'SELECT last_name::regclass FROM members WHERE id = 1',
    'SELECT last_name::regtype FROM members WHERE id = 1',
  ],
  [
    'SELECT last_name::boolean FROM members WHERE id = 1',
    'SELECT last_name::bit(8) FROM members WHERE id = 1',
    'SELECT last_name::xml FROM members WHERE id = 1',
    "SELECT ('<' || last_name)::xml FROM members WHERE id = 1",
  ],
  [
    "SELECT to_date(last_name, 'YYYY') FROM members WHERE id = 1",
    "SELECT to_number(last_name, '999') FROM members WHERE id = 1",
    "SELECT to_timestamp(ssn, 'HH24') FROM members WHERE id = 1",
  ],
  ["INSERT INTO members(id, last_name, ssn) SELECT 501, 'n', ssn FROM members WHERE id = 1"],
  ['INSERT INTO members(id, last_name, ssn) SELECT 502, NULL, last_name FROM members WHERE id = 1'],
  [
    'UPDATE members SET ssn = (SELECT ssn FROM members WHERE id = 1) WHERE id = 2',
    'UPDATE members SET last_name = NULL WHERE id = 1',
  ],
  [
    'ALTER TABLE gadgets ADD COLUMN ref text',
    'UPDATE gadgets SET ref = (SELECT last_name FROM members WHERE id = 1) WHERE id = 1',
    'ALTER TABLE gadgets ADD FOREIGN KEY (ref) REFERENCES members(ssn)',
    'ALTER TABLE gadgets DROP COLUMN ref',
  ],
  ["DO $$BEGIN RAISE NOTICE '%', (SELECT last_name FROM members WHERE id = 1); END$$"],
  ["DO $$BEGIN RAISE EXCEPTION '%', (SELECT reverse(last_name) FROM members WHERE id = 1); END$$"],
  [
    'DO $$DECLARE r text := (SELECT ssn FROM members WHERE id = 1); BEGIN RAISE EXCEPTION USING MESSAGE = r, DETAIL = r, HINT = r, COLUMN = r, CONSTRAINT = r, DATATYPE = r, TABLE = r, SCHEMA = r; END$$',
  ],
  [
    "DO $$BEGIN RAISE INFO '%', (SELECT last_name FROM members WHERE id = 1); RAISE WARNING '%', (SELECT ssn FROM members WHERE id = 1); RAISE LOG '%', (SELECT last_name FROM members WHERE id = 1); END$$",
  ],
  ['DO $$BEGIN ASSERT false, (SELECT last_name FROM members WHERE id = 1); END$$'],
  ['DO $$BEGIN EXECUTE (SELECT last_name FROM members WHERE id = 1); END$$'],
  [
    "DO $$BEGIN EXECUTE 'SELECT 1 AS \"' || (SELECT last_name FROM members WHERE id = 1) || '\" FROM nowhere'; END$$",
  ],
  ['DO $$DECLARE n int; BEGIN n := (SELECT last_name FROM members WHERE id = 1); END$$'],
  ['SELECT shout(last_name) FROM members WHERE id = 1', "SELECT shout('x' || ssn) FROM members WHERE id = 1"],
  ['INSERT INTO loud VALUES (1)', 'COPY loud FROM STDIN'],
  ['INSERT INTO failing VALUES (1)'],
  ["SELECT 'x'::checked", 'SELECT last_name::checked FROM members WHERE id = 1'],
  [
    'CREATE OPERATOR <@ (LEFTARG = text, RIGHTARG = int, FUNCTION = op_true)',
    "SELECT 'a' <@ 1",
    'DROP OPERATOR <@ (text, int)',
  ],
  [
    "SELECT ('x' || last_name)::regrole FROM members WHERE id = 1",
    'SELECT last_name::regnamespace FROM members WHERE id = 1',
    'SELECT to_regclass(last_name)::oid::regclass FROM members WHERE id = 1',
  ],
  [
    'SELECT nextval(last_name::regclass) FROM members WHERE id = 1',
    'SELECT pg_get_viewdef(last_name) FROM members WHERE id = 1',
    "SELECT has_table_privilege(last_name, 'select') FROM members WHERE id = 1",
  ],
  [
    "SELECT to_tsquery(last_name || ' & (') FROM members WHERE id = 1",
    "SELECT regexp_match('x', last_name || '(') FROM members WHERE id = 1",
    "SELECT 'x' ~ ('[' || last_name) FROM members WHERE id = 1",
  ],
  [
    "SELECT xmlparse(document '<' || last_name || '></b>') FROM members WHERE id = 1",
    "SELECT jsonb_path_query('{}', ('$.' || last_name || '(')::jsonpath) FROM members WHERE id = 1",
  ],
  [
    'SELECT convert_to(last_name, last_name) FROM members WHERE id = 1',
    "SELECT encode('x', last_name) FROM members WHERE id = 1",
    'SELECT date_trunc(last_name, now()) FROM members WHERE id = 1',
    'SELECT extract(year from now()), date_part(last_name, now()) FROM members WHERE id = 1',
  ],
  [
    'SELECT current_setting(last_name) FROM members WHERE id = 1',
    'SELECT now() AT TIME ZONE last_name FROM members WHERE id = 1',
    'SELECT to_char(1, last_name) FROM members WHERE id = 1',
  ],
  [
    "SELECT format(last_name || '%z') FROM members WHERE id = 1",
    "SELECT digest('x', last_name) FROM members WHERE id = 1",
    "SELECT format('%s', 1, last_name || '%') FROM members WHERE id = -1",
  ],
  [
    'SELECT dblink_connect(last_name) FROM members WHERE id = 1',
    "SELECT dblink_exec('nothere', last_name) FROM members WHERE id = 1",
  ],
  [
    'SELECT pg_read_file(last_name) FROM members WHERE id = 1',
    'SELECT pg_ls_dir(last_name) FROM members WHERE id = 1',
    'SELECT lo_import(last_name) FROM members WHERE id = 1',
    'SELECT pg_stat_file(last_name) FROM members WHERE id = 1',
  ],
  [
    "SELECT hstore(last_name || '=>') FROM members WHERE false UNION ALL SELECT (last_name || '=>')::hstore FROM members WHERE id = 1",
    'SELECT last_name::ltree FROM members WHERE id = 1',
    "SELECT (last_name || '..')::ltree FROM members WHERE id = 1",
  ],
  [
    "SELECT int4range(translate(ssn, '-', '')::int, 0) FROM members WHERE id = 1",
    "SELECT translate(ssn, '-', '')::int * 100 FROM members WHERE id = 1",
    "SELECT chr(translate(ssn, '-', '')::int) FROM members WHERE id = 1",
    "SELECT translate(ssn, '-', '')::int::smallint FROM members WHERE id = 1",
  ],
  [
    "SELECT make_date(translate(ssn, '-', '')::int, 1, 1) FROM members WHERE id = 1",
    "SELECT pg_advisory_unlock(translate(ssn, '-', '')::int) FROM members WHERE id = 1",
    "SELECT lo_get(translate(ssn, '-', '')::oid) FROM members WHERE id = 1",
  ],
  [
    "SELECT array_fill(1, ARRAY[translate(ssn, '-', '')::int]) FROM members WHERE id = 1",
    'SELECT 1 / (length(last_name) - 17) FROM members WHERE id = 1',
    "SELECT get_byte('x', translate(ssn, '-', '')::int) FROM members WHERE id = 1",
  ],
  [
    "SELECT query_to_xml(last_name, true, true, '') FROM members WHERE id = 1",
    'SELECT ts_stat(last_name) FROM members WHERE id = 1',
    'SELECT * FROM crosstab((SELECT last_name FROM members WHERE id = 1)) AS c(a text, b text)',
  ],
  [
    'WITH x AS MATERIALIZED (SELECT last_name::int FROM members WHERE id = 1) SELECT 1 FROM x',
    'SELECT 1 FROM members WHERE last_name::int = 1',
    'SELECT count(*) FROM members WHERE id = 1 GROUP BY ssn::int',
    'SELECT 1 FROM members WHERE id = 1 ORDER BY last_name::int',
  ],
  [
    'SELECT 1 FROM members LIMIT (SELECT last_name::int FROM members WHERE id = 1)',
    "SELECT CASE WHEN last_name > 'A' THEN 1 / 0 END FROM members WHERE id = 1",
    'UPDATE gadgets SET size = (SELECT last_name::int FROM members WHERE id = 1)',
  ],
  ['BEGIN', 'DECLARE c CURSOR FOR SELECT last_name::int FROM members WHERE id = 1', 'FETCH c', 'ROLLBACK'],
  [
    'EXPLAIN ANALYZE SELECT last_name::int FROM members WHERE id = 1',
    'COPY (SELECT last_name::int FROM members WHERE id = 1) TO STDOUT',
  ],
  ['SET log_error_verbosity = verbose', 'SELECT last_name::int FROM members WHERE id = 1'],
];

/** Notifications, whose channel and text anybody may listen to. */
export const NOTIFICATIONS: readonly Attack[] = [
  ['LISTEN c', "SELECT pg_notify('c', last_name) FROM members WHERE id = 1", 'SELECT 1'],
  [
    'LISTEN c',
    "DO $$BEGIN PERFORM pg_notify('c', (SELECT reverse(last_name) FROM members WHERE id = 1)); END$$",
    'SELECT 1',
  ],
  [
    "DO $$DECLARE r text := (SELECT last_name FROM members WHERE id = 1); BEGIN EXECUTE format('LISTEN %I', r); PERFORM pg_notify(r, 'x'); END$$",
    'SELECT 1',
  ],
  [
    "DO $$DECLARE r text := (SELECT left(ssn, 11) FROM members WHERE id = 1); BEGIN EXECUTE format('LISTEN %I', r); EXECUTE format('NOTIFY %I, %L', r, r); END$$",
    'SELECT 1',
  ],
  [
    "DO $$DECLARE r text := 'ch_' || (SELECT lower(last_name) FROM members WHERE id = 1); BEGIN EXECUTE 'LISTEN ' || r; EXECUTE 'NOTIFY ' || r; END$$",
    'SELECT 1',
  ],
];

/** What the server keeps about data and statements. */
export const CATALOGS: readonly Attack[] = [
  [
    'SELECT most_common_vals FROM pg_stats',
    "SELECT histogram_bounds::text FROM pg_stats WHERE tablename = 'members'",
  ],
  [
    'SELECT * FROM pg_stats',
    'TABLE pg_stats',
    'SELECT s FROM pg_stats s',
    'SELECT row_to_json(s) FROM pg_stats s',
  ],
  [
    'SELECT stavalues1 FROM pg_statistic',
    'SELECT * FROM pg_statistic',
    'SELECT s::text FROM pg_catalog.pg_statistic s',
  ],
  [
    'SELECT most_common_vals FROM pg_stats_ext',
    'SELECT * FROM pg_stats_ext',
    'SELECT stxdmcv FROM pg_statistic_ext_data',
    'SELECT m.* FROM pg_statistic_ext_data d, pg_mcv_list_items(d.stxdmcv) m',
  ],
  [
    'SELECT pg_mcv_list_items(stxdmcv) FROM pg_statistic_ext_data',
    'SELECT (pg_mcv_list_items(stxdmcv)).values FROM pg_statistic_ext_data',
    'SELECT stxdmcv::text, stxdexpr FROM pg_statistic_ext_data',
    'SELECT stxdmcv::bytea FROM pg_statistic_ext_data',
  ],
  [
    'CREATE STATISTICS e1 ON (upper(last_name)) FROM members',
    'ANALYZE members',
    'SELECT most_common_vals, histogram_bounds FROM pg_stats_ext_exprs',
  ],
  [
    "SELECT * FROM heap_page_items(get_raw_page('members', 0))",
    "SELECT get_raw_page('members', 0)",
    "SELECT encode(get_raw_page('members', 0), 'escape')",
    "SELECT tuple_data_split('members'::regclass, t_data, t_infomask, t_infomask2, t_bits) FROM heap_page_items(get_raw_page('members', 0))",
  ],
  [
    'SELECT data FROM pg_largeobject',
    "SELECT convert_from(data, 'UTF8') FROM pg_largeobject",
    'TABLE pg_largeobject',
  ],
  [
    "SELECT * FROM pg_stats WHERE tablename = 'members' AND attname = 'last_name'",
    "SELECT array_to_string(most_common_vals, ',') FROM pg_stats",
    "SELECT unnest(histogram_bounds::text::text[]) FROM pg_stats WHERE attname = 'last_name'",
  ],
];

/** Plans, which repeat constants and values. */
export const PLANS: readonly Attack[] = [
  [
    'EXPLAIN SELECT * FROM members WHERE last_name = (SELECT last_name FROM members WHERE id = 1)',
    'EXPLAIN SELECT peek_plain(1)',
    'EXPLAIN (VERBOSE) SELECT peek_plain(1) FROM gadgets',
  ],
  [
    'EXPLAIN (VERBOSE, FORMAT JSON) SELECT * FROM gadgets WHERE color = peek_plain(1)',
    'EXPLAIN (VERBOSE, FORMAT XML) SELECT * FROM gadgets WHERE note = peek_plain(1)',
  ],
  [
    'EXPLAIN SELECT * FROM gadgets WHERE color = peek_plain(1)',
    'EXPLAIN UPDATE gadgets SET color = peek_plain(1)',
    'EXPLAIN VERBOSE INSERT INTO preset(id) VALUES (1)',
  ],
  [
    'PREPARE p(text) AS SELECT * FROM gadgets WHERE color = $1',
    'EXPLAIN EXECUTE p(peek_plain(1))',
    'EXPLAIN (VERBOSE) EXECUTE p(peek_plain(1))',
  ],
  [
    'CREATE VIEW e2 AS SELECT * FROM gadgets WHERE color = peek_plain(1)',
    'EXPLAIN VERBOSE SELECT * FROM e2',
    'EXPLAIN VERBOSE SELECT id FROM e2',
  ],
  [
    'EXPLAIN (VERBOSE) VALUES (peek_plain(1))',
    'EXPLAIN (VERBOSE) SELECT 1 || 1',
    'EXPLAIN (ANALYZE, VERBOSE) INSERT INTO sprung VALUES (1)',
  ],
];

/** COPY in all its forms. */
export const COPIES: readonly Attack[] = [
  [
    'COPY members TO STDOUT',
    'COPY members (last_name) TO STDOUT',
    'COPY members(ssn, id) TO STDOUT (FORMAT csv, HEADER)',
  ],
  ['COPY (SELECT reverse(last_name) FROM members) TO STDOUT', 'COPY (TABLE members) TO STDOUT WITH CSV'],
  [
    'COPY members TO STDOUT (FORMAT binary)',
    'COPY (SELECT last_name FROM members) TO STDOUT WITH BINARY',
    'COPY BINARY members TO STDOUT',
  ],
  [
    "COPY members TO STDOUT (DELIMITER '|', NULL 'Q')",
    "COPY members TO STDOUT (FORMAT csv, QUOTE '~', FORCE_QUOTE *)",
    "COPY members TO STDOUT (ENCODING 'LATIN1')",
    "COPY members TO STDOUT (ENCODING 'SJIS')",
  ],
  [
    "COPY (UPDATE members SET status = 'c' WHERE id = 1 RETURNING *) TO STDOUT",
    'COPY (WITH x AS (SELECT ssn FROM members) SELECT * FROM x) TO STDOUT',
    'COPY (INSERT INTO sprung VALUES (2) RETURNING color) TO STDOUT',
  ],
  [
    'COPY v_members TO STDOUT',
    'COPY (SELECT * FROM v_upper) TO STDOUT',
    'COPY m_members TO STDOUT',
    'COPY (TABLE m_members) TO STDOUT',
    'COPY people_low TO STDOUT',
    'COPY derived TO STDOUT',
    'COPY derived (loud) TO STDOUT',
  ],
  [
    "COPY members TO '/tmp/guard-attack.out'",
    "COPY members TO PROGRAM 'cat'",
    "COPY (SELECT last_name FROM members) TO PROGRAM 'tee /tmp/guard-attack.out'",
    "COPY scratch(k) FROM '/tmp/guard-attack.out'",
    'SELECT k FROM scratch',
  ],
  [
    'COPY (SELECT peek(1)) TO STDOUT',
    'COPY (SELECT * FROM v_call) TO STDOUT',
    "COPY (SELECT 'x' <+> 1) TO STDOUT",
    'COPY (SELECT * FROM everyone()) TO STDOUT',
  ],
];
