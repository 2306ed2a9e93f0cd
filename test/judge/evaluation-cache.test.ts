import { describe, expect, test } from 'vitest';
import { EvaluationCache } from '../../src/judge/evaluation-cache.ts';

/** How often each key had to be made. */
function filled(cache: EvaluationCache<string>, keys: readonly string[]): readonly string[] {
  const made: string[] = [];
  for (const key of keys) {
    cache.get(key, () => {
      made.push(key);
      return key;
    });
  }
  return made;
}

describe('the memory of evaluations', () => {
  test('makes a value once', () => {
    expect(filled(new EvaluationCache(10, 10), ['a', 'b', 'a', 'b'])).toEqual(['a', 'b']);
  });

  test('forgets the oldest beyond its number of entries', () => {
    expect(filled(new EvaluationCache(2, 10), ['a', 'b', 'c', 'b', 'a'])).toEqual(['a', 'b', 'c', 'a']);
  });

  test('keeps no long key', () => {
    expect(filled(new EvaluationCache(2, 3), ['long', 'long'])).toEqual(['long', 'long']);
  });

  test('forgets the oldest beyond the length of all keys', () => {
    const keys = ['aaaa', 'bbbb', 'cccc', 'bbbb', 'aaaa'];
    expect(filled(new EvaluationCache(100, 10, 8), keys)).toEqual(['aaaa', 'bbbb', 'cccc', 'aaaa']);
  });

  test('counts down what it forgets, and the empty key', () => {
    const keys = Array.from({ length: 1_000 }, (_, index) => `k${index % 7}`);
    expect(filled(new EvaluationCache(3, 10, 6), ['', ...keys]).length).toBeGreaterThan(990);
    expect(filled(new EvaluationCache(7, 10, 14), keys)).toHaveLength(7);
  });
});
