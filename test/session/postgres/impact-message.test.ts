import { describe, expect, test } from 'vitest';
import { type DataFacts, NO_DATA } from '../../../src/model/facts.ts';
import { withImpact } from '../../../src/session/postgres/impact-message.ts';

const MESSAGE = { effect: 'Deletes some rows of patients.', why: 'Gone.', instead: 'Look first.' };

const effectOf = (data: Partial<DataFacts>): string =>
  withImpact(MESSAGE, { ...NO_DATA, scale: 'medium', ...data }).effect;

describe('the blast radius in a refusal', () => {
  test.each<[Partial<DataFacts>, string]>([
    [{ rows: { estimate: 69, exact: 69, of: 2_000 } }, ' That is 69 rows (counted) of about 2,000.'],
    [{ rows: { estimate: 1_001, atLeast: true } }, ' That is at least 1,001 rows.'],
    [{ rows: { unavailable: 'the transaction has failed' } }, ''],
    [{ rows: {}, cascades: ['notes: deleted too'] }, ' With it: notes: deleted too.'],
    [{ rows: {}, cascades: ['a', 'b', 'c', 'd', 'e'] }, ' With it: a; b; c, and 2 more.'],
  ])('%j', (data, said) => {
    expect(effectOf(data)).toBe(`${MESSAGE.effect}${said}`);
  });

  test('a read has none', () => {
    expect(withImpact(MESSAGE, { ...NO_DATA, rows: { estimate: 5 } })).toBe(MESSAGE);
  });
});
