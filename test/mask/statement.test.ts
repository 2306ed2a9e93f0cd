import { expect, test } from 'vitest';
import { MAX_STATEMENT, maskStatement } from '../../src/mask/statement.ts';
import { rawText } from '../../src/model/text.ts';
import { sqlLiterals } from '../../src/parse/sql/literals.ts';

const masked = (text: string): string => maskStatement(rawText(text), sqlLiterals(text));

test.each([
  ["SELECT 'O''Neil', 5", 'SELECT ‹…›, 5'],
  ['SELECT 12345, 1234, 3.14159, 1e5', 'SELECT ‹n›, 1234, ‹n›, 1e5'],
  ['SELECT 1 -- for patient 999-12-3456\n, 2', 'SELECT 1 /*…*/  , 2'],
  ['SELECT /* ssn 999-12-3456 */ 1', 'SELECT /*…*/ 1'],
  ['SELECT $x$999-12-3456$x$', 'SELECT ‹…›'],
  ["SELECT E'\\'', 1", 'SELECT ‹…›, 1'],
  ['SELECT "999-12-3456" FROM t', 'SELECT "***-**-****" FROM t'],
  ["SELECT 'not closed 999-12-3456", 'SELECT ‹…›'],
  ['SELECT\n\t1', 'SELECT  1'],
  ['SELECT "a\u001b[2J\u202eb"', 'SELECT "a\\u{1b}[2J\\u{202e}b"'],
])('%j', (text, expected) => {
  expect(masked(text)).toBe(expected);
});

test('is cut, whatever is in it', () => {
  expect(masked(`SELECT ${'a,'.repeat(10_000)}`)).toHaveLength(MAX_STATEMENT);
  expect(masked(`SELECT ${"'x',".repeat(10_000)}1`).length).toBeLessThanOrEqual(MAX_STATEMENT);
  expect(masked(`${'a'.repeat(MAX_STATEMENT - 2)}${'😀'.repeat(9)}`)).not.toMatch(/[\ud800-\udbff]…$/);
});
