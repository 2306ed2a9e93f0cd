import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEnforcer, type Enforcer } from '../../src/enforce/enforcer.ts';
import { NO_TRANSACTION } from '../../src/enforce/limits.ts';
import type { EnforceRequest } from '../../src/enforce/request.ts';
import { NO_DATA } from '../../src/model/facts.ts';
import type { Answer, Prompter } from '../../src/model/prompter.ts';
import { VERDICTS } from '../../src/model/verdict.ts';
import { ALICE, FakeClock, judged, NO, request, ScriptedPrompter, SHAPE, YES } from './requests.ts';

function enforcerWith(...answers: Answer[]): {
  enforcer: Enforcer;
  prompter: ScriptedPrompter;
  clock: FakeClock;
} {
  const prompter = new ScriptedPrompter(...answers);
  const clock = new FakeClock();
  return { enforcer: createEnforcer({ prompter, clock }), prompter, clock };
}

const OPEN = { ...NO_TRANSACTION, state: 'open', openMs: 4_000, locks: ['claims (row exclusive)'] } as const;
const MINUTE = 60_000;

const SMALLER = 'Let somebody run it who may do so alone, or make it smaller: few rows need only a yes.';

describe('verdicts', () => {
  test('allow passes unasked', async () => {
    const { enforcer, prompter } = enforcerWith();
    expect(await enforcer.enforce(request({ verdict: 'allow' }))).toMatchObject({
      kind: 'pass',
      by: 'verdict',
    });
    expect(prompter.asked).toEqual([]);
  });

  test('block refuses with its own message', async () => {
    const { enforcer } = enforcerWith(YES);
    const refused = request({ verdict: 'block' });
    expect(await enforcer.enforce(refused)).toEqual({
      kind: 'refuse',
      because: 'policy',
      message: refused.judgement.message,
      waitedMs: 0,
    });
  });

  test.each([
    [1, NO_TRANSACTION, 'needs approval by another person', SMALLER],
    [2, NO_TRANSACTION, 'needs approval by 2 other people', SMALLER],
    [1, { ...OPEN, wrote: true }, 'needs approval by another person', 'ROLLBACK, get approval, run again.'],
    [1, { ...OPEN, wrote: false }, 'needs approval by another person', SMALLER],
  ])('approve by %i is refused and says who is needed', async (quorum, transaction, why, instead) => {
    const { enforcer, prompter } = enforcerWith(YES);
    const refused = request({ verdict: 'approve', obligations: { mask: [], quorum } }, { transaction });
    const answer = await enforcer.enforce(refused);
    expect(answer).toMatchObject({ kind: 'refuse', because: 'approval', message: { instead } });
    expect(answer.kind === 'refuse' && answer.message.why).toContain(why);
    expect(answer.kind === 'refuse' && answer.message.why).toContain('guard requests is not available');
    expect(prompter.asked).toEqual([]);
  });

  test('where no rows are at stake the rule says what to do instead', async () => {
    const { enforcer } = enforcerWith(YES);
    const answer = await enforcer.enforce(request({ verdict: 'approve', data: NO_DATA }));
    expect(answer).toMatchObject({ kind: 'refuse', message: { instead: 'run it on dev' } });
  });

  test.each<[Answer, object]>([
    [YES, { kind: 'pass', by: 'person' }],
    [SHAPE, { kind: 'pass', by: 'shape' }],
    [NO, { kind: 'refuse', because: 'person' }],
    [
      { kind: 'no', because: 'timeout' },
      { kind: 'refuse', because: 'timeout' },
    ],
    [
      { kind: 'no', because: 'cancelled' },
      { kind: 'refuse', because: 'cancelled' },
    ],
    [
      { kind: 'no', because: 'server-lost' },
      { kind: 'refuse', because: 'server-lost' },
    ],
    [
      { kind: 'no', because: 'no-terminal' },
      { kind: 'refuse', because: 'no-terminal' },
    ],
  ])('prompt asks: %j', async (answer, result) => {
    const { enforcer, prompter } = enforcerWith(answer);
    expect(await enforcer.enforce(request())).toMatchObject(result);
    expect(prompter.asked).toHaveLength(1);
  });

  test('without a prompter a prompt is a refusal that says so', async () => {
    const enforcer = createEnforcer({ clock: new FakeClock() });
    const answer = await enforcer.enforce(request());
    expect(answer).toMatchObject({ kind: 'refuse', because: 'no-terminal' });
    expect(answer.kind === 'refuse' && answer.message.why).toContain(
      'would ask a person, and in this run nobody can be asked',
    );
  });

  test.each(['agent', 'ci'] as const)('%s is never asked', async (kind) => {
    const { enforcer, prompter } = enforcerWith(YES);
    expect(await enforcer.enforce(request({}, { actor: { ...ALICE, kind } }))).toMatchObject({
      kind: 'refuse',
      because: 'not-a-person',
    });
    expect(prompter.asked).toEqual([]);
  });

  test('a prompter that fails is a no', async () => {
    const prompter: Prompter = { ask: () => Promise.reject(new Error('broken')) };
    const enforcer = createEnforcer({ prompter, clock: new FakeClock() });
    expect(await enforcer.enforce(request())).toMatchObject({ kind: 'refuse', because: 'no-terminal' });
  });
});

describe('the question', () => {
  test('says everything that was judged', async () => {
    const { enforcer, prompter } = enforcerWith(NO);
    await enforcer.enforce(request({}, { transaction: OPEN }));
    expect(prompter.asked[0]).toMatchObject({
      target: 'claims-staging',
      environment: 'staging',
      actor: { kind: 'human', id: 'alice' },
      rows: "about 12 of 5,000 rows (planner's estimate)",
      transaction: { openMs: 4_000, locks: ['claims (row exclusive)'] },
      shape: true,
      timeoutMs: MINUTE,
    });
    expect(prompter.asked[0]?.typed).toBeUndefined();
  });

  test('a typed confirmation asks for the target and offers no shape', async () => {
    const { enforcer, prompter } = enforcerWith(YES);
    await enforcer.enforce(request({ obligations: { mask: [], typedConfirmation: true } }));
    expect(prompter.asked[0]).toMatchObject({ typed: 'claims-staging', shape: false });
  });

  test.each([
    ['outside a transaction', NO_TRANSACTION, 5 * MINUTE],
    ['inside one', OPEN, MINUTE],
    ['before the server gives up', { ...OPEN, idleTimeoutMs: 30_000 }, 28_000],
    ['counting the idle time so far', { ...OPEN, idleTimeoutMs: 30_000, idleForMs: 10_000 }, 18_000],
    ['with a long server limit', { ...OPEN, idleTimeoutMs: 600_000 }, MINUTE],
    ['in a failed one', { ...OPEN, state: 'failed' as const }, MINUTE],
  ])('waits %s as long as it may', async (_, transaction, timeoutMs) => {
    const { enforcer, prompter } = enforcerWith(NO);
    await enforcer.enforce(request({}, { transaction }));
    expect(prompter.asked[0]?.timeoutMs).toBe(timeoutMs);
  });

  test('is not asked when there is no time for an answer', async () => {
    const { enforcer, prompter } = enforcerWith(YES);
    const transaction = { ...OPEN, idleTimeoutMs: 2_500 };
    expect(await enforcer.enforce(request({}, { transaction }))).toMatchObject({ because: 'no-time' });
    expect(prompter.asked).toEqual([]);
  });
});

describe('several at once', () => {
  /** A prompter whose answers come when the test says so. */
  class HeldPrompter implements Prompter {
    readonly waiting: ((answer: Answer) => void)[] = [];
    ask(): Promise<Answer> {
      return new Promise((resolve) => this.waiting.push(resolve));
    }
  }

  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

  test('are asked one after the other', async () => {
    const prompter = new HeldPrompter();
    const enforcer = createEnforcer({ prompter, clock: new FakeClock() });
    const first = enforcer.enforce(request());
    const second = enforcer.enforce(request({ fingerprint: 'f2', statementHash: 'h2' }));
    await settle();
    expect(prompter.waiting).toHaveLength(1);
    prompter.waiting[0]?.(YES);
    expect(await first).toMatchObject({ kind: 'pass' });
    await settle();
    expect(prompter.waiting).toHaveLength(2);
    prompter.waiting[1]?.(NO);
    expect(await second).toMatchObject({ kind: 'refuse', because: 'person' });
  });

  test('a yes for the shape answers those that wait', async () => {
    const prompter = new HeldPrompter();
    const enforcer = createEnforcer({ prompter, clock: new FakeClock() });
    const both = [enforcer.enforce(request()), enforcer.enforce(request())];
    await settle();
    prompter.waiting[0]?.(SHAPE);
    expect(await Promise.all(both)).toMatchObject([{ by: 'shape' }, { by: 'allowance' }]);
    expect(prompter.waiting).toHaveLength(1);
  });

  test('one that is cancelled while it waits is refused at once and never asked', async () => {
    const prompter = new HeldPrompter();
    const enforcer = createEnforcer({ prompter, clock: new FakeClock() });
    const first = enforcer.enforce(request());
    const controller = new AbortController();
    const second = enforcer.enforce(request({ statementHash: 'h2' }, { cancel: controller.signal }));
    await settle();
    controller.abort('server-lost');
    expect(await second).toMatchObject({ kind: 'refuse', because: 'server-lost' });
    prompter.waiting[0]?.(YES);
    await first;
    await settle();
    expect(prompter.waiting).toHaveLength(1);
  });
});

describe('allow this shape', () => {
  async function allowed(changes: object = {}): Promise<ReturnType<typeof enforcerWith>> {
    const set = enforcerWith(SHAPE, NO, NO);
    await set.enforcer.enforce(request(changes));
    return set;
  }

  test('passes the same shape 20 times', async () => {
    const { enforcer, prompter } = await allowed();
    for (let use = 0; use < 20; use += 1) {
      expect(await enforcer.enforce(request({ statementHash: `x${use}` }))).toMatchObject({
        by: 'allowance',
      });
    }
    expect(await enforcer.enforce(request({ statementHash: 'x' }))).toMatchObject({ kind: 'refuse' });
    expect(prompter.asked).toHaveLength(2);
  });

  test('ends after 15 minutes', async () => {
    const { enforcer, clock } = await allowed();
    clock.now = 15 * MINUTE - 1;
    expect(await enforcer.enforce(request({ statementHash: 'x' }))).toMatchObject({ by: 'allowance' });
    clock.now = 15 * MINUTE;
    expect(await enforcer.enforce(request({ statementHash: 'x' }))).toMatchObject({ kind: 'refuse' });
  });

  const data = judged().data;
  test.each<[string, Parameters<typeof request>]>([
    ['another shape', [{ fingerprint: 'f2', statementHash: 'x' }]],
    ['more rows', [{ data: { ...data, rows: { estimate: 13 } }, statementHash: 'x' }]],
    ['rows unknown', [{ data: { ...data, rows: { unavailable: 'no' } }, statementHash: 'x' }]],
    [
      'at least that many rows',
      [{ data: { ...data, rows: { estimate: 5, atLeast: true } }, statementHash: 'x' }],
    ],
    ['another rule', [{ rule: 'other', statementHash: 'x' }]],
    ['another finding', [{ findings: [], statementHash: 'x' }]],
    ['another intent', [{ intents: ['data.delete'], statementHash: 'x' }]],
    ['typed confirmation', [{ obligations: { mask: [], typedConfirmation: true }, statementHash: 'x' }]],
    ['approve', [{ verdict: 'approve', statementHash: 'x' }]],
    ['block', [{ verdict: 'block', statementHash: 'x' }]],
    [
      'another target',
      [{ statementHash: 'x' }, { target: { kind: 'postgres', name: 'claims-staging', identity: 'pg:9/9' } }],
    ],
    ['another person', [{ statementHash: 'x' }, { actor: { ...ALICE, id: 'bob' } }]],
  ])('does not cover %s', async (_, args) => {
    const { enforcer } = await allowed();
    expect(await enforcer.enforce(request(...args))).toMatchObject({ kind: 'refuse' });
  });

  test('is not offered for a write of unknown size, and then not remembered', async () => {
    const unknown = { data: { ...data, rows: { unavailable: 'no snapshot' } } };
    const { enforcer, prompter } = enforcerWith(SHAPE, NO);
    expect(await enforcer.enforce(request(unknown))).toMatchObject({ kind: 'refuse' });
    expect(prompter.asked[0]).toMatchObject({ shape: false, rows: 'unknown: no snapshot' });
    expect(await enforcer.enforce(request({ ...unknown, statementHash: 'x' }))).toMatchObject({
      kind: 'refuse',
    });
  });

  test('a read without an estimate is covered only by reads', async () => {
    const read = { data: NO_DATA, intents: ['data.read' as const] };
    const { enforcer } = await allowed(read);
    expect(await enforcer.enforce(request({ ...read, statementHash: 'x' }))).toMatchObject({
      by: 'allowance',
    });
    const write = { ...read, data: { ...NO_DATA, scale: 'small' as const }, statementHash: 'x' };
    expect(await enforcer.enforce(request(write))).toMatchObject({ kind: 'refuse' });
  });
});

describe('the same text again and again', () => {
  async function again(
    enforcer: Enforcer,
    next: EnforceRequest,
  ): Promise<{ readonly kind: string; readonly by?: string }> {
    const result = await enforcer.enforce(next);
    if (result.kind === 'pass') enforcer.ended(next.judgement.id);
    return result;
  }

  test('is asked once as long as the pauses are short', async () => {
    const { enforcer, prompter, clock } = enforcerWith(YES, NO);
    await again(enforcer, request());
    for (let run = 0; run < 100; run += 1) {
      clock.now += 9_999;
      expect(await again(enforcer, request())).toMatchObject({ kind: 'pass', by: 'repeat' });
    }
    expect(prompter.asked).toHaveLength(1);
    clock.now += 10_000;
    expect(await again(enforcer, request())).toMatchObject({ kind: 'refuse' });
  });

  test('is asked again after an hour', async () => {
    const { enforcer, clock, prompter } = enforcerWith(YES, NO);
    await again(enforcer, request());
    while (clock.now + 5_000 < 60 * MINUTE) {
      clock.now += 5_000;
      expect(await again(enforcer, request())).toMatchObject({ by: 'repeat' });
    }
    clock.now = 60 * MINUTE;
    expect(await again(enforcer, request())).toMatchObject({ kind: 'refuse' });
    expect(prompter.asked).toHaveLength(2);
  });

  test('is asked again while the last run is not over', async () => {
    const { enforcer, prompter } = enforcerWith(YES, NO);
    await enforcer.enforce(request());
    expect(await enforcer.enforce(request())).toMatchObject({ kind: 'refuse' });
    expect(prompter.asked).toHaveLength(2);
  });

  test('a no is not a yes for the next one', async () => {
    const { enforcer, prompter } = enforcerWith(NO, NO);
    await again(enforcer, request());
    expect(await again(enforcer, request())).toMatchObject({ kind: 'refuse' });
    expect(prompter.asked).toHaveLength(2);
  });

  const data = judged().data;
  test.each<[string, Parameters<typeof request>[0]]>([
    ['more rows', { data: { ...data, rows: { estimate: 13 } } }],
    ['another text', { statementHash: 'h2' }],
    ['a typed confirmation', { obligations: { mask: [], typedConfirmation: true } }],
    ['a delete', { intents: ['data.delete'] }],
    ['a block', { verdict: 'block' }],
  ])('does not cover %s', async (_, changes) => {
    const { enforcer } = enforcerWith(YES, NO);
    await again(enforcer, request());
    expect(await again(enforcer, request(changes))).toMatchObject({ kind: 'refuse' });
  });

  test('a delete is asked every time', async () => {
    const { enforcer, prompter } = enforcerWith(YES, YES);
    const remove = { intents: ['data.delete' as const] };
    await again(enforcer, request(remove));
    await again(enforcer, request(remove));
    expect(prompter.asked).toHaveLength(2);
  });
});

test('property: whatever was answered before, approve and block never pass, and a typed prompt never unasked', async () => {
  const step = fc.record({
    verdict: fc.constantFrom(...VERDICTS),
    fingerprint: fc.constantFrom('f1', 'f2'),
    statementHash: fc.constantFrom('h1', 'h2'),
    typed: fc.boolean(),
    answer: fc.constantFrom<Answer>(YES, SHAPE, NO),
    pauseMs: fc.integer({ min: 0, max: 20_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const clock = new FakeClock();
      const answers: Answer[] = [];
      let asked = 0;
      const prompter: Prompter = {
        ask: async () => {
          asked += 1;
          return answers.at(-1) ?? NO;
        },
      };
      const enforcer = createEnforcer({ prompter, clock });
      for (const { verdict, fingerprint, statementHash, typed, answer, pauseMs } of steps) {
        clock.now += pauseMs;
        answers.push(answer);
        asked = 0;
        const obligations = typed ? { mask: [], typedConfirmation: true } : { mask: [] };
        const next = request({ verdict, fingerprint, statementHash, obligations });
        const result = await enforcer.enforce(next);
        if (verdict === 'approve' || verdict === 'block') expect(result.kind).toBe('refuse');
        if (verdict === 'prompt' && typed) expect(asked).toBe(1);
        if (verdict === 'prompt' && typed && answer !== YES) expect(result.kind).toBe('refuse');
        if (asked === 1 && answer === NO) expect(result.kind).toBe('refuse');
        if (result.kind === 'pass') enforcer.ended(next.judgement.id);
      }
    }),
  );
});
