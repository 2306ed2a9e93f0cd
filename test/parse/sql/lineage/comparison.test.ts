import { beforeAll, describe, expect, test } from 'vitest';
import { loadSqlParser } from '../../../../src/parse/sql/parse-sql.ts';
import { outputs } from './judge.ts';

beforeAll(loadSqlParser);

const SERIES = 'generate_series(0, 999) g';

/** A column that is set against a classed one says what that one is. */
const TOLD: readonly (readonly [string, string])[] = [
  ['SELECT b FROM scratch, patients WHERE b = ssn', 'b:ssn'],
  ['SELECT b FROM scratch, patients WHERE ssn = b', 'b:ssn'],
  ['SELECT b FROM scratch JOIN patients ON b = ssn', 'b:ssn'],
  ['SELECT b FROM scratch WHERE b IN (SELECT ssn FROM patients)', 'b:ssn'],
  ['SELECT b FROM scratch WHERE b = ANY (SELECT ssn FROM patients)', 'b:ssn'],
  ['SELECT b FROM scratch WHERE (a, b) IN (SELECT id, ssn FROM patients)', 'b:ssn'],
  ['SELECT a FROM scratch WHERE (a, b) IN (SELECT id, ssn FROM patients)', 'a:=-'],
  ['SELECT b FROM scratch WHERE EXISTS (SELECT 1 FROM patients WHERE ssn = b)', 'b:ssn'],
  ['SELECT b FROM scratch WHERE b = (SELECT ssn FROM patients WHERE id = 1)', 'b:ssn'],
  ['SELECT b FROM scratch, patients WHERE ssn LIKE b', 'b:ssn'],
  ['SELECT b FROM scratch, patients WHERE b IS NOT DISTINCT FROM ssn', 'b:ssn'],
  ['SELECT b FROM scratch, patients WHERE starts_with(ssn, b)', 'b:ssn'],
  ['SELECT a FROM scratch, patients WHERE ssn::int - a = 0', 'a:ssn'],
  ['SELECT a FROM scratch, patients WHERE a BETWEEN ssn::int AND ssn::int', 'a:ssn'],
  ['SELECT a FROM scratch, patients WHERE (a, 1) = (ssn::int, 1)', 'a:ssn'],
  ['SELECT b FROM scratch, patients WHERE b = ssn AND a = 1', 'b:ssn'],
  ['SELECT b FROM scratch, patients WHERE NOT (b <> ssn)', 'b:ssn'],
  ['SELECT ssn FROM demo.patients NATURAL JOIN (SELECT ssn FROM patients) q', 'ssn:ssn'],
  ['SELECT x.b FROM scratch x, scratch y, patients WHERE x.b = y.b AND y.b = ssn', 'b:ssn'],
  ['SELECT s.b FROM (SELECT b FROM scratch) s, (SELECT ssn AS z FROM patients) q WHERE s.b = q.z', 'b:ssn'],
  ['SELECT t.copy FROM (SELECT b, b AS copy FROM scratch) t, patients WHERE t.b = ssn', 'copy:ssn'],
  ['UPDATE scratch SET a = 1 FROM patients WHERE b = ssn RETURNING b', 'b:ssn'],
  ['DELETE FROM scratch USING patients WHERE b = ssn RETURNING b', 'b:ssn'],
  [`SELECT g FROM patients p JOIN ${SERIES} ON substr(p.ssn, 1, 3) = lpad(g::text, 3, '0')`, 'g:ssn'],
  [`SELECT g FROM ${SERIES} WHERE EXISTS (SELECT 1 FROM patients WHERE ssn::int = g)`, 'g:ssn'],
  [`SELECT g, ssn::int = g FROM patients, ${SERIES}`, 'g:ssn ?column?:ssn'],
  [`SELECT array_agg(ssn::int = g ORDER BY g) FROM patients, ${SERIES}`, 'array_agg:ssn'],
  [`SELECT count(*) FROM patients, ${SERIES} WHERE g < ssn::int`, 'count:ssn'],
  [`SELECT max(g) FROM patients, ${SERIES} WHERE g <= ssn::int`, 'max:ssn'],
  [
    `SELECT v.label FROM patients, (VALUES (0, 'zero'), (1, 'one')) v(n, label) WHERE v.n = ssn::int`,
    'label:ssn',
  ],
  [
    'WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < 999) SELECT n FROM r, patients WHERE n = ssn::int',
    'n:ssn',
  ],
  [
    `WITH s AS (SELECT g, chr(g) AS c FROM ${SERIES}) SELECT c FROM s, patients WHERE g = ascii(ssn)`,
    'c:ssn',
  ],
  [
    "SELECT v.n FROM patients, (VALUES (1), (2)) v(n) WHERE v.n = 1 AND ssn LIKE '1%' OR v.n = 2 AND ssn LIKE '2%'",
    'n:ssn',
  ],
  ['SELECT count(*) FROM patients, generate_series(1, ssn::int)', 'count:ssn'],
  ['SELECT sum(1) FROM patients, LATERAL (SELECT 1 FROM generate_series(1, ssn::int)) q', 'sum:ssn'],
  ['SELECT count(*) FROM (SELECT 1 FROM events LIMIT (SELECT ssn::int FROM patients)) q', 'count:ssn'],
  ['SELECT row_number() OVER () FROM patients, generate_series(1, ssn::int)', 'row_number:ssn'],
  ['SELECT b FROM scratch WHERE b = get_ssn(1)', 'b:?'],
];

/** What must stay readable. */
const NOT_TOLD: readonly (readonly [string, string])[] = [
  ["SELECT id, zip FROM patients WHERE ssn = '1'", 'id:=- zip:=-'],
  ['SELECT v.id, v.reason FROM visits v JOIN patients p ON p.id = v.patient_id', 'id:=- reason:=-'],
  ["SELECT v.reason FROM visits v JOIN patients p ON p.id = v.patient_id AND p.name = 'x'", 'reason:=-'],
  ['SELECT v.reason FROM visits v, patients p WHERE p.dob > now() OR v.cost > 1', 'reason:=-'],
  ['SELECT count(*) FROM patients WHERE ssn IS NULL', 'count:-'],
  ['SELECT zip, count(*) FROM patients WHERE dob < now() GROUP BY zip', 'zip:=- count:-'],
  ['SELECT count(*) FROM visits v JOIN patients p ON p.id = v.patient_id WHERE p.ssn = p.zip', 'count:-'],
  ['SELECT g FROM generate_series(1, 3) g JOIN events e ON e.n = g', 'g:-'],
  ['SELECT e.kind FROM events e, scratch s WHERE e.n = s.a', 'kind:=-'],
  ['SELECT a FROM scratch, patients WHERE b = ssn', 'a:=-'],
  ['SELECT id FROM patients ORDER BY ssn', 'id:=-'],
  ['SELECT e.n FROM events e WHERE e.n > 3 LIMIT 10 OFFSET 2', 'n:=-'],
  ['SELECT count(*) FROM generate_series(1, 10)', 'count:-'],
];

describe('comparisons tell', () => {
  test.each(TOLD.map(([sql, expected]) => ({ sql, expected })))('$sql', ({ sql, expected }) => {
    expect(outputs(sql)).toBe(expected);
  });
});

describe('comparisons do not tell', () => {
  test.each(NOT_TOLD.map(([sql, expected]) => ({ sql, expected })))('$sql', ({ sql, expected }) => {
    expect(outputs(sql)).toBe(expected);
  });
});
