import { describe, expect, test } from 'vitest';
import { type DataFacts, NO_DATA, type RowFacts, type WriteScale } from '../../../src/model/facts.ts';
import { growthText, hasGrown } from '../../../src/session/postgres/growth.ts';

function data(rows: RowFacts, scale: WriteScale = 'small'): DataFacts {
  return { ...NO_DATA, rows, scale };
}

describe('a yes holds', () => {
  test.each([
    ['as many', data({ exact: 40 }), data({ exact: 40 })],
    ['fewer', data({ exact: 40 }), data({ exact: 3 })],
    ['a smaller scale', data({ estimate: 5_000 }, 'bulk'), data({ exact: 3 })],
    ['a hundred more', data({ exact: 0 }), data({ exact: 100 })],
    ['twice as many', data({ estimate: 400 }, 'medium'), data({ estimate: 800 }, 'medium')],
    [
      'nothing known, then or now',
      data({ unavailable: 'x' }, 'medium'),
      data({ unavailable: 'x' }, 'medium'),
    ],
  ])('%s', (_, before, now) => {
    expect(hasGrown(before, now)).toBe(false);
  });
});

describe('a yes was to something else', () => {
  test.each([
    ['small, now medium', data({ exact: 99 }), data({ exact: 101 }, 'medium')],
    ['medium, now bulk', data({ exact: 1_000 }, 'medium'), data({ exact: 1_001, atLeast: true }, 'bulk')],
    ['within a scale', data({ estimate: 2_000 }, 'bulk'), data({ estimate: 4_001 }, 'bulk')],
    ['a hundred and one more, and more than twice', data({ exact: 0 }), data({ exact: 101 })],
    ['nobody knows any more', data({ exact: 3 }), data({ unavailable: 'locked' }, 'medium')],
  ])('%s', (_, before, now) => {
    expect(hasGrown(before, now)).toBe(true);
  });
});

test('what is said of it', () => {
  expect(growthText({ exact: 40, estimate: 40 }, { estimate: 2_300 })).toBe(
    'It was 40 rows when you were asked; it is about 2,300 rows now.',
  );
  expect(growthText({ exact: 1 }, { estimate: 1_001, atLeast: true })).toBe(
    'It was 1 row when you were asked; it is at least 1,001 rows now.',
  );
  expect(growthText({ exact: 1 }, { unavailable: 'locked' })).toContain('an unknown number of rows now');
});
