import { describe, expect, test } from 'vitest';
import type { Enforcement, PassedBy, RefusedBecause } from '../../../src/enforce/request.ts';
import { answerOf } from '../../../src/session/postgres/answer-outcome.ts';

const MESSAGE = { effect: 'Deletes rows.', why: 'Gone.', instead: 'Look first.' };
const passed = (by: PassedBy): Enforcement => ({ kind: 'pass', by, waitedMs: 1_500 });
const refused = (because: RefusedBecause): Enforcement => ({
  kind: 'refuse',
  because,
  message: MESSAGE,
  waitedMs: 1_500,
});

describe('what the log says of the person', () => {
  test.each<[Enforcement, string, string]>([
    [passed('person'), 'yes', 'nina'],
    [passed('shape'), 'shape', 'nina'],
    [passed('allowance'), 'shape', 'nina (earlier)'],
    [passed('repeat'), 'yes', 'nina (earlier)'],
    [refused('person'), 'no', 'nina'],
    [refused('timeout'), 'timeout', 'nina'],
    [refused('cancelled'), 'cancelled', 'nina'],
    [refused('server-lost'), 'cancelled', 'nina'],
  ])('%j', (enforced, answer, by) => {
    expect(answerOf(enforced, 'd1', 'nina')).toEqual({
      kind: 'answer',
      decision: 'd1',
      answer,
      by,
      waitedMs: 1_500,
    });
  });

  test.each<Enforcement>([
    passed('verdict'),
    refused('policy'),
    refused('approval'),
    refused('not-a-person'),
    refused('no-time'),
    refused('no-terminal'),
  ])('nothing where nobody was asked: %j', (enforced) => {
    expect(answerOf(enforced, 'd1', 'nina')).toBeUndefined();
  });
});
