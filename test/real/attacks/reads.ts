import type { Attack } from './attack.ts';

/** Straight at the value: the masks of plain columns. */
export const DIRECT: readonly Attack[] = [
  ['SELECT * FROM members'],
  ['SELECT last_name, ssn FROM public.members WHERE id = 1'],
  ['TABLE members'],
  ['SELECT m.* FROM members m'],
  ['SELECT m FROM members m WHERE id = 1'],
  ['SELECT (m).last_name FROM members m'],
  ['SELECT last_name(m), ssn(m) FROM members m'],
  ['SELECT last_name AS id, ssn AS color FROM members'],
  ['SELECT * FROM members AS gadgets(id, color, size, note)'],
  [
    'SELECT last_names FROM members',
    'SELECT last_names[1] FROM members',
    'SELECT unnest(last_names) FROM members',
  ],
  [
    'SELECT patient_name FROM members',
    "SELECT patient_name ->> 'ssn' FROM members",
    "SELECT patient_name #>> '{last_name}' FROM members",
  ],
  ['SELECT clinical_notes, street_address, email FROM members WHERE id = 1'],
  ['SELECT label, tag FROM v_members'],
  ['SELECT * FROM v_upper WHERE id = 1'],
  ['SELECT elbal FROM m_members WHERE id = 1'],
  ['SELECT * FROM people', 'SELECT * FROM people_low', 'SELECT tableoid::regclass, last_name FROM people'],
  ['SELECT * FROM heir', 'SELECT last_name FROM ONLY heir'],
  ['SELECT loud FROM derived', 'SELECT * FROM derived'],
  ['SELECT last_name FROM ONLY members FOR UPDATE'],
  ['SELECT last_name FROM members TABLESAMPLE system (100) REPEATABLE (1)'],
  ['SELECT DISTINCT ON (id) last_name FROM members ORDER BY id FETCH FIRST 1 ROW WITH TIES'],
];

/** Computed from the value. */
export const EXPRESSIONS: readonly Attack[] = [
  ["SELECT last_name || '' FROM members", 'SELECT upper(last_name), lower(ssn) FROM members'],
  ["SELECT encode(convert_to(last_name, 'UTF8'), 'hex') FROM members"],
  ["SELECT encode(last_name::bytea, 'base64') FROM members WHERE id = 1"],
  ['SELECT last_name::bytea FROM members', 'SELECT reverse(ssn) FROM members'],
  ["SELECT translate(ssn, '-', ''), replace(ssn, '-', '')::int FROM members WHERE id = 1"],
  ["SELECT replace(ssn, '-', '')::bigint * 1.0, replace(ssn, '-', '')::float8 FROM members WHERE id = 1"],
  ["SELECT to_hex(replace(ssn, '-', '')::int), replace(ssn, '-', '')::int - 1 + 1 FROM members WHERE id = 1"],
  ['SELECT substr(last_name, 1, 9), substring(last_name from 5 for 9) FROM members WHERE id = 1'],
  [
    "SELECT left(last_name, 8), right(last_name, 8), split_part(clinical_notes, ' ', 1) FROM members WHERE id = 1",
  ],
  ["SELECT regexp_replace(last_name, '(.)', '\\1.', 'g') FROM members WHERE id = 1"],
  ["SELECT regexp_matches(last_name, '.{8}', 'g') FROM members WHERE id = 1"],
  ["SELECT regexp_split_to_table(last_name, '') FROM members WHERE id = 1"],
  [
    'SELECT string_to_array(last_name, NULL) FROM members WHERE id = 1',
    'SELECT * FROM string_to_table((SELECT last_name FROM members WHERE id = 1), NULL)',
  ],
  [
    "SELECT string_agg(ascii(substr(last_name, i, 1))::text, ',' ORDER BY i) FROM members, generate_series(1, 17) i WHERE id = 1",
  ],
  [
    'SELECT chr(ascii(substr(last_name, i, 1))) FROM members, generate_series(1, 17) i WHERE id = 1 ORDER BY i',
  ],
  [
    'SELECT get_byte(last_name::bytea, i), chr(get_byte(last_name::bytea, i)) FROM members, generate_series(0, 16) i WHERE id = 1 ORDER BY i',
  ],
  ["SELECT format('%s', last_name), format('%I', last_name), format('%L', m) FROM members m WHERE id = 1"],
  [
    'SELECT concat(last_name), concat_ws(chr(32), id, last_name), quote_literal(last_name), quote_ident(last_name) FROM members',
  ],
  [
    'SELECT coalesce(last_name, ssn), nullif(last_name, chr(1)), greatest(last_name, ssn), least(last_name, ssn) FROM members',
  ],
  [
    'SELECT CASE WHEN id = 1 THEN last_name END, CASE id WHEN 1 THEN ssn ELSE chr(65) END FROM members WHERE id = 1',
  ],
  ['SELECT min(last_name), max(last_name), max(ssn) FROM members WHERE id = 1'],
  [
    "SELECT string_agg(last_name, ';'), array_agg(ssn), json_agg(last_name), jsonb_object_agg(id, ssn) FROM members",
  ],
  [
    'SELECT first_value(last_name) OVER w, lag(ssn, 0) OVER w, nth_value(email, 1) OVER w FROM members WINDOW w AS (ORDER BY id)',
  ],
  [
    'SELECT mode() WITHIN GROUP (ORDER BY last_name), percentile_disc(1) WITHIN GROUP (ORDER BY ssn) FROM members WHERE id = 1',
  ],
  [
    'SELECT row_to_json(m), to_json(m), to_jsonb(m), json_build_object(id, last_name), json_build_array(m) FROM members m WHERE id = 1',
  ],
  [
    "SELECT jsonb_pretty(to_jsonb(m)), jsonb_path_query(to_jsonb(m), '$.last_name') FROM members m WHERE id = 1",
  ],
  [
    'SELECT xmlelement(name a, last_name), xmlforest(ssn), xmlagg(xmlelement(name b, email)) FROM members WHERE id = 1 GROUP BY last_name, ssn',
  ],
  [
    "SELECT ts_headline(clinical_notes, to_tsquery('simple', 'eczema')), to_tsvector('simple', clinical_notes) FROM members WHERE id = 1",
  ],
  [
    'SELECT last_name COLLATE "C", last_name::varchar(30), last_name::char(30), last_name::name, last_name::json::text FROM members WHERE id = -1 UNION ALL SELECT last_name COLLATE "C", last_name::varchar(30), last_name::char(30), last_name::name, \'\' FROM members WHERE id = 1',
  ],
  ['SELECT ROW(last_name, ssn), ROW(m.*), (m.*)::text, m::text FROM members m WHERE id = 1'],
  [
    'SELECT ARRAY[last_name, ssn], ARRAY(SELECT m FROM members m WHERE id = 1)::text, (ARRAY[last_name])[1] FROM members WHERE id = 1',
  ],
  [
    "SELECT int8range(replace(ssn, '-', '')::bigint, NULL), numrange(replace(ssn, '-', '')::numeric, NULL, '[]') FROM members WHERE id = 1",
  ],
  [
    "SELECT lower(int8range(replace(ssn, '-', '')::bigint, NULL)), int8multirange(int8range(replace(ssn, '-', '')::bigint, NULL)) FROM members WHERE id = 1",
  ],
  [
    "SELECT make_interval(secs => replace(ssn, '-', '')::int), to_timestamp(replace(ssn, '-', '')::int)::text || replace(ssn, '-', '') FROM members WHERE id = 1",
  ],
  ["SELECT (last_name, 'x')::pair, ((last_name, 'x')::pair).a FROM members WHERE id = 1"],
  [
    "SELECT hstore('k', last_name), hstore(m) -> 'ssn', akeys(hstore(last_name, 'v')) FROM members m WHERE id = 1",
  ],
  [
    'SELECT last_name::citext, lower(last_name::citext), show_trgm(last_name)::text || last_name FROM members WHERE id = 1',
  ],
  [
    "SELECT armor(last_name::bytea), encode(encrypt(last_name::bytea, 'k', 'aes'), 'hex') || last_name FROM members WHERE id = 1",
  ],
  ["SELECT decrypt(encrypt(last_name::bytea, 'k', 'aes'), 'k', 'aes') FROM members WHERE id = 1"],
  [
    "SELECT overlay(last_name placing '' from 1 for 0), lpad(last_name, 40, '.'), rpad(ssn, 40), repeat(last_name, 2), initcap(last_name) FROM members WHERE id = 1",
  ],
  ["SELECT convert_from(convert(last_name::bytea, 'UTF8', 'LATIN1'), 'LATIN1') FROM members WHERE id = 1"],
  [
    "SELECT width_bucket(replace(ssn, '-', '')::float8, 0, 2000000000, 2000000000) - 1 FROM members WHERE id = 1",
  ],
  [
    "SELECT replace(ssn, '-', '')::bit(32), replace(ssn, '-', '')::int::bit(32)::int FROM members WHERE id = 1 AND false UNION ALL SELECT NULL, replace(ssn, '-', '')::int::bit(32)::int FROM members WHERE id = 1",
  ],
  [
    "SELECT point(replace(ssn, '-', '')::float8, 0), box(point(replace(ssn, '-', '')::float8, 0)), '0.0.0.0'::inet + replace(ssn, '-', '')::bigint::int FROM members WHERE id = 1",
  ],
  [
    "SELECT money(replace(ssn, '-', '')::bigint), to_char(replace(ssn, '-', '')::bigint, '999-99-9999'), replace(ssn, '-', '')::oid FROM members WHERE id = 1",
  ],
  [
    "SELECT sum(replace(ssn, chr(45), chr(32))::text::numeric) FROM (SELECT translate(ssn, chr(45), chr(48)) AS ssn FROM members WHERE id = -1) x UNION ALL SELECT sum(translate(ssn, chr(45), NULL::text || chr(1))::numeric) FROM members WHERE false UNION ALL SELECT sum(replace(ssn, chr(45), '')::numeric) FROM members WHERE id = 1",
  ],
];

/** Through the shapes of queries. */
export const QUERIES: readonly Attack[] = [
  ['WITH t AS (SELECT last_name AS x FROM members) SELECT x FROM t'],
  ['WITH t(a, b) AS MATERIALIZED (SELECT id, last_name FROM members) SELECT b FROM t'],
  [
    "WITH RECURSIVE r(i, s) AS (SELECT 1, last_name FROM members WHERE id = 1 UNION ALL SELECT i + 1, s || '' FROM r WHERE i < 3) SELECT s FROM r",
  ],
  [
    "WITH RECURSIVE r(i, s, t) AS (SELECT 1, last_name, ''::text FROM members WHERE id = 1 UNION ALL SELECT i + 1, substr(s, 2), t || left(s, 1) FROM r WHERE s <> '') SELECT t FROM r",
  ],
  ['SELECT color FROM gadgets UNION SELECT last_name FROM members'],
  ["VALUES ('a'), ((SELECT last_name FROM members WHERE id = 1))"],
  ['SELECT x FROM (VALUES (1)) v(i), LATERAL (SELECT last_name AS x FROM members WHERE id = i) y'],
  ['SELECT * FROM gadgets g LEFT JOIN members m USING (id) WHERE id = 1'],
  ['SELECT * FROM gadgets NATURAL JOIN (SELECT id, last_name AS w FROM members) m WHERE id = 1'],
  ['SELECT j.b FROM (gadgets g JOIN members m ON g.id = m.id) AS j(a, color, size, note, i, b)'],
  ['SELECT (SELECT last_name FROM members WHERE id = 1)', 'SELECT ARRAY(SELECT last_name FROM members)'],
  [
    'SELECT (SELECT m FROM members m WHERE id = 1).last_name',
    'SELECT ((SELECT m FROM members m WHERE id = 1)).*',
  ],
  ["SELECT v.x FROM (VALUES ('Quillfeatherston' || 'e'), ('b')) v(x) JOIN members m ON m.last_name = v.x"],
  [
    "SELECT g FROM generate_series(907551230, 907551240) g WHERE EXISTS (SELECT FROM members WHERE replace(ssn, chr(45), chr(32)) IS NOT NULL AND translate(ssn, chr(45), '') = g::text)",
  ],
  [
    "SELECT max(g) FROM generate_series(907551200, 907551300) g, members WHERE g <= translate(ssn, '-', '')::int AND members.id = 1",
  ],
  [
    "SELECT count(*) FROM generate_series(1, (SELECT translate(ssn, '-', '')::bigint - 907551000 FROM members WHERE id = 1)) g HAVING count(*) > 0 UNION ALL SELECT translate(ssn, '-', '')::bigint FROM members WHERE id = 1",
  ],
  [
    'SELECT * FROM json_to_record((SELECT to_json(m) FROM members m WHERE id = 1)) AS x(last_name text, ssn text)',
  ],
  ['SELECT x.* FROM jsonb_to_recordset((SELECT jsonb_agg(m) FROM members m)) AS x(id int, ssn text)'],
  ['SELECT x.key, x.value FROM members m, jsonb_each_text(to_jsonb(m)) x WHERE m.id = 1'],
  [
    "SELECT (json_populate_record(NULL::gadgets, json_build_object('color', last_name))).color FROM members WHERE id = 1",
  ],
  [
    "SELECT (jsonb_populate_record(g, jsonb_build_object('note', m.ssn))).* FROM gadgets g JOIN members m USING (id) WHERE id = 1",
  ],
  [
    "SELECT x.* FROM members m, xmltable('/a' PASSING (('<a>' || last_name || '</a>')::xml) COLUMNS v text PATH '.') x WHERE m.id = 1",
  ],
  ["SELECT (xpath('/a/text()', ('<a>' || last_name || '</a>')::xml))[1] FROM members WHERE id = 1"],
  [
    'SELECT u.* FROM unnest(ARRAY(SELECT m FROM members m WHERE id = 1)) u',
    'SELECT u.b FROM unnest(ARRAY(SELECT id FROM members), ARRAY(SELECT last_name FROM members)) u(a, b)',
  ],
  [
    'SELECT * FROM ROWS FROM (unnest(ARRAY(SELECT last_name FROM members)), generate_series(1, 2)) AS t(a, b)',
  ],
  [
    'SELECT last_name FROM members GROUP BY ROLLUP (last_name)',
    'SELECT last_name, count(*) FROM members GROUP BY 1 HAVING count(*) = 1',
  ],
  [
    "SELECT id FROM gadgets EXCEPT SELECT -id FROM members UNION ALL SELECT translate(ssn, chr(45), '')::int FROM members",
  ],
  ['WITH RECURSIVE b AS (SELECT * FROM a), a AS (SELECT last_name FROM members) TABLE b'],
  [
    'SELECT s FROM (SELECT last_name, row_number() OVER () FROM members) AS s',
    'SELECT s.last_name FROM (SELECT * FROM members) s',
  ],
  [
    'WITH RECURSIVE r(s) AS (SELECT last_name FROM members UNION ALL SELECT s FROM r WHERE false) SEARCH BREADTH FIRST BY s SET o SELECT o FROM r',
  ],
  ["SELECT * FROM crosstab('SELECT id, 1, last_name FROM members ORDER BY 1') AS ct(id int, n text)"],
];

/** What writes give back. */
export const RETURNING: readonly Attack[] = [
  ["UPDATE members SET status = 'x' WHERE id = 1 RETURNING *"],
  ['UPDATE members SET status = last_name WHERE id = 1 RETURNING status'],
  [
    'UPDATE members m SET status = o.ssn FROM members o WHERE o.id = m.id AND m.id = 1 RETURNING m.status, o.last_name',
  ],
  ['INSERT INTO scratch(k) SELECT last_name FROM members WHERE id = 1 RETURNING k'],
  [
    'INSERT INTO gadgets(id, color) SELECT 900, last_name FROM members WHERE id = 1 ON CONFLICT (id) DO UPDATE SET color = excluded.color RETURNING color',
  ],
  ['WITH u AS (UPDATE members SET status = status WHERE id = 1 RETURNING *) SELECT last_name FROM u'],
  [
    'WITH d AS (DELETE FROM people WHERE id = 1 RETURNING last_name) INSERT INTO scratch(k) SELECT last_name FROM d RETURNING reverse(k)',
  ],
  ['DELETE FROM gadgets g USING members m WHERE m.id = g.id AND g.id = 1 RETURNING m.ssn, m'],
  [
    "INSERT INTO members(id, last_name, ssn) SELECT 901, last_name, 'z' || ssn FROM members WHERE id = 1 RETURNING members.*",
  ],
  ['UPDATE v_members SET label = label WHERE id = 1 RETURNING tag'],
  [
    'UPDATE gadgets SET (color, note) = (SELECT last_name, ssn FROM members WHERE id = 1) WHERE id = 2 RETURNING color, note',
  ],
];
