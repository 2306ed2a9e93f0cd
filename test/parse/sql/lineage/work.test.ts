import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { readSet, traceOutputs } from '../../../../src/parse/sql/lineage/trace.ts';
import { Budget, Tracer } from '../../../../src/parse/sql/lineage/tracer.ts';
import { loadSqlParser } from '../../../../src/parse/sql/parse-sql.ts';
import { outputs, statement, world } from './judge.ts';

beforeAll(loadSqlParser);
afterEach(() => {
  vi.restoreAllMocks();
});

/** Cells looked at while the read set and the outputs of a statement are found. */
function work(sql: string): { readonly cells: number; readonly lost: boolean } {
  const spends = [vi.spyOn(Tracer.prototype, 'spend'), vi.spyOn(Budget.prototype, 'spend')];
  const parsed = statement(sql);
  const read = readSet(parsed, world());
  const { kind } = traceOutputs(parsed, world());
  // What was refused was not looked at.
  const granted = spends.flatMap(({ mock }) =>
    mock.calls.map(([each], at) => (mock.results[at]?.value ? each : 0)),
  );
  const cells = granted.reduce((sum, each) => sum + each, 0);
  vi.restoreAllMocks();
  return { cells, lost: kind === 'opaque' || read.unresolved.includes('(too much to follow)') };
}

const TESTS = ['(x > y) AND (y > z OR x > z)', '(x > y) OR (y > z AND NOT (x > z))'];

/** Columns that are nothing but comparisons of the same three values. */
function compared(from: string, columns: number): string {
  const list = Array.from({ length: columns }, (_, index) => `${TESTS[index % 2]} AS c${index}`);
  return `SELECT ${list.join(', ')} FROM ${from}`;
}

const VALUES = '(VALUES (1, 2, 3)) v(x, y, z)';
const ROWS = 'scratch, LATERAL (SELECT a AS x, a AS y, a AS z) q';

/** Cells and edges for each column and each column before it: what they have in common is looked at again for each. */
const CELLS_PER_PAIR = 300;

describe('comparisons of the same values over and over', () => {
  for (const from of [VALUES, ROWS])
    test.each([2, 4, 12, 40])(`%i columns from ${from}`, (columns) => {
      const { cells, lost } = work(compared(from, columns));
      expect(lost).toBe(false);
      expect(cells).toBeLessThan(CELLS_PER_PAIR * columns * (columns + 1));
    });

  test('also as a view', () => {
    const { cells, lost } = work(`CREATE VIEW w AS ${compared(VALUES, 12)}`);
    expect(lost).toBe(false);
    expect(cells).toBeLessThan(CELLS_PER_PAIR * 12 * 13);
  });

  test('a chain of joins in which every table is compared with every other', () => {
    const names = Array.from({ length: 12 }, (_, index) => `s${index}`);
    const pairs = names.flatMap((a, at) => names.slice(at + 1).map((b) => `${a}.b > ${b}.b`));
    const { cells, lost } = work(
      `SELECT s0.b FROM ${names.map((name) => `scratch ${name}`).join(', ')} WHERE ${pairs.join(' AND ')}`,
    );
    expect(lost).toBe(false);
    expect(cells).toBeLessThan(100_000);
  });

  test('what is too much to follow ends soon, and is opaque', () => {
    const names = Array.from({ length: 300 }, (_, index) => `t${index}`);
    const tests = names.map((name, index) => `(x + ${index} > y) AND (y > z OR x > z) AS ${name}`);
    const all = names.slice(0, 120).map((_, index) => `concat(${names.join(', ')}) AS c${index}`);
    const { cells, lost } = work(
      `SELECT ${all.join(', ')} FROM (SELECT ${tests.join(', ')} FROM ${VALUES}) q`,
    );
    expect(lost).toBe(true);
    // What it shows and what its conditions tell apart are followed one after the other, each within the bound.
    expect(cells).toBeLessThan(1_500_000);
  });

  test('what they tell is still told', () => {
    const tests = Array.from(
      { length: 12 },
      (_, index) => `v.n >= ascii(substr(ssn, ${index}, 1)) AS c${index}`,
    );
    expect(outputs(`SELECT ${tests.join(', ')} FROM patients, (VALUES (1), (2)) v(n)`)).toBe(
      tests.map((_, index) => `c${index}:ssn`).join(' '),
    );
    const few = Array.from({ length: 6 }, (_, index) => `(ssn > b || '${index}') AND (b > ssn)`);
    expect(outputs(`SELECT concat(${few.join(', ')}) AS all_of_them, b FROM patients, scratch`)).toBe(
      'all_of_them:ssn b:ssn',
    );
  });
});
