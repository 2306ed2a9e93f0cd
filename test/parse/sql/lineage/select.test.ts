import { beforeAll, describe, expect, test } from 'vitest';
import { loadSqlParser } from '../../../../src/parse/sql/parse-sql.ts';
import { outputs } from './judge.ts';

beforeAll(loadSqlParser);

const GROUPS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'plain columns': [
    ['SELECT ssn FROM patients', 'ssn:=ssn'],
    ['SELECT ssn AS x FROM patients p', 'x:=ssn'],
    ['SELECT p.ssn, zip FROM public.patients p', 'ssn:=ssn zip:=-'],
    ['SELECT patients.ssn FROM patients', 'ssn:=ssn'],
    ['SELECT public.patients.ssn FROM public.patients', 'ssn:=ssn'],
    ['SELECT clinic.public.patients.ssn FROM public.patients', 'ssn:=ssn'],
    ['SELECT x FROM patients p(a, b, x)', 'x:=ssn'],
    ['SELECT ssn FROM demo.patients', 'ssn:=-'],
    ['SELECT token FROM vault.secrets', 'token:=token'],
    ['SELECT b FROM pg_temp.scratch_tmp', 'b:=ssn'],
    ['SELECT b FROM scratch_tmp', 'b:=ssn'],
    ['SELECT ctid, xmin, tableoid FROM patients', 'ctid:- xmin:- tableoid:-'],
    ['SELECT id, ssn FROM patients ORDER BY 1.5', 'id:=- ssn:=ssn'],
    ['SELECT 1, $1, NULL, now(), current_user', '?column?:- ?column?:- ?column?:- now:- current_user:-'],
    ['SELECT DISTINCT ON (ssn) id FROM patients', 'id:=-'],
    ['SELECT last_value FROM ids_seq', 'last_value:-'],
    ['SELECT', ''],
  ],
  stars: [
    ['TABLE scratch', 'a:=- b:=-'],
    ['SELECT * FROM demo.patients', 'id:=- ssn:=-'],
    ['SELECT s.*, 1 AS one FROM staff s', 'id:=- login:=- password:=password zip:=- one:-'],
    ['SELECT * FROM scratch, staff', 'a:=- b:=- id:=- login:=- password:=password zip:=-'],
    ['SELECT x.* FROM scratch s JOIN staff x ON true', 'id:=- login:=- password:=password zip:=-'],
    ['SELECT * FROM unknown_table', 'opaque'],
    ['SELECT a, u.* FROM scratch, unknown_table u', 'opaque'],
    ['SELECT a FROM (SELECT * FROM scratch) q', 'a:=-'],
    ['SELECT public.scratch.* FROM public.scratch', 'a:=- b:=-'],
    ['SELECT nobody.* FROM scratch', 'opaque'],
  ],
  'what is not known': [
    ['SELECT x FROM unknown_table', 'x:?'],
    ['SELECT t.x, 1 FROM unknown_table t', 'x:? ?column?:-'],
    ['SELECT nothing FROM patients', 'nothing:?'],
    ['SELECT count(*) FROM unknown_table', 'count:-'],
    ['SELECT a FROM scratch, unknown_table', 'a:=-'],
    ['SELECT (SELECT zip FROM unknown_table) FROM patients', 'zip:?'],
  ],
  'search path and shadowing': [
    ['WITH patients AS (SELECT 1 AS ssn) SELECT ssn FROM patients', 'ssn:-'],
    ['WITH patients AS (SELECT 1 AS ssn) SELECT ssn FROM public.patients', 'ssn:=ssn'],
    [
      'WITH x AS (SELECT ssn FROM patients) SELECT (SELECT zip FROM (WITH x AS (SELECT 1 AS zip) SELECT zip FROM x) q) FROM x',
      'zip:-',
    ],
    ['SELECT ssn FROM (SELECT zip AS ssn FROM patients) patients', 'ssn:=-'],
    ['SELECT (SELECT ssn) FROM patients', 'ssn:=ssn'],
    ['SELECT (SELECT s.zip FROM staff s WHERE s.id = p.id) FROM patients p', 'zip:=-'],
  ],
  joins: [
    ['SELECT * FROM scratch JOIN events ON a = n', 'a:=- b:=- id:=- kind:=- n:=-'],
    [
      'SELECT * FROM visits JOIN events USING (id)',
      'id:=- patient_id:=- at:=- reason:=- cost:=- kind:=- n:=-',
    ],
    ['SELECT * FROM demo.patients NATURAL JOIN events', 'id:=- ssn:=- kind:=- n:=-'],
    ['SELECT id, v.id, e.id FROM visits v FULL JOIN events e USING (id)', 'id:- id:=- id:=-'],
    ['SELECT ssn FROM patients a JOIN patients b USING (ssn)', 'ssn:=ssn'],
    ['SELECT ssn FROM patients a FULL JOIN demo.patients b USING (ssn)', 'ssn:ssn'],
    ['SELECT ssn FROM demo.patients a RIGHT JOIN patients b USING (ssn)', 'ssn:=ssn'],
    ['SELECT j.ssn FROM (patients JOIN visits ON true) AS j', 'ssn:=ssn'],
    ['SELECT j.q FROM (scratch JOIN patients ON true) AS j(a, b, id, q)', 'q:=name'],
    ['SELECT jj.id FROM patients JOIN visits USING (id) AS jj', 'id:=-'],
    ['SELECT x FROM (VALUES (1)) v(y) CROSS JOIN LATERAL (SELECT ssn FROM patients) q(x)', 'x:=ssn'],
    ['SELECT s.v FROM patients p CROSS JOIN LATERAL (VALUES (p.ssn)) s(v)', 's.v'.slice(2).concat(':=ssn')],
    ['SELECT s.v FROM patients p, LATERAL (SELECT p.ssn || p.zip AS v) s', 'v:ssn'],
    ['SELECT q.ssn FROM patients p, (SELECT 1 AS ssn) q', 'ssn:-'],
  ],
  subqueries: [
    ['SELECT y FROM (SELECT ssn AS y FROM patients) s', 'y:=ssn'],
    ['SELECT z FROM (SELECT y AS z FROM (SELECT ssn AS y FROM patients) a) b', 'z:=ssn'],
    ['SELECT (SELECT ssn FROM patients LIMIT 1) AS n', 'n:=ssn'],
    ['SELECT EXISTS (SELECT ssn FROM patients)', 'exists:-'],
    ["SELECT '1' IN (SELECT ssn FROM patients)", '?column?:-'],
    ['SELECT ARRAY(SELECT ssn FROM patients)', 'array:ssn'],
    ['SELECT c FROM (SELECT id, ssn FROM patients) AS q(b, c)', 'c:=ssn'],
    ['SELECT (SELECT a FROM scratch WHERE EXISTS (SELECT 1 FROM patients))', 'a:=-'],
  ],
  CTEs: [
    ['WITH t AS (SELECT ssn z FROM patients) SELECT z FROM t', 'z:=ssn'],
    ['WITH t(q) AS (SELECT ssn FROM patients) SELECT q FROM t', 'q:=ssn'],
    ['WITH a AS (SELECT ssn FROM patients), b AS (SELECT * FROM a) SELECT * FROM b', 'ssn:=ssn'],
    [
      'WITH RECURSIVE r(i, s) AS (SELECT 1, ssn FROM patients UNION ALL SELECT i + 1, s FROM r WHERE i < 2) SELECT s, i FROM r',
      's:ssn i:-',
    ],
    [
      "WITH RECURSIVE r(i, s) AS (SELECT 1, 'x' UNION ALL SELECT i + 1, ssn FROM r, patients) SELECT s FROM r",
      's:ssn',
    ],
    [
      'WITH RECURSIVE r(a, b) AS (SELECT 1, ssn FROM patients UNION ALL SELECT a, b FROM r), s AS (SELECT b FROM r) SELECT * FROM s',
      'b:ssn',
    ],
    [
      "WITH RECURSIVE r(a, b, c) AS (SELECT ssn, '', '' FROM patients UNION ALL SELECT '', a, b FROM r) SELECT c FROM r",
      'c:ssn',
    ],
    ['WITH RECURSIVE b AS (SELECT * FROM a), a AS (SELECT ssn FROM patients) SELECT * FROM b', 'ssn:=ssn'],
    [
      'WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SEARCH DEPTH FIRST BY n SET o CYCLE n SET c USING p SELECT * FROM r',
      'n:- o:- c:- p:-',
    ],
    [
      'WITH RECURSIVE r(s) AS (SELECT ssn FROM patients UNION ALL SELECT s FROM r) SEARCH BREADTH FIRST BY s SET o SELECT o FROM r',
      'o:ssn',
    ],
    ['WITH a AS (SELECT * FROM unknown_table) SELECT x FROM a', 'x:?'],
    ['WITH u AS (UPDATE patients SET zip = zip RETURNING ssn) SELECT ssn FROM u', 'ssn:=ssn'],
    ['WITH d AS (DELETE FROM visits RETURNING 1 AS x) SELECT count(*), max(x) FROM d', 'count:- max:-'],
    [
      'WITH x AS (SELECT 1 AS v) SELECT (WITH x AS (SELECT ssn AS v FROM patients) SELECT v FROM x) FROM x',
      'v:=ssn',
    ],
  ],
  'set operations': [
    ['SELECT zip FROM patients UNION SELECT ssn FROM patients', 'zip:ssn'],
    ["SELECT 'x' UNION ALL SELECT ssn FROM patients", '?column?:ssn'],
    ['SELECT ssn FROM patients UNION ALL SELECT ssn FROM patients', 'ssn:=ssn'],
    ['SELECT id, zip FROM patients EXCEPT SELECT id, ssn FROM patients', 'id:=- zip:ssn'],
    ['SELECT n FROM events INTERSECT SELECT ssn::int FROM patients', 'n:ssn'],
    ['SELECT 1 AS a, 2 UNION SELECT 3, 4 ORDER BY a', 'a:- ?column?:-'],
    ['(SELECT ssn FROM patients LIMIT 1) UNION (SELECT b FROM scratch) UNION SELECT NULL', 'ssn:ssn'],
    ['SELECT * FROM unknown_table UNION SELECT ssn FROM patients', 'opaque'],
    ["VALUES ('a', 1), ('b', 2)", 'column1:- column2:-'],
    ['VALUES ((SELECT ssn FROM patients), 1)', 'column1:=ssn column2:-'],
    ["SELECT v FROM (VALUES (1, 'x'), (2, (SELECT ssn FROM patients))) AS t(k, v)", 'v:ssn'],
  ],
  'views, children, generated columns': [
    ['SELECT * FROM v_patients', 'id:=- tax_id:=ssn zip:=-'],
    ['SELECT * FROM v_count', 'zip:=- n:-'],
    ['SELECT x, y FROM v_nested', 'x:ssn y:=-'],
    ['SELECT x FROM v_broken', 'x:?'],
    ['SELECT * FROM v_wrong', 'x:? y:?'],
    ['SELECT * FROM v_loop', 'x:?'],
    ['SELECT * FROM v_labelled', 'tail:-'],
    ['SELECT * FROM v_own', 'zip:=geo'],
    ['SELECT ssn FROM m_patients', 'ssn:=ssn'],
    ['SELECT * FROM people', 'id:=- nick:=name'],
    ['SELECT value FROM measurements', 'value:=text'],
    ['SELECT shown, plain_zip FROM patients', 'shown:email+name plain_zip:=-'],
    ['SELECT p.s FROM patients p(a, b, c, d, e, f, g, h, i, s)', 's:email+name'],
  ],
};

for (const [group, rows] of Object.entries(GROUPS))
  describe(group, () => {
    test.each(rows.map(([sql, expected]) => ({ sql, expected })))('$sql', ({ sql, expected }) => {
      expect(outputs(sql)).toBe(expected);
    });
  });

test('without a catalog every table column is opaque and constants are not', () => {
  expect(outputs('SELECT id, 1 AS one, now() FROM patients', { catalog: undefined })).toBe(
    'id:? one:- now:-',
  );
  expect(outputs('SELECT * FROM patients', { catalog: undefined })).toBe('opaque');
  expect(outputs('SELECT relname FROM pg_class', { catalog: undefined })).toBe('relname:-');
});
