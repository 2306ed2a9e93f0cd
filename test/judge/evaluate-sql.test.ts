import { beforeAll, describe, expect, test } from 'vitest';
import { type PreparedPolicy, preparePolicy } from '../../src/decide/prepare.ts';
import { evaluateSql } from '../../src/judge/evaluate-sql.ts';
import type { Actor, ActorKind } from '../../src/model/actor.ts';
import type { EnvironmentClass } from '../../src/model/environment.ts';
import type { JudgeRequest, StatementMemory } from '../../src/model/judge.ts';
import { rawText } from '../../src/model/text.ts';
import { loadSqlParser } from '../../src/parse/sql/parse-sql.ts';
import { loadBuiltIn } from '../../src/policy/built-in.ts';

let policy: PreparedPolicy;
beforeAll(async () => {
  await loadSqlParser();
  policy = preparePolicy(await loadBuiltIn());
});

function actor(kind: ActorKind, ...also: ActorKind[]): Actor {
  const evidence = [kind, ...also].map((value) => ({ value, source: 'test', strength: 'os' as const }));
  return { kind, id: 'nina', uid: 1000, groups: [], mfa: false, evidence };
}

interface Case {
  readonly who?: Actor;
  readonly environment?: EnvironmentClass;
  readonly memory?: StatementMemory;
  readonly rows?: number;
}

function request(
  text: string,
  { who = actor('human'), environment = 'prod', memory, rows }: Case = {},
): JudgeRequest {
  return {
    channel: { language: 'sql', via: 'wire', certainty: 'exact' },
    text: rawText(text),
    target: { kind: 'postgres', name: 'clinic' },
    situation: {
      actor: who,
      purpose: { breakglass: false },
      environment: {
        class: environment,
        name: 'clinic',
        because: 'test',
        synthetic: false,
        throwaway: false,
      },
      session: { id: 's', tainted: [], transaction: 'idle', wrote: false, attended: who.kind === 'human' },
      time: '2026-11-20T10:00:00Z',
    },
    entry: false,
    ...(memory === undefined ? {} : { memory }),
    ...(rows === undefined ? {} : { estimates: [{ statement: 0, rows, of: 100_000 }] }),
  };
}

const judge = (text: string, on?: Case) => evaluateSql(request(text, on), { policy, catalog: undefined });

describe('prepared statements are judged when they run', () => {
  const memory: StatementMemory = {
    prepared: {
      gone: rawText('PREPARE gone AS DELETE FROM patients'),
      look: rawText('PREPARE look AS SELECT 1'),
    },
    cursors: {},
    created: [],
  };

  test('PREPARE runs nothing', () => {
    expect(judge('PREPARE gone AS DELETE FROM patients').decision.verdict).toBe('allow');
  });

  test('EXECUTE has the verdict of what it runs', () => {
    const direct = judge('DELETE FROM patients', { rows: 100_000 });
    const prepared = judge('EXECUTE gone', { memory, rows: 100_000 });
    expect(prepared.decision.verdict).toBe(direct.decision.verdict);
    expect(prepared.findings.map(({ intent }) => intent)).toEqual(
      direct.findings.map(({ intent }) => intent),
    );
    expect(judge('EXECUTE look', { memory }).decision.verdict).toBe('allow');
  });

  test('an estimate is asked of EXPLAIN EXECUTE', () => {
    expect(judge('EXECUTE gone', { memory }).wants).toEqual([{ statement: 0, explain: 'EXECUTE gone' }]);
  });

  test.each(['EXECUTE unseen', 'EXECUTE constructor', 'EXECUTE __proto__'])(
    '%s, which guard never saw, is dynamic',
    (text) => {
      const { findings, decision } = judge(text, { memory });
      expect(findings.map(({ intent }) => intent)).toContain('exec.dynamic');
      expect(decision.verdict).not.toBe('allow');
    },
  );
});

describe('a name that the same message gives anew', () => {
  const memory: StatementMemory = {
    prepared: { p: rawText('PREPARE p AS SELECT 1') },
    cursors: { c: rawText('DECLARE c CURSOR FOR SELECT 1') },
    created: [],
  };

  test('is judged as what it stands for when it runs', () => {
    const text = 'DEALLOCATE p; PREPARE p AS DELETE FROM claims; EXECUTE p';
    const { findings, decision, wants } = judge(text, { memory });
    expect(findings.map(({ intent }) => intent)).toContain('data.delete.bulk');
    expect(decision.verdict).not.toBe('allow');
    // EXPLAIN EXECUTE would plan the one that is there now.
    expect(wants).toEqual([]);
  });

  test.each([
    ['DEALLOCATE p; EXECUTE p'],
    ['DEALLOCATE ALL; EXECUTE p'],
    ['DISCARD ALL; EXECUTE p'],
    ["DO $$ BEGIN EXECUTE 'DEALLOCATE p'; END $$; EXECUTE p"],
    ['EXECUTE other; EXECUTE p'],
  ])('%s: nobody knows what runs', (text) => {
    const { findings } = judge(text, { memory });
    expect(findings.filter(({ rule }) => rule === 'sql.execute-prepared')).not.toEqual([]);
  });

  test.each([
    ['CLOSE c; FETCH ALL FROM c', 1],
    ['DO $$ BEGIN NULL; END $$; FETCH ALL FROM c', 1],
    ['CLOSE ALL; FETCH ALL FROM c', 1],
  ])('%s: its rows are opaque', (text, index) => {
    expect(judge(text, { memory }).plans[index]?.outputs.kind).toBe('opaque');
  });

  test('code that guard does not see makes names and schema doubtful', () => {
    const [plan] = judge('CALL tidy()').plans;
    expect(plan).toMatchObject({ changesSchema: true, remember: { kind: 'forget-all' } });
  });

  test('CREATE TABLE … AS EXECUTE creates as well as it runs', () => {
    const [plan] = judge('CREATE TABLE copy AS EXECUTE p', { memory }).plans;
    expect(plan?.changesSchema).toBe(true);
  });
});

describe('whoever may be at work', () => {
  test('a person who says --actor ci does not get the milder of the two cells', () => {
    const truncate = 'TRUNCATE claims';
    const [human, ci, both] = [actor('human'), actor('ci'), actor('ci', 'human')].map(
      (who) => judge(truncate, { who, environment: 'dev' }).decision.verdict,
    );
    expect(human).toBe('prompt');
    expect(ci).toBe('allow');
    expect(both).not.toBe('allow');
  });
});

describe('a message of several statements', () => {
  test('what follows a change of names is not read with the old ones', () => {
    const { plans } = judge('SET search_path = other; SELECT upper(x) FROM t');
    expect(plans[0]?.changesSchema).toBe(true);
    expect(plans[1]?.outputs).toMatchObject({ kind: 'columns', columns: [{ how: 'opaque' }] });
  });

  test('one bad statement decides for all', () => {
    expect(judge('SELECT 1; DROP SCHEMA public CASCADE; SELECT 2').decision.verdict).toBe('block');
  });

  test('doubt counts', () => {
    const { parsed, decision } = judge('DELETE FORM patients');
    expect(parsed).toBe('partial');
    expect(decision.verdict).not.toBe('allow');
  });
});

describe('what may hold anything', () => {
  test.each([
    ['SELECT query FROM pg_stat_activity', true],
    ['SELECT statement FROM pg_prepared_statements', true],
    ['SELECT 1', false],
    ['SELECT relname FROM pg_class', false],
  ])('%s is masked: %s', (text, masked) => {
    expect(judge(text).decision.obligations.mask.length > 0).toBe(masked);
  });
});
