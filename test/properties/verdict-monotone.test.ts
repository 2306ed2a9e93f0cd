import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type PreparedPolicy, preparePolicy } from '../../src/decide/prepare.ts';
import { evaluate } from '../../src/judge/evaluate.ts';
import { ACTOR_KINDS, type ActorKind } from '../../src/model/actor.ts';
import type { CatalogSnapshot } from '../../src/model/catalog.ts';
import { ENVIRONMENT_CLASSES, type EnvironmentClass } from '../../src/model/environment.ts';
import type { JudgeRequest } from '../../src/model/judge.ts';
import { rawText } from '../../src/model/text.ts';
import { severity, type Verdict } from '../../src/model/verdict.ts';
import { catalogFromDdl } from '../../src/parse/sql/ddl-catalog.ts';
import { loadSqlParser } from '../../src/parse/sql/parse-sql.ts';
import { loadBuiltIn } from '../../src/policy/built-in.ts';

const SCHEMA = `CREATE TABLE patients(id serial PRIMARY KEY, first_name text, ssn text, birth_date date, state text);
  CREATE TABLE claims(id serial PRIMARY KEY, patient_id int REFERENCES patients ON DELETE CASCADE, amount numeric);
  CREATE TABLE jobs(id serial PRIMARY KEY, kind text, done boolean);`;

/** One of every kind that the policy tells apart, and what surrounds them in a script. */
const STATEMENTS = [
  'SELECT 1',
  'SELECT id, ssn FROM patients WHERE id = 1',
  'SELECT count(*) FROM jobs',
  'SELECT pg_terminate_backend(1)',
  "SELECT pg_read_file('/etc/passwd')",
  'SELECT nobody_knows(1)',
  "INSERT INTO jobs(kind) VALUES ('x')",
  'INSERT INTO jobs SELECT id, first_name, true FROM patients',
  'UPDATE jobs SET done = true WHERE id = 1',
  'UPDATE jobs SET done = true',
  'DELETE FROM jobs WHERE id = 1',
  'DELETE FROM patients WHERE true',
  'WITH gone AS (DELETE FROM claims RETURNING *) SELECT count(*) FROM gone',
  'TRUNCATE claims',
  'CREATE TABLE fresh(a int)',
  'CREATE TEMP TABLE passing AS SELECT ssn FROM patients',
  'DROP TABLE fresh',
  'DROP TABLE jobs',
  'DROP SCHEMA public CASCADE',
  'ALTER TABLE jobs ADD COLUMN note text',
  'ALTER TABLE jobs DROP COLUMN kind',
  'CREATE INDEX ON jobs(kind)',
  'GRANT ALL ON patients TO PUBLIC',
  "ALTER ROLE nina PASSWORD 'x'",
  'COPY jobs TO STDOUT',
  'COPY patients TO STDOUT',
  "COPY patients TO PROGRAM 'cat'",
  "DO $$ BEGIN EXECUTE 'select 1'; END $$",
  'CALL something()',
  'PREPARE p AS DELETE FROM patients',
  'EXECUTE p',
  'DECLARE c CURSOR FOR SELECT ssn FROM patients',
  'FETCH 10 FROM c',
  'EXPLAIN ANALYZE DELETE FROM jobs',
  'SET search_path = other',
  'SET row_security = off',
  'SET LOCAL statement_timeout = 0',
  'SET TRANSACTION READ ONLY',
  'BEGIN',
  'SAVEPOINT s',
  'ROLLBACK TO SAVEPOINT s',
  'COMMIT',
  'ROLLBACK',
  'LOCK TABLE patients',
  'VACUUM jobs',
  'LISTEN news',
] as const;

let policy: PreparedPolicy;
let catalog: CatalogSnapshot;

beforeAll(async () => {
  await loadSqlParser();
  policy = preparePolicy(await loadBuiltIn());
  catalog = catalogFromDdl(rawText(SCHEMA));
});

interface Place {
  readonly kind: ActorKind;
  readonly environment: EnvironmentClass;
  readonly rows: number;
  readonly known: boolean;
}

function request(texts: readonly string[], { kind, environment, rows }: Place): JudgeRequest {
  return {
    channel: { language: 'sql', via: 'wire', certainty: 'exact' },
    text: rawText(texts.join(';\n')),
    target: { kind: 'postgres', name: 'clinic' },
    situation: {
      actor: {
        kind,
        id: 'nina',
        uid: 1000,
        groups: [],
        mfa: false,
        evidence: [{ value: kind, source: 'test', strength: 'os' }],
      },
      purpose: { breakglass: false },
      environment: {
        class: environment,
        name: 'clinic',
        because: 'test',
        synthetic: false,
        throwaway: false,
      },
      session: { id: 's', tainted: [], transaction: 'idle', wrote: false, attended: kind === 'human' },
      time: '2026-11-20T10:00:00Z',
    },
    entry: false,
    estimates: texts.map((_, statement) => ({ statement, rows, of: 100_000 })),
  };
}

function judge(texts: readonly string[], place: Place): { verdict: Verdict; mask: ReadonlySet<string> } {
  const { decision } = evaluate(request(texts, place), {
    policy,
    catalog: place.known ? catalog : undefined,
  });
  return { verdict: decision.verdict, mask: new Set<string>(decision.obligations.mask) };
}

const places = fc.record({
  kind: fc.constantFrom(...ACTOR_KINDS),
  environment: fc.constantFrom(...ENVIRONMENT_CLASSES),
  rows: fc.constantFrom(1, 500, 50_000),
  known: fc.boolean(),
});
const messages = fc.array(fc.constantFrom(...STATEMENTS), { minLength: 1, maxLength: 5 });

const DEFINITIONS = [
  ['PREPARE p', 'EXECUTE p'],
  ['DECLARE c', 'FROM c'],
] as const;

describe('the whole engine', () => {
  test('one statement more never makes the verdict milder, nor the duties fewer', () => {
    fc.assert(
      fc.property(messages, fc.constantFrom(...STATEMENTS), fc.nat(), places, (texts, more, at, place) => {
        const index = at % (texts.length + 1);
        // A definition takes doubt away: EXECUTE of an unknown name may be anything, of a known one it is that.
        fc.pre(
          !DEFINITIONS.some(
            ([define, use]) => more.startsWith(define) && texts.some((text) => text.includes(use)),
          ),
        );
        const before = judge(texts, place);
        const after = judge([...texts.slice(0, index), more, ...texts.slice(index)], place);
        expect(severity(after.verdict)).toBeGreaterThanOrEqual(severity(before.verdict));
        if (after.verdict !== 'block')
          expect([...after.mask]).toEqual(expect.arrayContaining([...before.mask]));
      }),
      { numRuns: 3_000 },
    );
  });

  test('a message is at least as strict as each of its statements', () => {
    fc.assert(
      fc.property(messages, places, (texts, place) => {
        const whole = severity(judge(texts, place).verdict);
        for (const text of texts)
          expect(whole).toBeGreaterThanOrEqual(severity(judge([text], place).verdict));
      }),
      { numRuns: 2_000 },
    );
  });
});
