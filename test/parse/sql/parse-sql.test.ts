import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { GuardError } from '../../../src/model/errors.ts';
import { rawText } from '../../../src/model/text.ts';
import { fingerprintSql } from '../../../src/parse/sql/fingerprint.ts';
import { loadSqlParser, MAX_SQL_LENGTH, parseSql } from '../../../src/parse/sql/parse-sql.ts';

beforeAll(loadSqlParser);

const parse = (sql: string) => parseSql(rawText(sql));

/** What a span of code points covers. */
const slice = (text: string, span: { start: number; end: number }) =>
  [...text].slice(span.start, span.end).join('');

describe('messages', () => {
  test.each([
    ['', []],
    [' ;; -- nothing\n;', []],
    ['SELECT 1', ['SELECT 1']],
    [' SELECT 1 ; \n DELETE FROM a ', ['SELECT 1', 'DELETE FROM a']],
    ["SELECT 'é𝒳' ;SELECT '𝒳é' AS \"ü\"; SELECT 3", ["SELECT 'é𝒳'", 'SELECT \'𝒳é\' AS "ü"', 'SELECT 3']],
    ['SELECT 1 AS a\u00a0', ['SELECT 1 AS a\u00a0']],
    ['/* x */ SELECT 1 -- y', ['SELECT 1 -- y']],
    ["SELECT 'a;b'; SELECT $x$;$x$", ["SELECT 'a;b'", 'SELECT $x$;$x$']],
  ])('%j', (sql, texts) => {
    const parsed = parse(sql);
    expect(parsed.kind).toBe('complete');
    expect(parsed.items.map((item) => item.text)).toEqual(texts);
    expect(parsed.items.map((item) => slice(sql, item.span))).toEqual(texts);
  });

  test('a syntax error anywhere leaves nothing, and says where in code points', () => {
    expect(parse("DELETE FROM a; SELECT '𝒳', * frm")).toMatchObject({
      kind: 'partial',
      items: [],
      at: { start: 29 },
    });
  });

  test('the problem of a syntax error repeats no word of the statement', () => {
    const parsed = parse("SELECT secret_value 'x");
    expect(parsed.kind).toBe('partial');
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });

  test.each([
    ['SELECT 1\0; DROP TABLE a', 'encoding'],
    ["SELECT '\ud800'", 'encoding'],
    ["SELECT '\udc00x'", 'encoding'],
    [`SELECT '${'x'.repeat(MAX_SQL_LENGTH)}'`, 'bytes'],
  ])('beyond limits %#', (sql, limit) => {
    expect(parse(sql)).toMatchObject({ kind: 'beyond-limits', limit, items: [] });
  });

  test('a statement below the limit is read however long it is', () => {
    expect(parse(`SELECT '${'x'.repeat(5_000_000)}'`).kind).toBe('complete');
    expect(parse(`SELECT 1 WHERE 1 IN (${Array.from({ length: 50_000 }, (_, n) => n).join(',')})`).kind).toBe(
      'complete',
    );
  });
});

describe('what a statement says of itself', () => {
  test.each([
    ['SELECT $2, $1 WHERE $3 IS NULL', 3, true],
    ['INSERT INTO a VALUES ($1)', 1, false],
    ['INSERT INTO a VALUES ($1) RETURNING id', 1, true],
    ['SELECT * INTO a FROM b', 0, false],
    ['SELECT 1 INTO a UNION SELECT 2', 0, false],
    ['EXPLAIN DELETE FROM a', 0, true],
    ['FETCH 1 FROM c', 0, true],
    ['MOVE 1 FROM c', 0, false],
    ['SHOW work_mem', 0, true],
    ['EXECUTE p', 0, true],
    ['COPY a TO STDOUT', 0, false],
    ['DECLARE c CURSOR FOR SELECT 1', 0, false],
  ])('%s', (sql, parameters, returnsRows) => {
    expect(parse(sql).items[0]).toMatchObject({ parameters, returnsRows });
  });
});

describe('limits of nesting', () => {
  test('deep trees are beyond limits, not a crash', () => {
    const parsed = parse(`SELECT ${'1+'.repeat(5_000)}1`);
    expect(parsed).toMatchObject({ kind: 'beyond-limits', limit: 'depth' });
  });

  test('long statements of everyday shapes are read', () => {
    expect(parse(`SELECT ${"'a' || ".repeat(500)}'b'`).kind).toBe('complete');
    expect(parse(Array.from({ length: 1_500 }, (_, n) => `SELECT ${n}`).join(' UNION ALL ')).kind).toBe(
      'complete',
    );
    expect(parse(`SELECT 1 WHERE ${'a = 1 OR '.repeat(3_000)}b = 2`).kind).toBe('complete');
  });
});

test('fingerprints ignore literals and layout only', () => {
  expect(fingerprintSql('SELECT  a FROM b WHERE c = 1')).toBe(
    fingerprintSql('select a from b where c = 2 -- x'),
  );
  expect(fingerprintSql('SELECT a FROM b')).not.toBe(fingerprintSql('SELECT a FROM c'));
  expect(fingerprintSql('SELEC 1')).toBe('');
  expect(fingerprintSql('SELECT 1\0')).toBe('');
});

test('random cuts and nestings never crash the reading', () => {
  const leaf = fc.constantFrom(
    'SELECT a FROM b',
    "SELECT 'x' || $1",
    'DELETE FROM t WHERE id = id RETURNING *',
    'INSERT INTO t SELECT * FROM u ON CONFLICT DO NOTHING',
    'UPDATE t SET (a, b) = (SELECT 1, 2)',
    'VALUES (1), (2)',
    'TABLE é',
  );
  const nested = fc.letrec<{ query: string }>((tie) => ({
    query: fc.oneof(
      { maxDepth: 5 },
      leaf,
      tie('query').map((q) => `SELECT * FROM (${q}) s WHERE EXISTS (${q})`),
      tie('query').map((q) => `WITH w AS (${q}) SELECT * FROM w JOIN t USING (id)`),
      tie('query').map((q) => `EXPLAIN ANALYZE ${q}`),
      tie('query').map((q) => `(${q}) UNION ALL (${q})`),
      tie('query').map((q) => `COPY (${q}) TO STDOUT`),
      tie('query').map((q) => `DO $do$ BEGIN ${q}; END $do$`),
      tie('query').map((q) => `${q}; ${q}`),
    ),
  })).query;
  fc.assert(
    fc.property(nested, fc.double({ min: 0, max: 1, noNaN: true }), (sql, cut) => {
      for (const text of [sql, sql.slice(0, Math.floor(sql.length * cut))]) {
        const parsed = parse(text);
        for (const item of parsed.items) {
          expect(item.kind).toMatch(/Stmt$/);
          expect(slice(text, item.span)).toBe(item.text);
        }
      }
    }),
    { numRuns: 1500 },
  );
});

test('a broken parser is an error, never an answer', () => {
  const deep = `SELECT ${'('.repeat(60_000)}1${')'.repeat(60_000)}`;
  try {
    expect(parse(deep).kind).not.toBe('complete');
  } catch (cause) {
    expect(cause).toBeInstanceOf(GuardError);
    expect(cause).toMatchObject({ code: 'PARSER_FAILED' });
  }
});
