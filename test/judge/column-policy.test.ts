import { beforeAll, describe, expect, test } from 'vitest';
import type { Evaluation } from '../../src/judge/evaluation.ts';
import { loadSqlParser } from '../../src/parse/sql/parse-sql.ts';
import { catalogOf, judgeOn, policyOf } from './stage.ts';

const STAGE = `
CREATE TABLE patients (id int PRIMARY KEY, name text, clinic int);
CREATE TABLE visits (id int PRIMARY KEY, patient_id int, note text,
  FOREIGN KEY (patient_id) REFERENCES patients (id) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE claims (id int PRIMARY KEY, status text, amount numeric, net numeric, tax numeric GENERATED ALWAYS AS (net * 2) STORED);
CREATE TABLE claims_2026 () INHERITS (claims);
CREATE TABLE invoices (id int PRIMARY KEY, claim_id int, total numeric);
CREATE TABLE closings (id int);
CREATE VIEW claim_state AS SELECT id AS claim, status AS state, amount AS worth, amount * 2 AS twice FROM claims;
CREATE VIEW claim_copy AS SELECT * FROM claims;
CREATE FUNCTION correct() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE claims SET amount = 0 WHERE id = NEW.claim_id; RETURN NEW; END $$;
CREATE TRIGGER correct AFTER UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION correct();
CREATE FUNCTION forget() RETURNS void LANGUAGE sql AS 'DELETE FROM patients WHERE id = 1';
CREATE RULE close AS ON INSERT TO closings DO ALSO UPDATE claims SET amount = 0 WHERE id = NEW.id;
`;

/** The three wishes: status may be changed, amount never, patients never deleted. Everything else needs a yes. */
const RULES = `
  - { id: read, match: { intent: [data.read, session.control] }, decision: allow }
  - { id: status, match: { intent: data.update, data.writes: { all: [claims.status] } }, decision: allow }
  - { id: amount, match: { intent: [data.insert, data.update.*, schema.*], data.writes: { any: [claims.amount] } }, decision: block }
  - { id: patients, match: { intent: data.*, data.writes: { any: ["patients.*"] } }, decision: block }
  - { id: other, match: { intent: [data.insert, data.update.*, data.delete.*, data.truncate, schema.*, exec.dynamic] }, decision: prompt }
`;

let judge: (text: string) => Evaluation;
beforeAll(async () => {
  await loadSqlParser();
  judge = judgeOn({ policy: policyOf(RULES), catalog: catalogOf(STAGE) });
});

const verdictOf = (text: string) => judge(text).decision.verdict;

describe('UPDATE of claims.status is allowed', () => {
  const before = `
  - { id: read, match: { intent: [data.read, session.control] }, decision: allow }
  - { id: status, match: { intent: data.update, data.writes: { all: [claims.status] } }, decision: allow }
`;
  test.each([
    "UPDATE claims SET status = 'paid' WHERE id = 1",
    "UPDATE claims SET status = 'paid' WHERE amount > 5",
    'UPDATE claims c SET status = upper(c.status) FROM invoices i WHERE i.claim_id = c.id AND c.amount > i.total',
    "UPDATE claims_2026 SET status = 'paid' WHERE id = 1",
    "UPDATE claim_state SET state = 'paid' WHERE worth > 5",
    "WITH done AS (UPDATE claims SET status = 'paid' WHERE id = 1 RETURNING amount) SELECT amount FROM done",
  ])('%s', (text) => {
    const found = judgeOn({ policy: policyOf(before), catalog: catalogOf(STAGE) })(text);
    expect(found.decision.verdict).toBe('allow');
  });

  test.each([
    "UPDATE claims SET status = 'paid', amount = 0 WHERE id = 1",
    "UPDATE claims SET (status, net) = ('paid', 0) WHERE id = 1",
    'UPDATE claim_state SET worth = 0 WHERE claim = 1',
    'UPDATE invoices SET total = 0 WHERE id = 1',
  ])('and nothing more: %s', (text) => {
    const found = judgeOn({ policy: policyOf(before), catalog: catalogOf(STAGE) })(text);
    expect(found.decision.verdict).not.toBe('allow');
  });
});

describe('UPDATE of claims.amount is refused however it is written', () => {
  test.each([
    'UPDATE claims SET amount = 0 WHERE id = 1',
    'UPDATE public.claims AS c SET (status, amount) = (SELECT status, 0 FROM claims LIMIT 1) WHERE c.id = 1',
    'INSERT INTO claims VALUES (1, $1, 5)',
    'INSERT INTO claims (id, amount) VALUES (1, 5)',
    "INSERT INTO claims (id, status) VALUES (1, 'new') ON CONFLICT (id) DO UPDATE SET amount = excluded.amount",
    'MERGE INTO claims c USING invoices i ON i.claim_id = c.id WHEN MATCHED THEN UPDATE SET amount = i.total',
    'MERGE INTO claims c USING invoices i ON i.claim_id = c.id WHEN NOT MATCHED THEN INSERT (id, amount) VALUES (i.id, 0)',
    'COPY claims (id, amount) FROM STDIN',
    'COPY claims FROM STDIN',
    'WITH done AS (UPDATE claims SET amount = 0 WHERE id = 1 RETURNING id) SELECT id FROM done',
    'EXPLAIN ANALYZE UPDATE claims SET amount = 0 WHERE id = 1',
    'UPDATE claim_state SET worth = 0 WHERE claim = 1',
    'UPDATE claim_copy SET amount = 0 WHERE id = 1',
    'UPDATE claims_2026 SET amount = 0 WHERE id = 1',
    'UPDATE invoices SET total = 0 WHERE id = 1',
    'INSERT INTO closings VALUES (1)',
    'ALTER TABLE claims DROP COLUMN amount',
    'ALTER TABLE claims ALTER COLUMN amount TYPE int',
    'DROP TABLE claims',
  ])('%s', (text) => expect(verdictOf(text)).toBe('block'));

  test.each([
    "UPDATE claims SET status = 'paid' WHERE amount > 5 AND id = 1",
    'UPDATE claims SET status = amount::text WHERE id = 1',
    'INSERT INTO claims (id, status) SELECT id, amount::text FROM claims WHERE id = 1',
    'COPY claims (id, status) FROM STDIN',
    'INSERT INTO invoices (id, total) SELECT id, amount FROM claims WHERE id = 1',
    'ALTER TABLE claims DROP COLUMN net',
  ])('but looking at it is no change of it: %s', (text) => expect(verdictOf(text)).not.toBe('block'));
});

describe('DELETE on patients is refused', () => {
  test.each([
    'DELETE FROM patients WHERE id = 1',
    'WITH gone AS (DELETE FROM patients WHERE id = 1 RETURNING id) SELECT id FROM gone',
    'TRUNCATE patients CASCADE',
    'SELECT forget()',
    'MERGE INTO patients p USING visits v ON v.patient_id = p.id WHEN MATCHED THEN DELETE',
  ])('%s', (text) => expect(verdictOf(text)).toBe('block'));

  test('but not on what refers to them', () => {
    expect(verdictOf('DELETE FROM visits WHERE patient_id IN (SELECT id FROM patients)')).toBe('prompt');
  });
});

describe('columns that change with others', () => {
  const writes = (text: string) => judge(text).data.writes.flat();

  test('a generated column changes with what it is made of', () => {
    expect(writes('UPDATE claims SET net = 1 WHERE id = 1')).toEqual(['claims.net', 'claims_2026.net']);
  });

  test('rows that a foreign key takes along are written', () => {
    expect(writes('DELETE FROM patients WHERE id = 1')).toContain('visits.*');
    expect(writes('UPDATE patients SET id = 2 WHERE id = 1')).toContain('visits.patient_id');
    expect(writes("UPDATE patients SET name = 'x' WHERE id = 1")).toEqual(['patients.name']);
  });

  test('a computed column of a view stands for all of its table', () => {
    expect(writes('UPDATE claim_state SET twice = 0 WHERE claim = 1')).toContain('claims.*');
  });
});
