import { beforeEach, describe, expect, test } from 'vitest';
import { NO_DATA } from '../../../src/model/facts.ts';
import type { StatementPlan, TransactionAction } from '../../../src/model/judge.ts';
import { type TalliedJudgement, TransactionTally } from '../../../src/session/postgres/transaction-tally.ts';

const PLAN: StatementPlan = {
  kind: 'UpdateStmt',
  outputs: { kind: 'none' },
  writes: true,
  changesSchema: false,
};

function control(action: TransactionAction, savepoint?: string): StatementPlan {
  const transaction = savepoint === undefined ? { action } : { action, savepoint };
  return { ...PLAN, kind: 'TransactionStmt', writes: false, transaction };
}

function judged({ unasked = true, ...changes }: Changes = {}): TalliedJudgement {
  return { judgement: { intents: ['data.update'], data: NO_DATA, ...changes }, unasked };
}

type Changes = Partial<TalliedJudgement['judgement']> & { readonly unasked?: boolean };

let tally: TransactionTally;
beforeEach(() => {
  tally = new TransactionTally();
});

function wrote(into: string, tag: string, changes: Changes = {}): void {
  tally.ran({ ...PLAN, into }, tag, judged(changes));
}

function rows(): readonly string[] {
  return (tally.pending?.writes ?? []).map((write) => `${write.rows} ${write.did} ${write.table}`);
}

describe('what COMMIT asks about', () => {
  test('nothing where nothing was put off', () => {
    wrote('claims', 'UPDATE 3', { unasked: false });
    expect(tally.pending).toBeUndefined();
  });

  test('everything once one question was put off, summed by table and verb', () => {
    wrote('claims', 'UPDATE 3', { unasked: false });
    wrote('claims', 'UPDATE 45');
    wrote('notes', 'DELETE 2', { intents: ['data.delete', 'data.read'] });
    wrote('notes', 'INSERT 0 7', { intents: ['data.insert'] });
    wrote('notes', 'MERGE 1');
    expect(rows()).toEqual(['48 updated claims', '2 deleted notes', '7 inserted notes', '1 merged notes']);
    expect(tally.pending).toMatchObject({
      statements: 5,
      unfinished: false,
      intents: ['data.update', 'data.delete', 'data.insert'],
    });
  });

  test.each([
    ['SELECT 5', 'claims'],
    ['UPDATE many', 'claims'],
    ['UPDATE 5', undefined],
  ])('%s into %s counts nothing', (tag, into) => {
    tally.ran(into === undefined ? PLAN : { ...PLAN, into }, tag, judged());
    expect(tally.pending).toBeUndefined();
  });

  test('facts of the data come along', () => {
    wrote('claims', 'UPDATE 3', {
      data: {
        ...NO_DATA,
        columns: ['claims.amount'],
        classes: ['phi.plan'],
        cascades: ['notes'],
        rows: { of: 900 },
      },
    });
    expect(tally.pending).toMatchObject({
      columns: ['claims.amount'],
      classes: ['phi.plan'],
      cascades: ['notes'],
      writes: [{ of: 900 }],
    });
  });

  test('the same object until something changes: evaluations are kept by it', () => {
    wrote('claims', 'UPDATE 3');
    const first = tally.pending;
    expect(tally.pending).toBe(first);
    wrote('claims', 'UPDATE 1');
    expect(tally.pending).not.toBe(first);
  });
});

describe('a statement that was sent and has not ended', () => {
  test('is no count to trust, whatever came of it', () => {
    const one = judged({ intents: ['data.delete'] });
    tally.sent(one);
    expect(tally.pending).toMatchObject({ unfinished: true, statements: 0, intents: ['data.delete'] });
    tally.ended(one);
    expect(tally.pending).toBeUndefined();
  });

  test('of two only one ended', () => {
    const [one, two] = [judged(), judged()];
    tally.sent(one);
    tally.sent(two);
    tally.ran({ ...PLAN, into: 'claims' }, 'UPDATE 4', one);
    tally.ended(one);
    expect(tally.pending).toMatchObject({ unfinished: true, statements: 1 });
    tally.ended(two);
    expect(tally.pending).toMatchObject({ unfinished: false, statements: 1 });
  });
});

describe('savepoints', () => {
  test('ROLLBACK TO takes back what came after it, as often as it is said', () => {
    wrote('claims', 'UPDATE 1');
    tally.ran(control('savepoint', 'a'), 'SAVEPOINT', judged());
    wrote('claims', 'UPDATE 10');
    tally.ran(control('rollback-to', 'a'), 'ROLLBACK', judged());
    wrote('claims', 'UPDATE 100');
    tally.ran(control('rollback-to', 'a'), 'ROLLBACK', judged());
    expect(rows()).toEqual(['1 updated claims']);
  });

  test('of two with one name the later one is meant, until it is released', () => {
    tally.ran(control('savepoint', 'a'), 'SAVEPOINT', judged());
    wrote('claims', 'UPDATE 1');
    tally.ran(control('savepoint', 'a'), 'SAVEPOINT', judged());
    wrote('claims', 'UPDATE 10');
    tally.ran(control('release', 'a'), 'RELEASE', judged());
    expect(rows()).toEqual(['11 updated claims']);
    tally.ran(control('rollback-to', 'a'), 'ROLLBACK', judged());
    expect(tally.pending).toBeUndefined();
  });

  test('one that guard did not see takes nothing back', () => {
    wrote('claims', 'UPDATE 1');
    tally.ran(control('savepoint', 'a'), 'SAVEPOINT', judged());
    tally.ran(control('release', 'b'), 'RELEASE', judged());
    tally.ran(control('rollback-to', 'b'), 'ROLLBACK', judged());
    expect(rows()).toEqual(['1 updated claims']);
  });
});

test.each(['commit', 'rollback', 'prepare'] as const)('after %s nothing is pending', (action) => {
  wrote('claims', 'UPDATE 1');
  tally.ran(control(action), action.toUpperCase(), judged());
  expect(tally.pending).toBeUndefined();
});

test('more tables than are told apart: the rows still all count', () => {
  for (let at = 0; at < 100; at += 1) wrote(`t${at}`, 'DELETE 1');
  const writes = tally.pending?.writes ?? [];
  expect(writes).toHaveLength(64);
  expect(writes.reduce((sum, write) => sum + write.rows, 0)).toBe(100);
});
