import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, NO_TRANSACTION, questionTimeout } from '../../src/enforce/limits.ts';

const OPEN = { ...NO_TRANSACTION, state: 'open' } as const;

describe('how long a question waits', () => {
  test.each([
    ['outside a transaction', NO_TRANSACTION, {}, 300_000],
    ['inside one', OPEN, {}, 60_000],
    ['in a failed one', { ...OPEN, state: 'failed' } as const, {}, 60_000],
    ['inside one, where the policy gives less time for any question', OPEN, { questionMs: 6_000 }, 6_000],
    ['before the server ends an idle transaction', { ...OPEN, idleTimeoutMs: 10_000 }, {}, 8_000],
    ['counted from when it fell idle', { ...OPEN, idleTimeoutMs: 10_000, idleForMs: 3_000 }, {}, 5_000],
    ['not at all when that is too soon', { ...OPEN, idleTimeoutMs: 1_000 }, {}, 0],
    ['no longer for a server that waits longer', { ...OPEN, idleTimeoutMs: 600_000 }, {}, 60_000],
  ])('%s', (_, transaction, limits, expected) => {
    expect(questionTimeout(transaction, { ...DEFAULT_LIMITS, ...limits })).toBe(expected);
  });
});
