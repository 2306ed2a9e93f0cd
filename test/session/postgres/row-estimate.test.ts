import { describe, expect, test } from 'vitest';
import { rawText } from '../../../src/model/text.ts';
import { estimateRows, noEstimates } from '../../../src/session/postgres/row-estimate.ts';
import type { ProbeAnswer } from '../../../src/wire/postgres/gate.ts';
import { results, ScriptedProbe, serverError } from './scripted-probe.ts';

const LIMITS = 'SET LOCAL lock_timeout = 200; SET LOCAL statement_timeout = 500';
const DELETE = 'DELETE FROM rooms WHERE beds > 3 -- all of them';
const WANTED = { statement: 2, explain: rawText(DELETE) };
const COUNTED = {
  ...WANTED,
  count: rawText('SELECT count(*) FROM (SELECT 1 FROM rooms LIMIT 1001) guard_rows'),
  countLimit: 1001,
};

function planOf(rows: number): string {
  return JSON.stringify([
    {
      Plan: {
        'Node Type': 'ModifyTable',
        Operation: 'Delete',
        'Plan Rows': 0,
        Plans: [{ 'Node Type': 'Seq Scan', 'Plan Rows': rows }],
      },
    },
  ]);
}

/** A server behind the sandbox: the statement in the middle gives one cell, those around it nothing. */
function server(cellOf: (sql: string) => string): ScriptedProbe {
  return new ScriptedProbe((sql): ProbeAnswer => {
    const inside = sql.startsWith('SAVEPOINT');
    const open = inside ? 4 : 3;
    return results(...Array.from({ length: open }, () => []), [[cellOf(sql)]], []);
  });
}

const outside = (probe: ScriptedProbe) => ({ probe, inTransaction: false });

describe('the sandbox', () => {
  test('outside a transaction: read only, limited, thrown away, in one message', async () => {
    const probe = server(() => planOf(12));
    expect(await estimateRows([WANTED], outside(probe))).toEqual([{ statement: 2, rows: 12 }]);
    expect(probe.asked).toEqual([`BEGIN READ ONLY; ${LIMITS}; EXPLAIN (FORMAT JSON) ${DELETE}\n; ROLLBACK`]);
  });

  test('inside one: behind a savepoint that is rolled back and released', async () => {
    const probe = server(() => planOf(12));
    await estimateRows([WANTED], { probe, inTransaction: true });
    expect(probe.asked).toEqual([
      `SAVEPOINT guard_estimate; SET LOCAL transaction_read_only = on; ${LIMITS}; EXPLAIN (FORMAT JSON) ${DELETE}\n; ` +
        'ROLLBACK TO SAVEPOINT guard_estimate; RELEASE SAVEPOINT guard_estimate',
    ]);
  });

  test.each([
    [false, 'ROLLBACK'],
    [true, 'ROLLBACK TO SAVEPOINT guard_estimate; RELEASE SAVEPOINT guard_estimate'],
  ])('is left when the server refuses (in a transaction: %s)', async (inTransaction, close) => {
    const probe = new ScriptedProbe((sql) => (sql === close ? results([]) : serverError('XX000')));
    await estimateRows([WANTED], { probe, inTransaction });
    expect(probe.asked).toHaveLength(2);
    expect(probe.asked[1]).toBe(close);
  });
});

describe('no number', () => {
  test.each([
    ['42703', 'the server knows no column of that name'],
    ['57014', 'planning it took too long'],
    ['XX000', 'the server could not plan it (SQLSTATE XX000)'],
  ])('SQLSTATE %s is explained without the server’s words', async (code, unavailable) => {
    const probe = new ScriptedProbe(() => serverError(code));
    expect(await estimateRows([WANTED], outside(probe))).toEqual([{ statement: 2, unavailable }]);
  });

  test.each([
    ['no plan', '{}'],
    ['no JSON', 'Seq Scan'],
  ])('an answer that is %s', async (_, cell) => {
    const answer = await estimateRows([WANTED], outside(server(() => cell)));
    expect(answer).toEqual([{ statement: 2, unavailable: 'the plan could not be read' }]);
  });

  test('where guard may not ask, for every query', () => {
    expect(noEstimates([WANTED, { ...WANTED, statement: 4 }], 'the server is busy')).toEqual([
      { statement: 2, unavailable: 'the server is busy' },
      { statement: 4, unavailable: 'the server is busy' },
    ]);
  });
});

describe('counting', () => {
  const counting = (plan: number, count: string) =>
    server((sql) => (sql.includes('EXPLAIN') ? planOf(plan) : count));

  test.each([
    ['69', { rows: 69, exact: true }],
    ['0', { rows: 0, exact: true }],
    ['1001', { rows: 1001, atLeast: true }],
  ])('a count of %s', async (count, expected) => {
    const probe = counting(500, count);
    expect(await estimateRows([COUNTED], outside(probe))).toEqual([{ statement: 2, ...expected }]);
    expect(probe.asked[1]).toContain('BEGIN READ ONLY; ');
    expect(probe.asked[1]).toMatch(/\n; ROLLBACK$/);
  });

  test.each(['many', '', '-1', '1.5', '99999999999999999999'])('a count of %j is no count', async (count) => {
    expect(await estimateRows([COUNTED], outside(counting(500, count)))).toEqual([
      { statement: 2, rows: 500 },
    ]);
  });

  test('a large plan is believed without one', async () => {
    const probe = counting(100_001, '7');
    expect(await estimateRows([COUNTED], outside(probe))).toEqual([{ statement: 2, rows: 100_001 }]);
    expect(probe.asked).toHaveLength(1);
  });
});

describe('with values that the client bound', () => {
  const bound = { types: [23], formats: [0], values: [Buffer.from('3')] };
  const EXPLAIN = `EXPLAIN (FORMAT JSON) ${DELETE}\n`;

  test('the plan is asked for with them, between opening and closing', async () => {
    const probe = new ScriptedProbe((sql) => (sql === EXPLAIN ? results([[planOf(8)]]) : results([])));
    expect(await estimateRows([COUNTED], { ...outside(probe), bound })).toEqual([{ statement: 2, rows: 8 }]);
    expect(probe.asked).toEqual([`BEGIN READ ONLY; ${LIMITS}`, EXPLAIN, 'ROLLBACK']);
    expect(probe.boundAsked).toEqual([{ sql: EXPLAIN, parameters: bound }]);
  });

  test('a sandbox that does not open runs nothing, and is closed', async () => {
    const probe = new ScriptedProbe((sql) => (sql.startsWith('BEGIN') ? serverError('25001') : results([])));
    const [estimate] = await estimateRows([COUNTED], { ...outside(probe), bound });
    expect(estimate?.unavailable).toContain('25001');
    expect(probe.boundAsked).toEqual([]);
    expect(probe.asked.at(-1)).toBe('ROLLBACK');
  });

  test('none bound is the same as no parameters', async () => {
    const probe = server(() => planOf(3));
    await estimateRows([WANTED], { ...outside(probe), bound: { types: [], formats: [], values: [] } });
    expect(probe.boundAsked).toEqual([]);
  });
});

describe('rows of other tables that go with them', () => {
  const TAKEN = {
    ...WANTED,
    taken: [
      { from: 7, count: rawText('SELECT count(*) FROM notes'), countLimit: 10_001 },
      { from: 8, count: rawText('SELECT count(*) FROM lines'), countLimit: 10_001 },
    ],
  };
  const PLANNED = JSON.stringify([
    {
      Plan: { 'Node Type': 'Aggregate', 'Plan Rows': 1, Plans: [{ 'Node Type': 'Limit', 'Plan Rows': 77 }] },
    },
  ]);

  test('are counted', async () => {
    const probe = server((sql) =>
      sql.includes('EXPLAIN') ? planOf(12) : sql.includes('notes') ? '1204' : '10001',
    );
    expect(await estimateRows([TAKEN], outside(probe))).toEqual([
      {
        statement: 2,
        rows: 12,
        taken: [
          { from: 7, rows: 1_204, how: 'counted' },
          { from: 8, rows: 10_001, how: 'at-least' },
        ],
      },
    ]);
  });

  test("are the planner's where counting takes too long, and unknown where nothing can be said", async () => {
    const probe = new ScriptedProbe((sql): ProbeAnswer => {
      if (sql === 'ROLLBACK') return results([]);
      if (sql.includes('lines') || (sql.includes('notes') && !sql.includes('EXPLAIN')))
        return serverError('57014');
      return results([], [], [], [[sql.includes('notes') ? PLANNED : planOf(12)]], []);
    });
    const [estimate] = await estimateRows([TAKEN], outside(probe));
    expect(estimate?.taken).toEqual([{ from: 7, rows: 77, how: 'planned' }, { from: 8 }]);
  });

  test('are not counted where the statement itself can not be planned', async () => {
    const probe = new ScriptedProbe((sql) => (sql === 'ROLLBACK' ? results([]) : serverError('42501')));
    const [estimate] = await estimateRows([TAKEN], outside(probe));
    expect(estimate).not.toHaveProperty('taken');
  });
});
