import { beforeAll, describe, expect, test } from 'vitest';
import { readSet } from '../../../../src/parse/sql/lineage/trace.ts';
import { loadSqlParser } from '../../../../src/parse/sql/parse-sql.ts';
import { CLINIC } from './clinic.ts';
import { outputs, statement, world } from './judge.ts';

beforeAll(loadSqlParser);

/** `n` tests of the first character of ssn, put together by `glue`. */
function tests(n: number, glue: string): string {
  return Array.from({ length: n }, (_, digit) => `(ssn LIKE '${digit}%')::int`).join(glue);
}

const ROWS: readonly (readonly [string, string])[] = [
  // Names that mean something else than they seem to.
  ['SELECT (SELECT xmin FROM v_patients LIMIT 1) FROM (SELECT ssn AS xmin FROM patients) q', 'xmin:ssn'],
  ['SELECT (SELECT xmin FROM scratch LIMIT 1) FROM (SELECT ssn AS xmin FROM patients) q', 'xmin:-'],
  ['SELECT (SELECT amname FROM pg_am LIMIT 1) FROM (SELECT ssn AS amname FROM patients) q', 'amname:-'],
  ['SELECT zip FROM staff NATURAL RIGHT JOIN unknown_table', 'zip:?'],
  ['SELECT a FROM (unknown_table CROSS JOIN scratch) AS j(a, b)', 'a:?'],
  ['SELECT a FROM (SELECT * FROM unknown_table, scratch) AS j(a, b)', 'a:?'],
  ['SELECT a FROM (SELECT * FROM unknown_table, scratch) AS j', 'a:?'.replace('?', '=-')],
  [
    'SELECT z FROM pg_attribute AS a(b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z)',
    'z:?',
  ],
  ['SELECT attmissingval, attname FROM pg_attribute', 'attmissingval:? attname:-'],
  ['SELECT x FROM v_unread', 'x:?'],
  ['SELECT x FROM v_cut', 'x:?'],
  ['SELECT pg_catalog.query_to_xml(zip, true, false, zip) FROM patients', 'query_to_xml:?'],
  [
    "SELECT t.a FROM patients p, json_table('{}', '$' COLUMNS (a text PATH '$.a' DEFAULT p.ssn ON EMPTY)) t",
    'a:ssn',
  ],
  [
    "SELECT t.a FROM patients p, xmltable('/a' PASSING (zip::xml) COLUMNS a text PATH 'b' DEFAULT p.ssn) t",
    'a:ssn',
  ],
  ['WITH staff AS (SELECT ssn AS login FROM patients) SELECT login FROM staff', 'login:=ssn'],
  ['SELECT login FROM (SELECT ssn AS login FROM patients) staff', 'login:=ssn'],
  ['SELECT staff.login FROM patients AS staff(id, login)', 'login:=name'],
  ['SELECT count(p) FROM count p', 'count:-'],
  ['SELECT row_number(p) FROM count p', 'row_number:name'],
  // Many small answers in one value.
  [`SELECT ${tests(4, ' + ')} AS v FROM patients`, 'v:-'],
  [`SELECT ${tests(5, ' + ')} AS v FROM patients`, 'v:ssn'],
  [`SELECT concat(${tests(10, ', ')}) AS v FROM patients`, 'v:ssn'],
  [`SELECT v FROM (SELECT ARRAY[${tests(10, ', ')}] AS v FROM patients) q`, 'v:ssn'],
  [
    `SELECT a || b AS v FROM (SELECT concat(${tests(3, ', ')}) AS a, concat(${tests(3, ', ')}) AS b FROM patients) q`,
    'v:ssn',
  ],
  [
    "SELECT CASE WHEN ssn LIKE '0%' THEN 0 ELSE CASE WHEN ssn LIKE '1%' THEN 1 ELSE CASE WHEN ssn LIKE '2%' THEN 2 ELSE CASE WHEN ssn LIKE '3%' THEN 3 ELSE CASE WHEN ssn LIKE '4%' THEN 4 END END END END END AS v FROM patients",
    'v:ssn',
  ],
  [
    "SELECT CASE WHEN zip = '0' THEN 0 WHEN zip = '1' THEN 1 WHEN zip = '2' THEN 2 WHEN zip = '3' THEN 3 WHEN zip = '4' THEN 4 END AS v FROM patients",
    'v:-',
  ],
  ["SELECT regexp_match(ssn, '^1') IS NULL AS v FROM patients", 'v:-'],
  [
    "SELECT concat_ws(', ', CASE WHEN name IS NULL THEN 'name' END, CASE WHEN ssn IS NULL THEN 'ssn' END, CASE WHEN dob IS NULL THEN 'dob' END, CASE WHEN email IS NULL THEN 'email' END, CASE WHEN notes IS NULL THEN 'notes' END) AS missing FROM patients",
    'missing:-',
  ],
  // Numbers of rows.
  ["SELECT string_agg('x', '') FROM patients, generate_series(1, ssn::int)", 'string_agg:ssn'],
  ['SELECT array_agg(1) FROM patients, generate_series(1, ssn::int)', 'array_agg:ssn'],
  ['SELECT ARRAY(SELECT 1 FROM generate_series(1, p.ssn::int)) FROM patients p', 'array:ssn'],
  ["SELECT length(x) FROM (SELECT repeat('a', ssn::int) AS x FROM patients) q", 'length:ssn'],
  ['SELECT sum(extract(epoch from dob)) FROM patients WHERE id = 1', 'sum:date'],
  // Conditions over one row say nothing of the other columns of that row.
  ["SELECT zip FROM patients WHERE name || ' ' || zip ILIKE '%x%'", 'zip:=-'],
  [
    "SELECT v.reason FROM patients p JOIN visits v ON v.patient_id = p.id WHERE p.name || v.reason LIKE '%x%'",
    'reason:name',
  ],
];

test.each(ROWS.map(([sql, expected]) => ({ sql, expected })))('$sql', ({ sql, expected }) => {
  expect(outputs(sql)).toBe(expected);
});

test('in a catalog with gaps only the first schema of the path is sure', () => {
  const searchPath = ['vault', 'public'];
  const catalog = { ...CLINIC, searchPath };
  expect(outputs('SELECT zip FROM patients', { catalog })).toBe('zip:=-');
  expect(outputs('SELECT zip FROM patients', { catalog: { ...catalog, complete: false } })).toBe('zip:?');
  expect(outputs('SELECT token FROM secrets', { catalog: { ...catalog, complete: false } })).toBe(
    'token:=token',
  );
});

describe('too much to follow', () => {
  const COLUMNS = 300;
  const base = Array.from({ length: COLUMNS }, (_, i) => `b || '${i}' AS c${i}`).join(', ');
  const level = (inner: string) =>
    `SELECT ${Array.from({ length: COLUMNS }, (_, i) => `concat(${Array.from({ length: 12 }, (_, j) => `c${(i * 7 + j * 23) % COLUMNS}`)}) AS c${i}`).join(', ')} FROM (${inner}) q`;
  const conditions = Array.from({ length: 3_000 }, (_, i) => `c${i % COLUMNS} = c${(i * 11) % COLUMNS}`).join(
    ' AND ',
  );
  const huge = `SELECT c0 FROM (${level(level(level(level(`SELECT ${base} FROM scratch`))))}) q WHERE ${conditions}`;

  test('a statement with too many dependencies is opaque, in bounded time', () => {
    const started = performance.now();
    expect(outputs(huge)).toBe('opaque');
    expect(readSet(statement(huge), world()).unresolved).toContain('(too much to follow)');
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test('nesting beyond the limit is opaque', () => {
    const deep = `${'SELECT a FROM ('.repeat(300)}SELECT a FROM scratch${') q'.repeat(300)}`;
    expect(outputs(deep)).toMatch(/^(?:opaque|a:\?)$/);
  });
});
