/**
 * Ordinary work that looks like an attack: it must pass, and arrive byte for byte as without guard. `$1` of each list
 * is one connection.
 */
export const BENIGN: readonly (readonly [string, ...string[]])[] = [
  ['SELECT id, color, size, note FROM gadgets ORDER BY id LIMIT 5'],
  ['TABLE gadgets'],
  [
    'SELECT upper(color), length(note), size + 1, size * 2.5, id::text, note::varchar(3) FROM gadgets WHERE id < 4',
  ],
  ["SELECT color || '-' || size, concat(color, note), format('%s/%s', id, color) FROM gadgets WHERE id = 1"],
  ['SELECT g FROM gadgets g WHERE id = 1', 'SELECT (g).color, g.* FROM gadgets g WHERE id = 1'],
  ['SELECT row_to_json(g), to_jsonb(g), json_agg(g) OVER () FROM gadgets g WHERE id = 1'],
  ['SELECT count(*), count(DISTINCT color), sum(size), avg(size), min(note), max(id) FROM gadgets'],
  ['SELECT color, count(*) FROM gadgets GROUP BY color ORDER BY 1', 'SELECT count(*) FROM members'],
  [
    'SELECT count(*), count(last_name) FROM members WHERE birth_date IS NOT NULL',
    'SELECT id FROM members WHERE id = 1',
  ],
  [
    'SELECT status, count(*) FROM members GROUP BY status',
    'SELECT id, status FROM members ORDER BY id LIMIT 3',
  ],
  [
    'SELECT last_name IS NULL, ssn IS NOT NULL FROM members WHERE id = 1',
    'SELECT EXISTS (SELECT FROM members)',
  ],
  ['WITH t AS (SELECT id, color FROM gadgets) SELECT * FROM t WHERE id = 2'],
  ['WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 5) SELECT i FROM r'],
  ['SELECT id FROM gadgets UNION SELECT 1000 ORDER BY 1', "SELECT color FROM gadgets INTERSECT SELECT 'red'"],
  ['SELECT g.id, m.status FROM gadgets g JOIN members m USING (id) WHERE g.id < 4 ORDER BY 1'],
  ['SELECT g.color FROM gadgets g WHERE EXISTS (SELECT FROM members m WHERE m.id = g.id) AND g.id < 3'],
  ['SELECT x.i, y.c FROM (VALUES (1), (2)) x(i), LATERAL (SELECT color AS c FROM gadgets WHERE id = x.i) y'],
  [
    'SELECT row_number() OVER (ORDER BY id), rank() OVER (ORDER BY size), lag(color) OVER (ORDER BY id) FROM gadgets LIMIT 3',
  ],
  ['SELECT ARRAY[1, 2], ARRAY(SELECT id FROM gadgets WHERE id < 4 ORDER BY 1), unnest(ARRAY[1, 2])'],
  ['SELECT generate_series(1, 3)', 'SELECT * FROM generate_series(1, 3) WITH ORDINALITY AS g(a, b)'],
  [
    "SELECT '{\"a\": [1, 2]}'::jsonb -> 'a' -> 0, jsonb_build_object('id', id, 'c', color) FROM gadgets WHERE id = 1",
  ],
  [
    'SELECT x.* FROM json_to_recordset(\'[{"a": 1}, {"a": 2}]\') AS x(a int)',
    'SELECT * FROM jsonb_each_text(\'{"k": "v"}\')',
  ],
  ['SELECT xmlelement(name a, color) FROM gadgets WHERE id = 1', "SELECT xpath('/a/text()', '<a>1</a>')"],
  [
    "SELECT encode('abc', 'hex'), decode('616263', 'hex'), md5('abc'), reverse('abc'), convert_to('a', 'UTF8')",
  ],
  [
    "SELECT regexp_replace('abc', 'b', 'x'), substring('abcdef' from 2 for 3), split_part('a-b', '-', 2), translate('abc', 'a', 'x')",
  ],
  [
    "SELECT date '2020-01-01' + 1, interval '1 day', extract(year FROM date '2020-01-01'), to_char(date '2020-01-01', 'YYYY')",
  ],
  ["SELECT int4range(1, 5), daterange(NULL, NULL), point(1, 2), 1.5::numeric, 2::money, B'101', 'a'::bytea"],
  [
    'SELECT CASE WHEN size > 2 THEN color ELSE note END FROM gadgets WHERE id < 4 ORDER BY id',
    'SELECT coalesce(note, color), nullif(color, note), greatest(size, id) FROM gadgets WHERE id = 1',
  ],
  [
    'BEGIN',
    "INSERT INTO gadgets(id, color) VALUES (501, 'green') RETURNING *",
    'UPDATE gadgets SET size = 3 WHERE id = 501 RETURNING id, size, color',
    'DELETE FROM gadgets WHERE id = 501 RETURNING color',
    'ROLLBACK',
  ],
  [
    "INSERT INTO gadgets(id, color) VALUES (502, 'x') ON CONFLICT (id) DO UPDATE SET color = excluded.color RETURNING id, color",
    'DELETE FROM gadgets WHERE id = 502',
  ],
  ["UPDATE members SET status = 'seen' WHERE id = 2 RETURNING id, status"],
  ["WITH u AS (UPDATE gadgets SET note = 'n' WHERE id = 3 RETURNING id, note) SELECT * FROM u"],
  [
    'CREATE TEMP TABLE t AS SELECT id, color FROM gadgets',
    'SELECT id, color FROM t ORDER BY id LIMIT 2',
    'COPY (SELECT id FROM t WHERE id < 3 ORDER BY id) TO STDOUT',
  ],
  [
    'CREATE TEMP TABLE t (a int, b text)',
    'INSERT INTO t SELECT id, color FROM gadgets WHERE id < 3',
    'SELECT * FROM t ORDER BY a',
  ],
  ['CREATE TEMP VIEW v AS SELECT id, upper(color) AS c FROM gadgets', 'SELECT * FROM v WHERE id = 1'],
  ['PREPARE p(int) AS SELECT color FROM gadgets WHERE id = $1', 'EXECUTE p(1)', 'DEALLOCATE p'],
  [
    'BEGIN',
    'DECLARE c CURSOR FOR SELECT id, color FROM gadgets ORDER BY id',
    'FETCH 2 FROM c',
    'MOVE 1 FROM c',
    'FETCH 1 FROM c',
    'CLOSE c',
    'COMMIT',
  ],
  [
    'EXPLAIN (COSTS OFF) SELECT * FROM gadgets WHERE id = 1',
    "EXPLAIN (COSTS OFF, FORMAT JSON) SELECT color FROM gadgets WHERE color = 'red'",
  ],
  [
    'COPY (SELECT id, color FROM gadgets WHERE id < 4 ORDER BY id) TO STDOUT',
    'COPY (SELECT id, color FROM gadgets WHERE id < 3 ORDER BY id) TO STDOUT (FORMAT csv, HEADER)',
  ],
  [
    'SHOW work_mem',
    'SHOW search_path',
    'SET statement_timeout = 1000',
    'SHOW statement_timeout',
    "SELECT current_setting('work_mem')",
    'RESET statement_timeout',
  ],
  ["SELECT set_config('my.flag', 'on', false)", "SET application_name = 'report'", 'SHOW application_name'],
  [
    "SELECT nextval('counter') > 0, currval('counter') > 0",
    "SELECT setval('counter', 5)",
    'SELECT last_value FROM counter',
  ],
  ['SELECT current_database() IS NOT NULL, current_user, session_user, current_schema()', 'SELECT version()'],
  ['SELECT pg_try_advisory_lock(42)', 'SELECT pg_advisory_unlock(42)'],
  [
    "SELECT relname, relkind FROM pg_class WHERE relname = 'gadgets'",
    "SELECT attname FROM pg_attribute WHERE attrelid = 'gadgets'::regclass AND attnum > 0 ORDER BY attnum",
  ],
  [
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_name = 'gadgets' ORDER BY ordinal_position",
  ],
  [
    "SELECT pg_get_viewdef('v_members'::regclass)",
    "SELECT pg_get_functiondef('peek(int)'::regprocedure)",
    "SELECT 'gadgets'::regclass, format_type(23, NULL)",
  ],
  [
    "SELECT rolname FROM pg_roles WHERE rolname = 'nina'",
    "SELECT name, unit FROM pg_settings WHERE name = 'work_mem'",
  ],
  ["SELECT conname, contype FROM pg_constraint WHERE conrelid = 'gadgets'::regclass"],
  [
    "SELECT indexdef FROM pg_indexes WHERE tablename = 'gadgets'",
    "SELECT n_distinct IS NOT NULL FROM pg_stats WHERE tablename = 'gadgets' AND attname = 'id'",
  ],
  ['SELECT 1/0'],
  ['SELECT * FROM nothing'],
  ['SELEC 1'],
  ["SELECT 'x'::int"],
  ['INSERT INTO gadgets(id) VALUES (1)'],
  [
    'DO $$DECLARE i int; BEGIN FOR i IN 1..3 LOOP PERFORM i; END LOOP; END$$',
    'SELECT id, color FROM gadgets WHERE id = 1',
    'SHOW work_mem',
  ],
  ["DO $$BEGIN EXECUTE 'CREATE TEMP TABLE made (a int)'; END$$"],
  ['LISTEN jobs', "NOTIFY jobs, 'ready'", "SELECT pg_notify('jobs', 'done')", 'UNLISTEN jobs'],
  [
    "SELECT levenshtein('a', 'b'), 'abc' % 'abd', hstore('a', 'b') -> 'a', 'Top.Science'::ltree, 'x'::citext, digest('a', 'sha256')",
  ],
  [
    'SELECT DISTINCT ON (color) color, id FROM gadgets ORDER BY color, id',
    'SELECT id FROM gadgets ORDER BY size DESC, id FETCH FIRST 2 ROWS WITH TIES',
  ],
  ['SELECT GROUPING(color), color, count(*) FROM gadgets GROUP BY ROLLUP (color) ORDER BY 1, 2'],
  [
    'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY size), mode() WITHIN GROUP (ORDER BY color) FROM gadgets',
  ],
  [
    "SELECT string_agg(color, ',' ORDER BY id), array_agg(id ORDER BY id) FILTER (WHERE id < 3) FROM gadgets WHERE id < 5",
  ],
  [
    "SELECT id FROM gadgets WHERE color ~ '^r' AND note LIKE 'p%' AND id IN (1, 2) AND size BETWEEN 1 AND 9 ORDER BY id",
  ],
  [
    "SELECT id FROM gadgets WHERE color = ANY (ARRAY['red']) AND (id, size) = (1, 1)",
    'SELECT (1, 2) < (1, 3), ROW(1, NULL) IS NULL',
  ],
  [
    "SELECT to_tsvector('simple', note) @@ to_tsquery('simple', 'plain') FROM gadgets WHERE id = 1",
    "SELECT ts_headline('a b', to_tsquery('b'))",
  ],
  ['SELECT gen_random_uuid() IS NOT NULL, random() < 2, now() IS NOT NULL, clock_timestamp() > now()'],
  [
    "SELECT pg_size_pretty(1024::bigint), pg_table_size('gadgets') > 0, pg_typeof(1), obj_description('gadgets'::regclass)",
  ],
  [
    'SELECT id, "size" AS "select", color AS "Größe" FROM gadgets WHERE id = 1',
    "SELECT $$it's$$, E'a\\tb', U&'\\00e9'",
  ],
  ['SAVEPOINT s', 'BEGIN', 'SAVEPOINT s', 'SELECT 1', 'ROLLBACK TO s', 'RELEASE s', 'COMMIT'],
  ['ANALYZE gadgets', 'LOCK TABLE gadgets', 'VACUUM gadgets'],
  [
    'CREATE TABLE plain_copy AS SELECT id, note FROM gadgets',
    'SELECT note FROM plain_copy ORDER BY id LIMIT 2',
    'ALTER TABLE plain_copy RENAME note TO remark',
    'SELECT remark FROM plain_copy ORDER BY id LIMIT 2',
  ],
  [
    "CREATE FUNCTION double(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2'",
    'SELECT size FROM gadgets WHERE id = double(1)',
  ],
  [
    'CREATE TABLE stamped (id int, at timestamptz, note text)',
    "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.at := NULL; RETURN NEW; END'",
    'CREATE TRIGGER st BEFORE INSERT ON stamped FOR EACH ROW EXECUTE FUNCTION stamp()',
    "INSERT INTO stamped VALUES (1, now(), 'kept') RETURNING *",
    'SELECT * FROM stamped',
  ],
  ['SELECT id FROM sprung', 'SELECT id FROM preset', 'SELECT d, code FROM digits', 'SELECT id FROM tapped'],
  [
    'SELECT label FROM base',
    'SELECT id FROM people',
    'SELECT id, long FROM derived',
    'SELECT id FROM v_members WHERE id = 1',
  ],
  ["SELECT min(color), max(size), regexp_split_to_array('a-b', '-') FROM gadgets"],
  ["SELECT 'Quillfeatherstone' AS name_i_typed", "SELECT id FROM gadgets WHERE note = '907-55-1234'"],
  ['SELECT nothing FROM gadgets', 'DROP TABLE nothing_there'],
  ['SELECT pg_sleep(0)', 'SELECT pg_backend_pid() > 0', 'SELECT pg_is_in_recovery()'],
  ['SELECT a.id FROM gadgets a, gadgets b WHERE a.id = b.id AND a.id < 3 ORDER BY 1'],
];
