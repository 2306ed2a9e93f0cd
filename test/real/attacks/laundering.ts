import type { Attack } from './attack.ts';

/** Kept somewhere and read from there. */
export const LAUNDERING: readonly Attack[] = [
  ['CREATE TEMP TABLE t AS SELECT last_name AS k FROM members', 'SELECT k FROM t'],
  ['CREATE TABLE l1 AS SELECT id, last_name AS k FROM members', 'SELECT k FROM l1', 'COPY l1 TO STDOUT'],
  ['SELECT last_name AS k INTO l2 FROM members', 'SELECT * FROM l2'],
  [
    'CREATE TABLE l3 (LIKE gadgets)',
    'INSERT INTO l3 (id, color) SELECT id, last_name FROM members',
    'SELECT color FROM l3',
  ],
  ['CREATE VIEW l4 AS SELECT reverse(last_name) AS k FROM members', 'SELECT k FROM l4'],
  [
    'CREATE MATERIALIZED VIEW l5 AS SELECT last_name AS k FROM members',
    'SELECT k FROM l5',
    'REFRESH MATERIALIZED VIEW l5',
    'SELECT * FROM l5',
  ],
  ['CREATE TEMP VIEW members AS SELECT last_name AS id FROM public.members', 'SELECT id FROM members'],
  [
    'ALTER TABLE members RENAME COLUMN last_name TO zz',
    'SELECT zz FROM members',
    'ALTER TABLE members RENAME COLUMN zz TO last_name',
  ],
  ['BEGIN', 'ALTER TABLE members RENAME TO gizmos', 'SELECT last_name FROM gizmos', 'ROLLBACK'],
  [
    'BEGIN',
    'ALTER TABLE members RENAME COLUMN id TO old',
    'ALTER TABLE members RENAME COLUMN ssn TO id',
    'SELECT id FROM members',
    'ROLLBACK',
  ],
  [
    'BEGIN',
    'ALTER TABLE gadgets ALTER COLUMN note TYPE text USING (peek(1))',
    'SELECT note FROM gadgets WHERE id = 1',
    'ROLLBACK',
  ],
  [
    "CREATE TABLE l6 (n int, last_name text, k text GENERATED ALWAYS AS (last_name || '') STORED)",
    'INSERT INTO l6 SELECT 1, last_name FROM members',
    'SELECT k FROM l6',
    'SELECT n, k FROM l6',
  ],
  [
    'ALTER TABLE members ADD COLUMN extra text GENERATED ALWAYS AS (reverse(last_name)) STORED',
    'SELECT extra FROM members',
    'ALTER TABLE members DROP COLUMN extra',
  ],
  [
    'CREATE TABLE l7 (k text)',
    'MERGE INTO l7 USING members m ON false WHEN NOT MATCHED THEN INSERT VALUES (m.last_name)',
    'SELECT k FROM l7',
  ],
  [
    'CREATE TABLE l8 (k text, n int)',
    "INSERT INTO l8 VALUES ('x', 1)",
    'UPDATE l8 SET k = last_name FROM members WHERE members.id = n',
    'SELECT k FROM l8',
  ],
  ['PREPARE p AS SELECT last_name FROM members', 'EXECUTE p'],
  [
    'PREPARE p(int) AS SELECT reverse(ssn) FROM members WHERE id = $1',
    'EXECUTE p(1)',
    'CREATE TEMP TABLE t AS EXECUTE p(1)',
    'TABLE t',
  ],
  [
    'BEGIN',
    'DECLARE c CURSOR FOR SELECT last_name FROM members',
    'FETCH 1 FROM c',
    'FETCH ALL FROM c',
    'CLOSE c',
    'ROLLBACK',
  ],
  ['DECLARE c CURSOR WITH HOLD FOR SELECT ssn FROM members', 'FETCH ALL c'],
  ['BEGIN', 'DECLARE c BINARY CURSOR FOR SELECT last_name FROM members', 'FETCH ALL c', 'ROLLBACK'],
  ['BEGIN', 'SELECT open_cursor()', 'FETCH ALL FROM found', 'ROLLBACK'],
  [
    'CREATE TABLE l9 PARTITION OF people FOR VALUES FROM (100) TO (200)',
    'INSERT INTO l9 SELECT 150, last_name FROM members',
    'SELECT last_name FROM l9',
    'ALTER TABLE people DETACH PARTITION l9',
    'ALTER TABLE l9 RENAME COLUMN last_name TO k',
    'SELECT k FROM l9',
  ],
  [
    'CREATE TABLE l10 (a text) INHERITS (members)',
    'INSERT INTO l10 SELECT m.*, m.last_name FROM members m',
    'SELECT a FROM l10',
    'DROP TABLE l10',
  ],
  [
    'CREATE TYPE l11 AS (x text)',
    'CREATE TABLE l12 (c l11)',
    'INSERT INTO l12 SELECT ROW(last_name)::l11 FROM members',
    'SELECT (c).x, c FROM l12',
  ],
  [
    'CREATE DOMAIN l13 AS text',
    'SELECT last_name::l13 FROM members',
    'CREATE TABLE l14 (k l13)',
    'INSERT INTO l14 SELECT last_name FROM members',
    'SELECT k FROM l14',
  ],
  [
    'CREATE RULE l15 AS ON INSERT TO digits DO ALSO INSERT INTO scratch(k) SELECT last_name FROM members',
    'INSERT INTO digits VALUES (1)',
    'SELECT k FROM scratch',
    'DROP RULE l15 ON digits',
  ],
  ['INSERT INTO tapped VALUES (1)', 'SELECT k FROM scratch'],
  ['CALL keep_all()', 'SELECT k FROM scribble'],
  [
    'DO $$BEGIN INSERT INTO scribble(k) SELECT reverse(last_name) FROM members; END$$',
    'SELECT k FROM scribble',
  ],
  ["DO $$BEGIN EXECUTE 'CREATE TABLE l16 AS SELECT last_name AS k FROM members'; END$$", 'SELECT k FROM l16'],
  [
    "DO $$BEGIN EXECUTE format('CREATE TABLE %I()', 'l17_' || (SELECT last_name FROM members WHERE id = 1)); END$$",
    "SELECT relname FROM pg_class WHERE relname LIKE 'l17%'",
    'SELECT tablename FROM pg_tables',
    "SELECT to_regclass(c.oid::regclass::text) FROM pg_class c WHERE relname LIKE 'l17%'",
  ],
  [
    "DO $$BEGIN EXECUTE format('COMMENT ON TABLE digits IS %L', (SELECT last_name FROM members WHERE id = 1)); END$$",
    "SELECT obj_description('digits'::regclass)",
    'SELECT description FROM pg_description',
  ],
  [
    "DO $$BEGIN EXECUTE format('ALTER TABLE digits ALTER COLUMN code SET DEFAULT %L', (SELECT reverse(last_name) FROM members WHERE id = 1)); END$$",
    'SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef',
    'INSERT INTO digits(d) VALUES (2) RETURNING code',
    'SELECT column_default FROM information_schema.columns',
    'ALTER TABLE digits ALTER COLUMN code DROP DEFAULT',
  ],
  [
    "DO $$BEGIN EXECUTE format('CREATE TYPE l18 AS ENUM (%L)', (SELECT last_name FROM members WHERE id = 1)); END$$",
    'SELECT enumlabel FROM pg_enum',
    'SELECT enum_range(NULL::l18)',
  ],
  [
    "DO $$BEGIN EXECUTE format('CREATE VIEW l19 AS SELECT %L::text AS k', (SELECT last_name FROM members WHERE id = 1)); END$$",
    'SELECT k FROM l19',
    "SELECT pg_get_viewdef('l19'::regclass)",
    'SELECT definition FROM pg_views',
  ],
  [
    "DO $$BEGIN EXECUTE format('CREATE FUNCTION l20() RETURNS text LANGUAGE sql AS %L', 'SELECT ' || quote_literal((SELECT last_name FROM members WHERE id = 1))); END$$",
    'SELECT l20()',
    "SELECT prosrc FROM pg_proc WHERE proname = 'l20'",
    "SELECT pg_get_functiondef('l20'::regproc)",
  ],
  [
    "DO $$BEGIN EXECUTE format('CREATE INDEX l21 ON gadgets (id) WHERE note = %L', (SELECT last_name FROM members WHERE id = 1)); END$$",
    'SELECT indexdef FROM pg_indexes',
    "SELECT pg_get_indexdef('l21'::regclass)",
  ],
  [
    "DO $$BEGIN EXECUTE format('CREATE SEQUENCE l22 START %s MAXVALUE 2000000000', (SELECT translate(ssn, '-', '') FROM members WHERE id = 1)); END$$",
    "SELECT nextval('l22')",
    'SELECT * FROM l22',
    'SELECT start_value FROM pg_sequences',
    "SELECT currval('l22'), lastval()",
  ],
  [
    "SELECT setval('counter', (SELECT translate(ssn, '-', '')::bigint FROM members WHERE id = 1))",
    "SELECT nextval('counter')",
    'SELECT last_value FROM counter',
    'SELECT last_value FROM pg_sequences',
    "SELECT pg_sequence_last_value('counter'::regclass)",
  ],
  [
    "DO $$BEGIN PERFORM setval('counter', (SELECT translate(ssn, '-', '')::bigint FROM members WHERE id = 1)); END$$",
    "SELECT currval('counter')",
    'SELECT lastval()',
    'SELECT last_value FROM counter',
  ],
  [
    "DO $$BEGIN EXECUTE format('PREPARE %I AS SELECT 1', (SELECT last_name FROM members WHERE id = 1)); END$$",
    'SELECT name, statement FROM pg_prepared_statements',
  ],
  [
    "DO $$BEGIN EXECUTE format('DECLARE %I CURSOR WITH HOLD FOR SELECT 1', (SELECT last_name FROM members WHERE id = 1)); END$$",
    'SELECT name, statement FROM pg_cursors',
  ],
  [
    "DO $$BEGIN EXECUTE format('LISTEN %I', (SELECT last_name FROM members WHERE id = 1)); END$$",
    'SELECT pg_listening_channels()',
    'SELECT * FROM pg_listening_channels() AS c',
  ],
  [
    "DO $$BEGIN EXECUTE format('ALTER TABLE digits ADD COLUMN %I int', (SELECT last_name FROM members WHERE id = 1)); END$$",
    'SELECT * FROM digits',
    'SELECT attname FROM pg_attribute',
  ],
  [
    "SELECT pg_advisory_lock(translate(ssn, '-', '')::bigint) FROM members WHERE id = 1",
    "SELECT objid::bigint, classid::bigint FROM pg_locks WHERE locktype = 'advisory'",
    'SELECT * FROM pg_lock_status()',
  ],
  [
    "SELECT pg_advisory_lock(1, translate(ssn, '-', '')::int) FROM members WHERE id = 1",
    'SELECT * FROM pg_locks',
  ],
  [
    'SELECT lo_from_bytea(77001, last_name::bytea) FROM members WHERE id = 1',
    'SELECT lo_get(77001)',
    'SELECT data FROM pg_largeobject WHERE loid = 77001',
    "SELECT convert_from(loread(lo_open(77001, 262144), 100), 'UTF8')",
  ],
  [
    'SELECT lo_get(424242)',
    'BEGIN',
    'SELECT loread(lo_open(424242, 262144), 200)',
    'ROLLBACK',
    'SELECT data FROM pg_largeobject',
  ],
  [
    'SELECT lo_creat(-1)',
    'SELECT lo_put(424242, 0, last_name::bytea) FROM members WHERE id = 1',
    'SELECT lo_get(424242, 0, 17)',
  ],
  [
    'CREATE TEMP TABLE t (k text DEFAULT peek(1), n int)',
    'INSERT INTO t(n) VALUES (1) RETURNING k',
    'SELECT k FROM t',
  ],
  [
    "CREATE AGGREGATE l23(text) (SFUNC = textcat, STYPE = text, INITCOND = '')",
    'SELECT l23(last_name) FROM members WHERE id = 1',
  ],
  [
    'SELECT setseed(1.0 / ascii(last_name)) FROM members WHERE id = 1',
    'SELECT last_name FROM members ORDER BY random()',
  ],
];

/** Through settings of the session, which the server shows by itself. */
export const SETTINGS: readonly Attack[] = [
  [
    "SELECT set_config('application_name', last_name, false) FROM members WHERE id = 1",
    'SHOW application_name',
    'SELECT application_name FROM pg_stat_activity',
  ],
  [
    "SELECT set_config('my.thing', last_name, false) IS NULL FROM members WHERE id = 1",
    'SHOW my.thing',
    "SELECT current_setting('my.thing')",
    "SELECT current_setting('my' || '.thing')",
  ],
  [
    'SELECT stash()',
    'SHOW my.thing',
    "SELECT current_setting('my.thing')",
    "SELECT setting FROM pg_settings WHERE name LIKE 'my%'",
  ],
  [
    "DO $$BEGIN PERFORM set_config('application_name', (SELECT last_name FROM members WHERE id = 1), false); END$$",
    'SHOW application_name',
    'SELECT application_name FROM pg_stat_activity',
  ],
  [
    "DO $$BEGIN EXECUTE format('SET application_name = %L', (SELECT reverse(last_name) FROM members WHERE id = 1)); END$$",
    "SELECT current_setting('application_name')",
    'SELECT setting FROM pg_settings',
  ],
  [
    "DO $$BEGIN EXECUTE format('SET search_path = %L', (SELECT last_name FROM members WHERE id = 1)); END$$",
    'SHOW search_path',
    "SELECT current_setting('search_path')",
    'SELECT pg_catalog.current_schemas(true)',
  ],
  ["DO $$BEGIN EXECUTE format('SET DateStyle = %L', (SELECT last_name FROM members WHERE id = 1)); END$$"],
  [
    "DO $$BEGIN EXECUTE format('SET TimeZone = %L', '<' || (SELECT left(last_name, 10) FROM members WHERE id = 1) || '>+1'); END$$",
    'SHOW TimeZone',
    'SELECT now()',
    "SELECT to_char(now(), 'TZ')",
  ],
  [
    "SELECT set_config('TimeZone', '<' || left(last_name, 9) || '>+1', false) FROM members WHERE id = 1",
    'SELECT timeofday()',
    "SELECT to_char(now(), 'TZ')",
  ],
  ["SELECT set_config('role', last_name, false) FROM members WHERE id = 1"],
  [
    "SELECT set_config('work_mem', translate(ssn, '-', ''), false) FROM members WHERE id = 1",
    'SHOW work_mem',
    "SELECT current_setting('work_mem')",
  ],
  [
    "DO $$BEGIN PERFORM set_config('work_mem', (SELECT translate(ssn, '-', '') FROM members WHERE id = 1), false); END$$",
    'SHOW work_mem',
    "SELECT setting FROM pg_settings WHERE name = 'work_mem'",
  ],
  [
    "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET my.x = %L', current_database(), (SELECT last_name FROM members WHERE id = 1)); END$$",
    'SELECT * FROM pg_db_role_setting',
  ],
  [
    "DO $$BEGIN PERFORM set_config('client_encoding', (SELECT last_name FROM members WHERE id = 1), false); END$$",
  ],
  [
    "DO $$BEGIN PERFORM set_config('default_text_search_config', (SELECT last_name FROM members WHERE id = 1), false); END$$",
    'SELECT get_current_ts_config()',
  ],
];
