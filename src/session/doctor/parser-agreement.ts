import { rawText } from '../../model/text.ts';
import { loadSqlParser } from '../../parse/sql/parse-sql.ts';
import { type Reading, secondOpinion } from '../../parse/sql/second-opinion.ts';
import type { DoctorFinding } from './finding.ts';
import { reasonOf } from './machine.ts';

/** Statements of every kind that both parsers read. */
export const SELF_TEST_STATEMENTS: readonly string[] = [
  'SELECT 1',
  'SELECT id, name FROM patients',
  'SELECT * FROM clinic.patients p WHERE p.id = 7',
  'SELECT p.id FROM patients p JOIN visits v ON v.patient_id = p.id',
  'SELECT count(*) FROM patients LEFT JOIN claims USING (id)',
  'SELECT id FROM patients WHERE id IN (SELECT patient_id FROM visits)',
  'SELECT (SELECT max(id) FROM visits) FROM patients',
  'SELECT * FROM (SELECT id FROM patients) AS x',
  'SELECT id FROM patients UNION SELECT id FROM staff',
  'SELECT id FROM patients UNION ALL SELECT id FROM staff UNION ALL SELECT 1',
  'SELECT DISTINCT name FROM staff ORDER BY name LIMIT 10 OFFSET 2',
  'SELECT city, count(*) FROM patients GROUP BY city HAVING count(*) > 1',
  'SELECT CASE WHEN id > 1 THEN 1 ELSE 2 END FROM patients',
  'SELECT "Weird Name" FROM "Patients"',
  'SELECT id::text, name || 1 FROM patients',
  'SELECT id FROM patients WHERE EXISTS (SELECT 1 FROM visits)',
  'SELECT id FROM patients WHERE id BETWEEN 1 AND 5 AND name IS NOT NULL',
  'VALUES (1, 2), (3, 4)',
  'WITH t AS (SELECT id FROM patients) SELECT * FROM t',
  'WITH a AS (SELECT 1), b AS (SELECT id FROM visits) SELECT * FROM a, b',
  'WITH gone AS (DELETE FROM visits WHERE id = 1 RETURNING id) SELECT * FROM gone',
  'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM r) SELECT * FROM r',
  'INSERT INTO patients (id, name) VALUES (1, 2)',
  'INSERT INTO archive SELECT * FROM patients',
  'INSERT INTO patients (id) VALUES (1) ON CONFLICT DO NOTHING',
  'INSERT INTO patients (id) VALUES (1) RETURNING id',
  'UPDATE patients SET name = 1 WHERE id = 2',
  'UPDATE patients SET name = 1',
  'UPDATE patients SET name = v.name FROM visits v WHERE v.id = patients.id',
  'DELETE FROM patients',
  'DELETE FROM patients WHERE id = 3',
  'DELETE FROM clinic.visits WHERE id IN (SELECT id FROM claims)',
  'TRUNCATE patients',
  'TRUNCATE TABLE patients, visits',
  'CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL)',
  'CREATE TABLE IF NOT EXISTS clinic.t (id bigserial)',
  'CREATE INDEX i ON patients (name)',
  'CREATE VIEW v AS SELECT id FROM patients',
  'CREATE SCHEMA s',
  'CREATE SEQUENCE s',
  'ALTER TABLE patients ADD COLUMN note text',
  'ALTER TABLE patients DROP COLUMN note',
  'ALTER TABLE patients RENAME TO people',
  'ALTER TABLE patients RENAME COLUMN a TO b',
  'DROP TABLE patients',
  'DROP TABLE IF EXISTS clinic.patients, visits CASCADE',
  'DROP INDEX i',
  'DROP SEQUENCE s',
  'BEGIN',
  'START TRANSACTION',
  'COMMIT',
  'ROLLBACK',
  'SHOW search_path',
  'SET search_path = public',
  "SET TIME ZONE 'UTC'",
  'PREPARE q AS SELECT id FROM patients',
  'DEALLOCATE q',
  "COMMENT ON TABLE patients IS 'x'",
  'SELECT 1; DELETE FROM visits; DROP TABLE claims',
];

/** Names what differs without the statement's values: there are none in the list. */
function told(readings: readonly Reading[]): string {
  return readings.map(({ kind, tables }) => `${kind} of ${tables.join(', ') || 'nothing'}`).join('; ');
}

/** Puts the list to both parsers. A statement that only one of them reads proves nothing; one that they read differently does. */
export async function selfTest(statements = SELF_TEST_STATEMENTS): Promise<DoctorFinding> {
  const about = 'self-test';
  try {
    await loadSqlParser();
    let agreed = 0;
    for (const text of statements) {
      const opinion = await secondOpinion(rawText(text));
      if (opinion.kind === 'differ')
        return {
          about,
          state: 'problem',
          says: `two SQL parsers read "${text}" differently: ${told(opinion.first)} against ${told(opinion.second)}`,
          instead: 'please report it, with this line',
        };
      if (opinion.kind === 'agree') agreed += 1;
    }
    const silent = statements.length - agreed;
    return {
      about,
      state: agreed === 0 ? 'problem' : 'ok',
      says: `two SQL parsers agree on kind and tables of ${agreed} statements${silent === 0 ? '' : `; ${silent} only one of them reads`}`,
    };
  } catch (error) {
    return { about, state: 'problem', ...reasonOf(error) };
  }
}
