import { describe, expect, test } from 'vitest';
import { NO_DATA } from '../../../src/model/facts.ts';
import type { Judgement, StatementPlan } from '../../../src/model/judge.ts';
import { rawText } from '../../../src/model/text.ts';
import { loadBuiltIn } from '../../../src/policy/built-in.ts';
import type { GateSetting } from '../../../src/session/postgres/gate-setting.ts';
import { mayAskAtCommit } from '../../../src/session/postgres/put-off.ts';
import { mayTry } from '../../../src/session/postgres/trial-question.ts';
import type { StatementRequest } from '../../../src/wire/postgres/gate.ts';
import { judgement } from './judgements.ts';
import { results, ScriptedProbe } from './scripted-probe.ts';

const PLAN: StatementPlan = {
  kind: 'UpdateStmt',
  outputs: { kind: 'none' },
  writes: true,
  changesSchema: false,
  into: 'claims',
};

const policy = await loadBuiltIn();

function setting(changes: Partial<GateSetting> = {}): GateSetting {
  const known: Partial<GateSetting> = {
    attended: true,
    policy,
    actor: { kind: 'human', id: 'nina', uid: 1, groups: [], mfa: false, evidence: [] },
    ...changes,
  };
  return known as GateSetting;
}

function request(changes: Partial<StatementRequest> = {}): StatementRequest {
  return {
    protocol: 'simple',
    phase: 'execute',
    text: rawText('UPDATE claims SET status = 1 WHERE id = 2'),
    transaction: 'open',
    transactionMs: 10,
    probe: new ScriptedProbe(() => results()),
    cancel: new AbortController().signal,
    ...changes,
  };
}

function write(changes: Partial<Judgement> = {}): Judgement {
  return judgement({
    verdict: 'prompt',
    intents: ['data.update', 'data.read'],
    data: { ...NO_DATA, scale: 'small' },
    plans: [PLAN],
    ...changes,
  });
}

const { probe: _, ...busy } = request();
const noTable: StatementPlan = {
  kind: 'UpdateStmt',
  outputs: { kind: 'none' },
  writes: true,
  changesSchema: false,
};
const AGENT = { ...setting().actor, kind: 'agent' as const };

describe('may wait for COMMIT', () => {
  test('a small or medium write of a person inside BEGIN', () => {
    expect(mayAskAtCommit(request(), write(), setting())).toBe(true);
    const medium = write({ data: { ...NO_DATA, scale: 'medium' } });
    expect(mayAskAtCommit(request(), medium, setting())).toBe(true);
  });

  test.each<[string, StatementRequest, Judgement, GateSetting]>([
    ['outside a transaction', request({ transaction: 'idle' }), write(), setting()],
    ['in a failed one', request({ transaction: 'failed' }), write(), setting()],
    ['behind statements that have not ended', busy, write(), setting()],
    ['bulk', request(), write({ data: { ...NO_DATA, scale: 'bulk' } }), setting()],
    ['of unknown scale', request(), write({ data: NO_DATA }), setting()],
    ['what others must approve', request(), write({ verdict: 'approve' }), setting()],
    ['what is blocked', request(), write({ verdict: 'block' }), setting()],
    ['with something else in it', request(), write({ intents: ['data.update', 'exec.dynamic'] }), setting()],
    ['not read whole', request(), write({ parsed: 'partial' }), setting()],
    ['one of several', request(), write({ plans: [PLAN, PLAN] }), setting()],
    ['into several tables', request(), write({ plans: [noTable] }), setting()],
    ['nobody to ask later', request(), write(), setting({ attended: false })],
    ['an agent', request(), write(), setting({ actor: AGENT })],
    [
      'where the policy says so',
      request(),
      write(),
      setting({ policy: { ...policy, prompts: { ...policy.prompts, atCommit: false } } }),
    ],
  ])('not %s', (_name, asked, judged, where) => {
    expect(mayAskAtCommit(asked, judged, where)).toBe(false);
  });
});

describe('may be tried in a transaction of its own', () => {
  const idle = request({ transaction: 'idle' });
  const bulk = write({ intents: ['data.delete.bulk'], data: { ...NO_DATA, scale: 'bulk' } });

  test('any write of one table outside a transaction, also of every row', () => {
    expect(mayTry(idle, write(), setting())).toBe(true);
    expect(mayTry(idle, bulk, setting())).toBe(true);
  });

  test.each<[string, StatementRequest, Judgement, GateSetting]>([
    ['inside a transaction', request(), write(), setting()],
    ['prepared', { ...idle, protocol: 'extended' }, write(), setting()],
    ['what others must approve', idle, write({ verdict: 'approve' }), setting()],
    [
      'with something ROLLBACK does not take back',
      idle,
      write({ intents: ['data.update', 'service.stop'] }),
      setting(),
    ],
    ['one of several', idle, write({ plans: [PLAN, PLAN] }), setting()],
    ['nobody to ask', idle, write(), setting({ attended: false })],
  ])('not %s', (_name, asked, judged, where) => {
    expect(mayTry(asked, judged, where)).toBe(false);
  });
});
