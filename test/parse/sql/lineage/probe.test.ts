import { beforeAll, expect, test } from 'vitest';
import { readSet } from '../../../../src/parse/sql/lineage/trace.ts';
import { loadSqlParser } from '../../../../src/parse/sql/parse-sql.ts';
import { statement, texts, world } from './judge.ts';

beforeAll(loadSqlParser);

function probes(sql: string): string {
  const memory = { prepared: texts({ p: "SELECT id FROM patients WHERE ssn LIKE $1 || '%'" }), cursors: {} };
  return readSet(statement(sql), world(memory)).probes.join(' ');
}

/** What comes back tells of `patients.ssn` (or another classed column) though no value of it is shown. */
const PROBES: readonly (readonly [sql: string, columns: string])[] = [
  ["SELECT id FROM patients WHERE ssn > '5'", 'patients.ssn'],
  ["SELECT id FROM patients WHERE ssn <> '5'", 'patients.ssn'],
  ["SELECT id FROM patients WHERE ssn LIKE '5%'", 'patients.ssn'],
  ["SELECT id FROM patients WHERE ssn ~ '^5'", 'patients.ssn'],
  ["SELECT id FROM patients WHERE ssn BETWEEN '1' AND '2'", 'patients.ssn'],
  ["SELECT id FROM patients WHERE ssn IN ('1', '2')", 'patients.ssn'],
  ['SELECT id FROM patients WHERE ssn = ANY($1)', 'patients.ssn'],
  ["SELECT id FROM patients WHERE NOT ssn = '1'", 'patients.ssn'],
  ["SELECT id FROM patients WHERE ssn = '1' OR ssn = '2'", 'patients.ssn'],
  ["SELECT id FROM patients WHERE (ssn = '1') = true", 'patients.ssn'],
  ["SELECT id FROM patients WHERE substr(ssn, 1, 1) = '5'", 'patients.ssn'],
  ["SELECT id FROM patients WHERE ssn::char(1) = '5'", 'patients.ssn'],
  ["SELECT id FROM patients WHERE starts_with(ssn, '5')", 'patients.ssn'],
  ["SELECT id FROM (SELECT id, left(ssn, 1) AS a FROM patients) x WHERE a = '5'", 'patients.ssn'],
  ["WITH x AS (SELECT ssn || '' AS a FROM patients) SELECT count(*) FROM x WHERE a = '5'", 'patients.ssn'],
  ["SELECT count(*) FILTER (WHERE ssn < '5') FROM patients", 'patients.ssn'],
  ["SELECT CASE WHEN ssn = '1' THEN 1 ELSE 0 END FROM patients", 'patients.ssn'],
  ["SELECT CASE ssn WHEN '1' THEN 1 END FROM patients", 'patients.ssn'],
  ["SELECT ssn = '1' FROM patients", 'patients.ssn'],
  ["SELECT EXISTS (SELECT 1 FROM patients WHERE ssn < '5')", 'patients.ssn'],
  ['SELECT id FROM patients ORDER BY ssn', 'patients.ssn'],
  ['SELECT id, ssn FROM patients ORDER BY 2', 'patients.ssn'],
  ['SELECT row_number() OVER (ORDER BY ssn) FROM patients', 'patients.ssn'],
  ['SELECT count(*) OVER (PARTITION BY ssn) FROM patients', 'patients.ssn'],
  ['SELECT count(*) FROM patients GROUP BY ssn', 'patients.ssn'],
  ['SELECT left(ssn, 1) AS a, count(*) FROM patients GROUP BY a', 'patients.ssn'],
  ['SELECT left(ssn, 1), count(*) FROM patients GROUP BY 1', 'patients.ssn'],
  ['SELECT count(*) FROM patients GROUP BY ROLLUP (zip, ssn)', 'patients.ssn'],
  ["SELECT 1 FROM patients HAVING min(ssn) < '5'", 'patients.ssn'],
  ['SELECT DISTINCT ON (ssn) id FROM patients', 'patients.ssn'],
  ["SELECT ssn FROM patients INTERSECT SELECT '1'", 'patients.ssn'],
  ["SELECT ssn FROM patients EXCEPT VALUES ('1'), ('2')", 'patients.ssn'],
  ["SELECT p.id FROM patients p JOIN (VALUES ('1'), ('2')) v(x) ON p.ssn = v.x", 'patients.ssn'],
  ['SELECT p.id FROM patients p JOIN scratch s ON s.b = p.ssn', 'patients.ssn'],
  ['SELECT p.id FROM patients p, scratch_tmp s WHERE s.b = p.ssn', 'pg_temp_3.scratch_tmp.b patients.ssn'],
  ['SELECT p.id FROM patients p JOIN patients q ON p.ssn < q.ssn', 'patients.ssn'],
  [
    'SELECT 1 FROM generate_series(1, 9) g, patients LIMIT (SELECT left(ssn, 1)::int FROM patients)',
    'patients.ssn',
  ],
  ["SELECT id FROM patients WHERE name = 'A' AND dob < '1950-01-01'", 'patients.dob'],
  ["UPDATE patients SET zip = '1' WHERE ssn LIKE '5%'", 'patients.ssn'],
  ["DELETE FROM patients WHERE ssn LIKE '5%'", 'patients.ssn'],
  ["COPY (SELECT id FROM patients WHERE ssn LIKE '5%') TO STDOUT", 'patients.ssn'],
  ["EXPLAIN SELECT id FROM patients WHERE ssn < '5'", 'patients.ssn'],
  ["CREATE TABLE x AS SELECT id FROM patients WHERE ssn < '5'", 'patients.ssn'],
  ["EXECUTE p('5')", 'patients.ssn'],
];

test.each(PROBES)('a probe: %s', (sql, columns) => {
  expect(probes(sql).split(' ').sort().join(' ')).toBe(columns.split(' ').sort().join(' '));
});

/** Ordinary work: one value is looked up, tables are joined, nothing is compared. */
const PLAIN: readonly string[] = [
  "SELECT * FROM patients WHERE ssn = '1'",
  "SELECT * FROM patients WHERE '1' = ssn",
  "SELECT * FROM patients WHERE ssn = $1 AND name = 'A' AND zip LIKE '9%'",
  "SELECT * FROM patients WHERE ssn IN ('1')",
  "SELECT * FROM (SELECT ssn AS a, zip FROM patients) x WHERE a = '1'",
  "UPDATE patients SET zip = '1' WHERE ssn = '1'",
  "DELETE FROM patients WHERE ssn = '1'",
  'SELECT * FROM patients p JOIN patients q ON q.ssn = p.ssn',
  'SELECT * FROM patients p JOIN patients q USING (ssn)',
  'SELECT p.ssn FROM patients p JOIN visits v ON v.patient_id = p.id ORDER BY v.id',
  'SELECT ssn FROM patients WHERE ssn IS NOT NULL',
  'SELECT zip, count(ssn) FROM patients GROUP BY zip ORDER BY 2',
  'SELECT ssn FROM patients UNION ALL SELECT ssn FROM patients',
  'SELECT ssn, left(ssn, 3) FROM patients ORDER BY id LIMIT 10',
  "INSERT INTO patients (id, ssn) VALUES (1, '1')",
];

test.each(PLAIN)('ordinary work: %s', (sql) => {
  expect(probes(sql)).toBe('');
});
