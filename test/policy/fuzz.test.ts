import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/host/package-root.ts';
import { GuardError } from '../../src/model/errors.ts';
import { KNOWN_KEYS } from '../../src/policy/schema.ts';
import { compilePolicy } from './compile-policy.ts';

/** Far above what the slowest input takes on a busy machine; quadratic work on 1 MiB takes minutes (ms). */
const PATIENCE = 30_000;
const HEAD = 'apiVersion: guard/v1\nkind: Policy\nmetadata: { name: fuzz, version: "1" }\n';

/** Compiles; anything thrown must be a POLICY_INVALID with a place. */
function survives(text: string): void {
  const before = performance.now();
  try {
    compilePolicy([{ file: 'fuzz.yaml', text }]);
  } catch (error) {
    if (!(error instanceof GuardError)) throw error;
    expect(error.code).toBe('POLICY_INVALID');
    expect(error.message).toMatch(/^fuzz\.yaml:[1-9]\d*:[1-9]\d*: ./);
    expect(error.message.length).toBeLessThan(100_000);
  }
  expect(performance.now() - before).toBeLessThan(PATIENCE);
}

const builtIn = readFileSync(join(packageRoot(), 'policies/default.yaml'), 'utf8').slice(0, 6_000);
const fragments = [
  '- ',
  ': ',
  '{',
  '}',
  '[',
  ']',
  '&a ',
  '*a ',
  '!!x ',
  '|\n',
  '>\n',
  '"',
  "'",
  '#',
  '\t',
  '\n',
  '\u0000',
  '\ud800',
  '...\n',
  '---\n',
  '? ',
  '<<: ',
  '%YAML 1.1\n',
];

describe('the loader survives', () => {
  test('any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => survives(text)),
      { numRuns: 300 },
    );
  });

  test('any sequence of YAML marks', () => {
    const text = fc.array(fc.constantFrom(...fragments, 'rules', 'match', 'a'), { maxLength: 60 });
    fc.assert(
      fc.property(text, (parts) => survives(HEAD + parts.join(''))),
      { numRuns: 400 },
    );
  });

  test('any edit of a real policy', () => {
    const edit = fc.record({
      at: fc.nat(builtIn.length),
      drop: fc.nat(40),
      put: fc.oneof(fc.constantFrom(...fragments), fc.string({ maxLength: 10 })),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        survives(
          edits.reduce((text, { at, drop, put }) => text.slice(0, at) + put + text.slice(at + drop), builtIn),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('any value under any known key', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom('agent', 'phi.*', 'data.*', 'none', true),
    );
    const map = fc.dictionary(fc.constantFrom(...KNOWN_KEYS, '__proto__', 'constructor', 'toString'), value, {
      maxKeys: 4,
    });
    fc.assert(
      fc.property(map, map, map, (top, rule, match) => {
        const rules = [{ id: 'a', match, decision: 'block', ...rule }];
        const policy = {
          apiVersion: 'guard/v1',
          kind: 'Policy',
          metadata: { name: 'a', version: '1' },
          rules,
          ...top,
        };
        survives(JSON.stringify(policy));
      }),
      { numRuns: 600 },
    );
  });
});

describe('the loader is not slow on', () => {
  const MiB = 1024 * 1024;
  const filled = (piece: string, size = MiB - HEAD.length - 100) =>
    piece.repeat(Math.floor(size / piece.length));
  const numbered = (line: (index: number) => string, count: number) =>
    Array.from({ length: count }, (_, index) => line(index)).join('');
  const cases: readonly (readonly [name: string, text: string])[] = [
    ['open brackets', HEAD + filled('[')],
    ['open braces', HEAD + filled('{a: ')],
    ['deep lists', HEAD + filled('- ')],
    ['deep maps', `${HEAD}a:\n${numbered((index) => `${' '.repeat(index + 1)}a:\n`, 1_200)}`],
    ['many unknown keys', HEAD + numbered((index) => `k${index}: 1\n`, 90_000)],
    ['many equal keys', HEAD + filled('a: 1\n')],
    [
      'many unknown keys in a match',
      `${HEAD}rules: [{ id: a, decision: block, match: {${numbered((index) => `k${index}: 1,`, 80_000)}}}]`,
    ],
    ['many bad rules', `${HEAD}rules:\n${filled('  - { id: a }\n')}`],
    [
      'many good rules',
      `${HEAD}rules:\n${numbered((index) => `  - { id: r${index}, match: { intent: data.* }, decision: block }\n`, 2_000)}`,
    ],
    [
      'many bad intents',
      `${HEAD}rules: [{ id: a, decision: block, match: { intent: [${numbered((index) => `data.rea${index},`, 500)}]}}]`,
    ],
    ['many labels', `${HEAD}catalog:\n${numbered((index) => `  t.c${index}: phi.text\n`, 20_000)}`],
    ['many bad labels', `${HEAD}catalog:\n${numbered((index) => `  c${index}: phi.txt\n`, 20_000)}`],
    ['many syntax errors', HEAD + filled('"a" "b"\n')],
    ['many tags', HEAD + numbered((index) => `k${index}: !x y\n`, 60_000)],
    ['many anchors', HEAD + numbered((index) => `k${index}: &a${index} 1\n`, 50_000)],
    [
      'laughs',
      `${HEAD}a: &a [x]\n${numbered((index) => `${String.fromCharCode(98 + index)}: &${String.fromCharCode(98 + index)} [${`*${String.fromCharCode(97 + index)},`.repeat(9)}]\n`, 12)}`,
    ],
    ['an alias to itself', `${HEAD}a: &a [*a]\n`],
    ['one long line', `${HEAD}${filled('x')}`],
    ['one long string', `${HEAD}a: "${filled('\\u0041')}"`],
    ['more than is read', HEAD + filled('# x\n', 2 * MiB)],
  ];
  test.each(cases)('%s', (_, text) => survives(text));
});
