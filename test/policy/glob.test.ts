import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileGlob, compileGlobs } from '../../src/model/glob.ts';

describe('a glob', () => {
  test.each([
    ['claims', 'claims', true],
    ['claims', 'claims2', false],
    ['*', '', true],
    ['a*', 'a', true],
    ['*a', 'ba', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a.b.c', true],
    ['a*b*c', 'acb', false],
    ['a*bc*c', 'abc', false],
    ['a?c', 'abc', false],
    ['a.c', 'abc', false],
    ['[a]', 'a', false],
  ])('%s and %s: %s', (pattern, text, expected) => {
    expect(compileGlob(pattern)(text)).toBe(expected);
    expect(compileGlobs(['nothing', pattern])(text)).toBe(expected);
  });

  test('says what a regular expression of its pieces says', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 7 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 9 });
    fc.assert(
      fc.property(word, text, (pattern, given) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
        expect(compileGlob(pattern)(given)).toBe(expression.test(given));
      }),
      { numRuns: 2_000 },
    );
  });

  test('of many stars takes no time to fail', () => {
    const before = performance.now();
    expect(compileGlob('*a'.repeat(100).concat('b'))('a'.repeat(100_000))).toBe(false);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});
