import { describe, expect, test } from 'vitest';
import type { Enforcement, EnforceRequest } from '../../../src/enforce/request.ts';
import { NO_DATA } from '../../../src/model/facts.ts';
import type { Judgement, Outcome } from '../../../src/model/judge.ts';
import { type Asked, type Asking, askPerson } from '../../../src/session/postgres/ask-person.ts';
import { RunState } from '../../../src/session/postgres/gate-setting.ts';
import { judgement } from './judgements.ts';

const YES: Enforcement = { kind: 'pass', by: 'person', waitedMs: 60_000 };

function write(rows: number, changes: Partial<Judgement> = {}): Judgement {
  const scale = rows > 1_000 ? 'bulk' : rows > 100 ? 'medium' : 'small';
  return judgement({
    verdict: 'prompt',
    data: { ...NO_DATA, rows: { exact: rows }, scale },
    ...changes,
  });
}

interface Scene {
  readonly asked: Asked;
  readonly questions: readonly EnforceRequest['judgement'][];
  readonly outcomes: readonly Outcome[];
}

/** A person who answers as told, and a table that has `sizes` rows, one after the other. */
async function scene(
  sizes: readonly number[],
  answers: readonly Enforcement[] = [YES, YES, YES],
): Promise<Scene> {
  const questions: EnforceRequest['judgement'][] = [];
  const outcomes: Outcome[] = [];
  const [first = 0, ...later] = sizes;
  const asking = {
    setting: {
      enforcer: {
        enforce: async (request: EnforceRequest) => {
          questions.push(request.judgement);
          return answers[questions.length - 1] ?? YES;
        },
        ended: () => undefined,
      },
      judge: { record: (outcome: Outcome) => outcomes.push(outcome) },
      actor: { kind: 'human', id: 'nina', uid: 1, groups: [], mfa: false, evidence: [] },
      attended: true,
      run: new RunState(false),
      post: () => undefined,
    },
    request: { protocol: 'simple', transaction: 'open', cancel: new AbortController().signal },
    judgement: write(first),
    target: { kind: 'postgres', name: 'clinic' },
    environment: { class: 'prod' },
    transaction: { context: async () => ({ state: 'idle' }) },
    again: () => write(later.shift() ?? 0, { id: '' }),
  } as unknown as Asking;
  return { asked: await askPerson(asking), questions, outcomes };
}

describe('right before an answered statement runs', () => {
  test('as many rows as before: it runs, and the second figure is recorded', async () => {
    const { asked, questions, outcomes } = await scene([40, 41]);
    expect(asked).toBe('pass');
    expect(questions).toHaveLength(1);
    expect(outcomes).toEqual([
      {
        kind: 'answer',
        decision: 'd1',
        answer: 'yes',
        by: 'nina',
        waitedMs: 60_000,
        recount: { was: { exact: 40 }, now: { exact: 41 } },
      },
    ]);
  });

  test('many more: asked again under the same decision, and never remembered', async () => {
    const { asked, questions, outcomes } = await scene([40, 340, 340]);
    expect(asked).toBe('pass');
    expect(questions[1]).toMatchObject({ id: 'd1', fingerprint: '', data: { rows: { exact: 340 } } });
    expect(questions[1]?.message.effect).toMatch(
      /^It was 40 rows when you were asked; it is 340 rows now\. /,
    );
    expect(outcomes.map((each) => each.kind === 'answer' && each.recount?.now)).toEqual([
      { exact: 340 },
      { exact: 340 },
    ]);
  });

  test('again and again: refused after the third question', async () => {
    const { asked, questions, outcomes } = await scene([40, 340, 2_000, 9_000]);
    expect(questions).toHaveLength(3);
    expect(asked).toMatchObject({ why: expect.stringContaining('it is 9,000 rows now') });
    expect(outcomes.at(-1)).toEqual({ kind: 'refused', decision: 'd1', because: 'it keeps growing' });
  });

  test('no to the second question is no', async () => {
    const no: Enforcement = {
      kind: 'refuse',
      because: 'person',
      waitedMs: 1,
      message: { effect: 'Deletes.', why: 'The answer was no.', instead: 'Less.' },
    };
    const { asked, outcomes } = await scene([40, 340], [YES, no]);
    expect(asked).toMatchObject({ why: 'The answer was no.' });
    expect(outcomes.at(-1)).toEqual({ kind: 'refused', decision: 'd1', because: 'person' });
  });

  test('what needs no longer a question is still asked about where it grew', async () => {
    const { questions } = await scene([40, 340, 340]);
    expect(questions[1]?.verdict).toBe('prompt');
  });

  test('an answer of a moment ago is not estimated again', async () => {
    const { asked, outcomes } = await scene([40, 340], [{ kind: 'pass', by: 'repeat', waitedMs: 2 }]);
    expect(asked).toBe('pass');
    expect(outcomes[0]).not.toHaveProperty('recount');
  });
});
