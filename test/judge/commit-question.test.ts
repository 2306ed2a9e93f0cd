import { beforeAll, describe, expect, test } from 'vitest';
import { type PreparedPolicy, preparePolicy } from '../../src/decide/prepare.ts';
import { evaluateSql } from '../../src/judge/evaluate-sql.ts';
import type { EnvironmentClass } from '../../src/model/environment.ts';
import type { PendingCommit } from '../../src/model/facts.ts';
import { rawText } from '../../src/model/text.ts';
import { loadSqlParser } from '../../src/parse/sql/parse-sql.ts';
import { loadBuiltIn } from '../../src/policy/built-in.ts';

let policy: PreparedPolicy;
beforeAll(async () => {
  await loadSqlParser();
  policy = preparePolicy(await loadBuiltIn());
});

const PENDING: PendingCommit = {
  statements: 3,
  writes: [
    { table: 'claims', did: 'updated', rows: 48, of: 50_000 },
    { table: 'notes', did: 'deleted', rows: 2 },
  ],
  intents: ['data.update', 'data.delete'],
  unfinished: false,
  columns: ['claims.status'],
  classes: [],
  cascades: ['note_lines (9 rows): deleted by note_lines_fk'],
};

function judge(text: string, pending: PendingCommit | undefined, environment: EnvironmentClass = 'prod') {
  return evaluateSql(
    {
      channel: { language: 'sql', via: 'wire', certainty: 'exact' },
      text: rawText(text),
      target: { kind: 'postgres', name: 'clinic' },
      situation: {
        actor: {
          kind: 'human',
          id: 'nina',
          uid: 1000,
          groups: [],
          mfa: false,
          evidence: [{ value: 'human', source: 'test', strength: 'os' }],
        },
        purpose: { breakglass: false },
        environment: { class: environment, name: 'c', because: 'test', synthetic: false, throwaway: false },
        session: {
          id: 's',
          tainted: [],
          transaction: 'open',
          wrote: true,
          attended: true,
          ...(pending === undefined ? {} : { pending }),
        },
        time: '2026-11-20T10:00:00Z',
      },
      entry: false,
    },
    { policy, catalog: undefined },
  );
}

describe('COMMIT of a transaction whose question was put off', () => {
  test.each(['COMMIT', 'end', 'COMMIT AND CHAIN', "PREPARE TRANSACTION 'x'"])(
    '%s asks with the totals',
    (text) => {
      const { decision, data } = judge(text, PENDING);
      expect(decision.verdict).toBe('prompt');
      expect(decision.message.effect).toBe(
        'Commits 3 statements: 48 rows updated in claims, 2 deleted from notes.',
      );
      expect(data).toMatchObject({
        scale: 'small',
        rows: { exact: 50 },
        tables: ['claims', 'notes'],
        cascades: PENDING.cascades,
      });
    },
  );

  test.each(['ROLLBACK', 'SAVEPOINT a', 'SELECT 1', 'ROLLBACK TO a'])('%s asks nothing', (text) => {
    expect(judge(text, PENDING).decision.verdict).toBe('allow');
  });

  test('without anything put off it is housekeeping; and the other way round, with one evaluation after the other', () => {
    expect(judge('COMMIT', undefined).decision.verdict).toBe('allow');
    expect(judge('COMMIT', PENDING).decision.verdict).toBe('prompt');
    expect(judge('COMMIT', undefined).decision.verdict).toBe('allow');
  });

  test('hidden behind others in one message it is found', () => {
    expect(judge('SELECT 1; COMMIT; SELECT 2', PENDING).decision.verdict).toBe('prompt');
  });

  test.each([
    ['many small ones are a large one', { rows: 1_001, of: 900_000 }, 'bulk'],
    ['a tenth of the table is bulk', { rows: 60, of: 500 }, 'bulk'],
    ['between', { rows: 300, of: 50_000 }, 'medium'],
  ] as const)('%s', (_name, counted, scale) => {
    const writes = [{ table: 'claims', did: 'updated' as const, ...counted }];
    const { data, decision } = judge('COMMIT', { ...PENDING, writes, intents: ['data.update'] });
    expect(data.scale).toBe(scale);
    expect(decision.obligations.typedConfirmation).toBe(true);
  });

  test('two writes of one table are one change of it', () => {
    const writes = (['updated', 'deleted'] as const).map((did) => ({
      table: 'claims',
      did,
      rows: 60,
      of: 50_000,
    }));
    expect(judge('COMMIT', { ...PENDING, writes }).data.scale).toBe('medium');
  });

  test('a statement that has not ended makes it as large as can be', () => {
    const { data } = judge('COMMIT', { ...PENDING, unfinished: true });
    expect(data).toMatchObject({ scale: 'bulk', rows: { unavailable: expect.any(String) } });
  });

  test('in dev the same is allowed', () => {
    expect(judge('COMMIT', PENDING, 'dev').decision.verdict).toBe('allow');
  });
});
