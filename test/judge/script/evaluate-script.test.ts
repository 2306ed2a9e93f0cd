import { beforeAll, describe, expect, test } from 'vitest';
import type { ActorKind } from '../../../src/model/actor.ts';
import { ENVIRONMENT_CLASSES } from '../../../src/model/environment.ts';
import type { Obligations } from '../../../src/model/obligation.ts';
import { rawText } from '../../../src/model/text.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { catalogFromDdl } from '../../../src/parse/sql/ddl-catalog.ts';
import { loadSqlParser } from '../../../src/parse/sql/parse-sql.ts';
import { classifyCatalog } from '../../../src/session/check-catalog.ts';
import { judgeScript, type Stage, script } from './script-stage.ts';

beforeAll(loadSqlParser);

const CLINIC = `CREATE TABLE patients (id int PRIMARY KEY, name text, ssn text, birth_date date);
CREATE TABLE claims (id int PRIMARY KEY, patient_id int REFERENCES patients, amount numeric, status text);`;
const clinic = () => classifyCatalog(catalogFromDdl(rawText(CLINIC)), []);

const KINDS: readonly ActorKind[] = ['human', 'ci', 'agent'];

function letter({ verdict, obligations }: { verdict: Verdict; obligations: Obligations }): string {
  const typed = obligations.typedConfirmation === true;
  switch (verdict) {
    case 'allow':
      return 'A';
    case 'prompt':
      return typed ? 'T' : 'P';
    case 'approve':
      return typed ? 'RT' : 'R';
    case 'block':
      return 'B';
  }
}

/** `human·CI·agent` for dev, staging and prod, as default-policy writes it; W and an agent's P show as what they come to. */
function cells(text: string, stage: Stage = {}): string {
  return ENVIRONMENT_CLASSES.map((environment) =>
    KINDS.map((kind) =>
      letter(
        judgeScript(script(text), { catalog: clinic(), estimates: [], ...stage, kind, environment }).decision,
      ),
    ).join('·'),
  ).join(' | ');
}

// P of an agent whom nobody attends is R; W without a workflow is B.
const ADDITIVE = 'A·A·A | A·A·R | P·R·R';
const HEAVY = 'P·A·R | T·R·R | RT·B·B';
const OPAQUE = 'A·A·R | P·R·R | T·R·B';

describe('row 3a: only adds', () => {
  test.each([
    ['a table', 'CREATE TABLE visits (id int)'],
    ['a column', 'ALTER TABLE claims ADD COLUMN note text'],
    ['a column with a constant default', "ALTER TABLE claims ADD COLUMN state text DEFAULT 'new' NOT NULL"],
    ['an index that does not lock', 'CREATE INDEX CONCURRENTLY c ON claims (status)'],
    [
      'a constraint that is checked later',
      'ALTER TABLE claims ADD CONSTRAINT c CHECK (amount > 0) NOT VALID',
    ],
    ['a few rows', 'INSERT INTO claims (id) VALUES (1)\nINSERT INTO claims (id) VALUES (2)'],
    ['all of it in a transaction', 'BEGIN\nCREATE TABLE visits (id int)\nCREATE VIEW v AS SELECT 1\nCOMMIT'],
  ])('%s', (_, text) => {
    expect(cells(text)).toBe(ADDITIVE);
  });
});

describe('row 3b: drops, rewrites, locks for long, changes many rows', () => {
  test.each([
    ['a table', 'DROP TABLE claims'],
    ['a column', 'ALTER TABLE claims DROP COLUMN amount'],
    ['another type', 'ALTER TABLE claims ALTER COLUMN amount TYPE numeric(12,2)'],
    ['an index that locks', 'CREATE INDEX c ON claims (status)'],
    ['a constraint that is checked at once', 'ALTER TABLE claims ADD CONSTRAINT c CHECK (amount > 0)'],
    ['a foreign key', 'ALTER TABLE claims ADD FOREIGN KEY (id) REFERENCES patients'],
    ['NOT NULL', 'ALTER TABLE claims ALTER COLUMN status SET NOT NULL'],
    ['VACUUM FULL', 'VACUUM FULL claims'],
    ['CLUSTER', 'CLUSTER claims USING claims_pkey'],
    ['TRUNCATE', 'TRUNCATE claims'],
    ['every row', "UPDATE claims SET status = 'x'"],
    ['one of many', 'CREATE TABLE visits (id int)\nDROP TABLE claims\nSELECT 1'],
  ])('%s', (_, text) => {
    expect(cells(text)).toBe(HEAVY);
  });
});

describe('row 3c: decided while it runs', () => {
  test.each([
    ['DO', 'DO $$ BEGIN EXECUTE current_query(); END $$'],
    ['CALL', 'CALL rebuild()'],
    ['what PostgreSQL may not read either', 'CREATE TABLE visits (id int)\nSELEC 1'],
  ])('%s', (_, text) => {
    expect(cells(text)).toBe(OPAQUE);
  });

  test('both: the stricter cell', () => {
    expect(cells('DROP TABLE claims\nCALL rebuild()')).toBe('P·A·R | T·R·R | RT·B·B');
  });
});

describe('a row of a statement that is stricter stays', () => {
  test.each([
    ['2d', 'CREATE TABLE visits (id int)\nDROP SCHEMA billing', 'T·R·B | RT·B·B | B·B·B'],
    ['2e', "CREATE TABLE visits (id int)\nCOPY visits TO PROGRAM 'cat'", 'T·B·B | B·B·B | B·B·B'],
    ['superuser', 'CREATE ROLE x SUPERUSER', 'P·R·B | T·R·B | RT·B·B'],
    ['the lexer', 'SET standard_conforming_strings = off', 'B·B·B | B·B·B | B·B·B'],
  ])('%s', (_, text, expected) => {
    expect(cells(text)).toBe(expected);
  });

  test('reads only are allowed, and masked', () => {
    expect(cells('SELECT ssn FROM patients\nSELECT 1')).toBe('A·A·A | A·A·A | A·A·A');
    expect(
      judgeScript(script('SELECT ssn FROM patients'), { catalog: clinic() }).decision.obligations.mask,
    ).toContain('phi.*');
  });

  test('nothing at all is allowed', () => {
    expect(cells('')).toBe('A·A·A | A·A·A | A·A·A');
  });
});

describe('the schema is followed', () => {
  test.each([
    ['rows for a new table', 'CREATE TABLE visits (id int)\nINSERT INTO visits SELECT id FROM claims'],
    [
      'its constraints and indexes',
      'CREATE TABLE visits (id int)\nALTER TABLE visits ADD CHECK (id > 0)\nCREATE INDEX ON visits (id)',
    ],
    ['its end', 'CREATE TABLE visits (id int)\nTRUNCATE visits\nDROP TABLE visits'],
    [
      'a temporary table',
      'CREATE TEMP TABLE t AS SELECT 1 AS id\nUPDATE t SET id = 2\nDROP TABLE t\nCREATE TABLE x ()',
    ],
  ])('%s', (_, text) => {
    expect(cells(text)).toBe(ADDITIVE);
  });

  test.each([
    ['one that is there', 'CREATE TABLE claims (id int)\nDELETE FROM claims'],
    ['one that may be there', 'CREATE TABLE IF NOT EXISTS claims (id int)\nDROP TABLE claims'],
    ['one that was taken back', 'BEGIN\nCREATE TABLE visits (id int)\nROLLBACK\nDROP TABLE visits'],
    [
      'one with the name of another',
      'CREATE TABLE x (id int)\nALTER TABLE x RENAME TO y\nALTER TABLE claims RENAME TO x\nDROP TABLE x',
    ],
    ['one behind another search path', 'CREATE TABLE x (id int)\nSET search_path = billing\nDROP TABLE x'],
    ['one made before code ran', 'CREATE TABLE x (id int)\nDO $$ BEGIN NULL; END $$\nDROP TABLE x'],
  ])('not made here: %s', (_, text) => {
    expect(
      judgeScript(script(text), { catalog: clinic(), environment: 'prod', kind: 'agent' }).decision.verdict,
    ).toBe('block');
  });

  test('columns are known to the lineage of later lines', () => {
    const found = judgeScript(
      script(
        'CREATE TABLE kin (id int, ssn text)\nALTER TABLE kin RENAME COLUMN ssn TO number\nSELECT number FROM kin',
      ),
      { catalog: clinic() },
    );
    expect(found.data.classes).toContain('phi.ssn');
  });
});

describe('how many rows', () => {
  const small = (count: number) =>
    Array.from({ length: count }, (_, at) => `UPDATE claims SET status = 'x' WHERE id = ${at}`).join('\n');

  test('estimates are asked for each statement, counted through the script', () => {
    const { wants } = judgeScript(script(`SELECT 1\n${small(2)}\nSELECT 2`), { catalog: clinic() });
    expect(wants.map(({ statement }) => statement)).toEqual([1, 2]);
    expect(judgeScript(script(small(2)), { catalog: clinic(), estimates: [] }).wants).toEqual([]);
  });

  test('none for tables that are made here', () => {
    const { wants } = judgeScript(script('CREATE TABLE v (id int)\nDELETE FROM v WHERE id = 1'), {
      catalog: clinic(),
    });
    expect(wants).toEqual([]);
  });

  test('many small changes are one large one', () => {
    const estimates = Array.from({ length: 20 }, (_, statement) => ({ statement, rows: 60, of: 10_000_000 }));
    const few = { catalog: clinic(), environment: 'prod', kind: 'human', estimates } as const;
    expect(letter(judgeScript(script(small(10)), few).decision)).toBe('P');
    expect(letter(judgeScript(script(small(20)), few).decision)).toBe('RT');
  });

  test('each estimate belongs to its statement', () => {
    const { script: plan } = judgeScript(script(`SELECT 1\n${small(2)}`), {
      catalog: clinic(),
      estimates: [
        { statement: 1, rows: 7, of: 50_000 },
        { statement: 2, rows: 40_000, of: 50_000 },
      ],
    });
    expect(plan?.steps.map(({ scale, rows }) => [scale, rows?.estimate])).toEqual([
      [undefined, undefined],
      ['small', 7],
      ['bulk', 40_000],
    ]);
  });
});

describe('what it says', () => {
  const text = [
    '',
    'CREATE TABLE visits (id int)',
    'ALTER TABLE claims DROP COLUMN amount, ADD COLUMN note text',
    "UPDATE claims SET status = 'closed'",
    'CREATE INDEX late ON claims (status)',
    'DO $$ BEGIN EXECUTE current_query(); END $$',
  ].join('\n');
  const judged = () => judgeScript(script(text, 'db/7.sql'), { catalog: clinic(), estimates: [] });

  test('every step has its place, what it does, locks and loses', () => {
    expect(judged().script?.steps).toMatchObject([
      { file: 'db/7.sql', line: 2, deeds: [{ kind: 'create', what: 'table visits' }], locks: [], lost: [] },
      {
        line: 3,
        deeds: [
          { kind: 'drop', what: 'column claims.amount' },
          { kind: 'change', what: 'table claims (add column note)' },
        ],
        lost: ['column claims.amount, with all its values'],
      },
      { line: 4, deeds: [{ kind: 'update', what: 'claims' }], lost: ['the old status of claims'] },
      { line: 5, locks: [{ table: { name: 'claims' }, mode: 'share', work: 'index', by: 'CREATE INDEX' }] },
      { line: 6, deeds: [{ kind: 'run' }] },
    ]);
  });

  test('a question shows the sum and the worst lines, never values', () => {
    const shown = judged().text.shown?.split('\n') ?? [];
    expect(shown[0]).toBe('5 statements in db/7.sql: 1 drop, 1 update, 1 change, 2 creations, 1 code block');
    expect(shown[1]).toBe('db/7.sql:3  Drops the column claims.amount with all its values.');
    expect(shown).toHaveLength(6);
    expect(shown.join(' ')).not.toContain('closed');
    expect(judged().text.masked).toBe(shown[0]);
  });

  test('the message names the place where a statement decides', () => {
    const { decision } = judgeScript(script('SELECT 1\nDROP SCHEMA billing'), { catalog: clinic() });
    expect(decision.message.effect).toMatch(/^a\.sql:2: Drops schema billing/);
  });
});
