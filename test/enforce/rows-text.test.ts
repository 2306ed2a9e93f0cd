import { expect, test } from 'vitest';
import { rowsText } from '../../src/enforce/rows-text.ts';
import type { RowFacts } from '../../src/model/facts.ts';

test.each<[RowFacts, string | undefined]>([
  [{ estimate: 48_200, of: 50_000 }, "about 48,200 of 50,000 rows (planner's estimate)"],
  [{ estimate: 7.6 }, "about 8 rows (planner's estimate)"],
  [{ estimate: 1_001, atLeast: true, of: 6_000 }, 'at least 1,001 of 6,000 rows'],
  [{ estimate: 69, exact: 69, of: 2_000 }, '69 rows (counted) of about 2,000'],
  [{ exact: 1 }, '1 row (counted)'],
  [{ exact: 0, of: 30 }, '0 rows (counted) of about 30'],
  [{ unavailable: 'the transaction has failed', of: 30 }, 'unknown: the transaction has failed'],
  [{ of: 30 }, undefined],
])('%j', (rows, expected) => {
  expect(rowsText(rows)).toBe(expected);
});
