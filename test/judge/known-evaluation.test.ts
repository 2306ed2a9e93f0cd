import { beforeAll, describe, expect, test } from 'vitest';
import { decide } from '../../src/decide/decide.ts';
import { type PreparedPolicy, preparePolicy } from '../../src/decide/prepare.ts';
import { evaluateSql } from '../../src/judge/evaluate-sql.ts';
import type { JudgeWorld } from '../../src/judge/evaluated.ts';
import { RecordingJudge } from '../../src/judge/recording-judge.ts';
import { situationFacts } from '../../src/judge/situation-facts.ts';
import type { Actor } from '../../src/model/actor.ts';
import { INTENTS } from '../../src/model/intent.ts';
import type { JudgeRequest, Situation } from '../../src/model/judge.ts';
import type { CompiledPolicy } from '../../src/model/policy.ts';
import { rawText } from '../../src/model/text.ts';
import { catalogFromDdl } from '../../src/parse/sql/ddl-catalog.ts';
import { loadSqlParser } from '../../src/parse/sql/parse-sql.ts';
import { loadBuiltIn } from '../../src/policy/built-in.ts';

let compiled: CompiledPolicy;
let policy: PreparedPolicy;
beforeAll(async () => {
  await loadSqlParser();
  compiled = await loadBuiltIn();
  policy = preparePolicy(compiled);
});

const ACTOR: Actor = { kind: 'human', id: 'nina', uid: 1, groups: [], mfa: false, evidence: [] };
const SITUATION: Situation = {
  actor: ACTOR,
  purpose: { breakglass: false },
  environment: { class: 'prod', name: 'clinic', because: 'test', synthetic: false, throwaway: false },
  session: { id: 's', tainted: [], transaction: 'idle', wrote: false, attended: true },
  time: '2026-11-20T10:00:00Z',
};
const MEMORY = { prepared: {}, cursors: {}, created: [] };

function request(
  text: string,
  change: Partial<Situation> = {},
  more: Partial<JudgeRequest> = {},
): JudgeRequest {
  return {
    channel: { language: 'sql', via: 'wire', certainty: 'exact' },
    text: rawText(text),
    target: { kind: 'postgres', name: 'clinic' },
    situation: { ...SITUATION, ...change },
    memory: MEMORY,
    entry: false,
    ...more,
  };
}

const { session, environment } = SITUATION;

describe('a known text in a known situation', () => {
  const world = (): JudgeWorld => ({ policy, catalog: undefined });

  test('has the same evaluation, whatever the time', () => {
    const first = evaluateSql(request('SELECT known'), world());
    expect(evaluateSql(request('SELECT known', { time: '2026-11-21T22:00:00Z' }), world())).toBe(first);
    expect(evaluateSql(request('SELECT known', { session: { ...session, tainted: [] } }), world())).toBe(
      first,
    );
    expect(evaluateSql(request('SELECT known', { environment: { ...environment } }), world())).toBe(first);
  });

  test.each<[string, Partial<Situation>, Partial<JudgeRequest>]>([
    ['another actor', { actor: { ...ACTOR, kind: 'agent' } }, {}],
    ['a stated purpose', { purpose: { breakglass: false, ticket: 'T-1' } }, {}],
    ['another environment', { environment: { ...environment, class: 'dev' } }, {}],
    ['a made-up database', { environment: { ...environment, synthetic: true } }, {}],
    ['an open transaction', { session: { ...session, transaction: 'open' } }, {}],
    ['a transaction that wrote', { session: { ...session, wrote: true } }, {}],
    ['nobody at the terminal', { session: { ...session, attended: false } }, {}],
    ['data seen before', { session: { ...session, tainted: ['phi.ssn'] } }, {}],
    ['another session', { session: { ...session, id: 't' } }, {}],
    ['other names', {}, { memory: { ...MEMORY, created: ['public.t'] } }],
    ['row estimates', {}, { estimates: [] }],
    ['another kind of target', {}, { target: { kind: 'shell', name: 'clinic' } }],
  ])('is looked at anew: %s', (_, change, more) => {
    const first = evaluateSql(request('SELECT again'), world());
    expect(evaluateSql(request('SELECT again', change, more), world())).not.toBe(first);
  });

  test('is looked at anew under another policy or catalog', () => {
    const first = evaluateSql(request('SELECT a FROM t'), world());
    expect(evaluateSql(request('SELECT a FROM t'), { ...world(), policy: preparePolicy(compiled) })).not.toBe(
      first,
    );
    const catalog = catalogFromDdl(rawText('CREATE TABLE t (a int)'));
    const known = evaluateSql(request('SELECT a FROM t'), { policy, catalog });
    expect(known).not.toBe(first);
    expect(known.plans).not.toEqual(first.plans);
    expect(evaluateSql(request('SELECT a FROM t'), { policy, catalog: { ...catalog } })).not.toBe(known);
  });

  test('gets a hash for its target and an end for its time', async () => {
    const judge = new RecordingJudge({ policy: compiled, evaluate: evaluateSql });
    const first = await judge.judge(request('DROP TABLE hashed'));
    const later = await judge.judge(request('DROP TABLE hashed', { time: '2026-11-20T11:00:00Z' }));
    expect(later.statementHash).toBe(first.statementHash);
    expect(later.expires).toBe('2026-11-20T11:01:00.000Z');
    const elsewhere = await judge.judge(
      request('DROP TABLE hashed', {}, { target: { kind: 'postgres', name: 'other' } }),
    );
    expect(elsewhere.statementHash).not.toBe(first.statementHash);
  });
});

test('a known read is the same judgement as long as its end is the same', () => {
  const judge = new RecordingJudge({ policy: compiled, evaluate: evaluateSql });
  const first = judge.judge(request('SELECT at_once'));
  expect(judge.judge(request('SELECT at_once'))).toBe(first);
  expect(first.statementHash).toBe('');
  const later = judge.judge(request('SELECT at_once', { time: '2026-11-20T10:00:01Z' }));
  expect(later.expires).not.toBe(first.expires);
});

test('no rule of the built-in policy asks for the time', () => {
  const parsed = { kind: 'complete', items: [] } as const;
  const timeless = situationFacts(request(''), {
    tables: ['t'],
    columns: ['t.a'],
    writes: [],
    classes: ['phi.ssn'],
    rows: {},
    cascades: [],
    hasWhere: false,
    createdHere: false,
  });
  const facts = Object.defineProperty({ ...timeless }, 'time', {
    get: () => expect.unreachable('the time was asked for'),
  });
  for (const intent of INTENTS) {
    for (const kind of ['human', 'agent', 'ci'] as const) {
      const finding = {
        rule: 'r',
        intent,
        span: { start: 0, end: 0 },
        objects: [],
        tags: [],
        effect: '',
        why: '',
        instead: '',
      };
      Object.assign(facts, { actor: { ...ACTOR, kind } });
      expect(decide({ findings: [finding], facts, parsed }, policy).verdict).toBeTypeOf('string');
    }
  }
});
