import { describe, expect, test } from 'vitest';
import { NO_TRANSACTION } from '../../../src/enforce/limits.ts';
import { NO_DATA, type TransactionState } from '../../../src/model/facts.ts';
import type { StatementPlan } from '../../../src/model/judge.ts';
import { rawText } from '../../../src/model/text.ts';
import { OpenTransaction } from '../../../src/session/postgres/open-transaction.ts';
import type { Probe, StatementRequest } from '../../../src/wire/postgres/gate.ts';
import { results, ScriptedProbe, serverError } from './scripted-probe.ts';

function plan(kind: string, writes = false): StatementPlan {
  return { kind, outputs: { kind: 'none' }, writes, changesSchema: false };
}

const JUDGED = { judgement: { intents: [], data: NO_DATA }, unasked: false };

/** A server in a transaction of this level; `inside`: whether it takes a savepoint. */
function server(level: string, inside: boolean): ScriptedProbe {
  return new ScriptedProbe((sql) => {
    if (sql === 'SHOW transaction_isolation') return results([[level]]);
    if (sql.startsWith('SAVEPOINT')) return inside ? results([], []) : serverError('25P01');
    return sql.includes('pg_locks')
      ? results([['RowExclusiveLock on rooms'], [null], ['ShareLock on staff']])
      : results([['30s']]);
  });
}

function request(transaction: TransactionState, probe?: Probe): StatementRequest {
  return {
    protocol: 'simple',
    phase: 'execute',
    text: rawText('DELETE FROM rooms'),
    transaction,
    transactionMs: 4_200,
    cancel: new AbortController().signal,
    ...(probe === undefined ? {} : { probe }),
  };
}

describe('a query of guard’s own', () => {
  const LEVELS = [
    ['read committed', true],
    ['read uncommitted', true],
    ['repeatable read', false],
    ['serializable', false],
    ['something new', false],
  ] as const;

  test.each(LEVELS)('as the first in a %s transaction: %s', async (level, may) => {
    const transaction = new OpenTransaction();
    expect(await transaction.mayQuery(server(level, true), 'SELECT 1')).toBe(may);
    // The level may still be chosen.
    expect(await transaction.mayQuery(server(level, true))).toBe(false);
    expect(await transaction.mayQuery(server(level, true), 'SET TRANSACTION READ ONLY')).toBe(false);
    const why = await transaction.whyNoQuery('open', server(level, true));
    expect(why === undefined).toBe(may);
    if (!may) expect(why).toContain(level);
  });

  test('outside a transaction no level is in the way', async () => {
    const transaction = new OpenTransaction();
    expect(await transaction.mayQuery(server('serializable', false))).toBe(true);
    expect(await transaction.whyNoQuery('idle', server('serializable', false))).toBeUndefined();
  });

  test('after the user’s own first one nothing is fixed by it any more', async () => {
    const transaction = new OpenTransaction();
    transaction.ran(plan('SelectStmt'), '', JUDGED);
    const probe = server('serializable', true);
    expect(await transaction.mayQuery(probe)).toBe(true);
    expect(await transaction.whyNoQuery('open', probe)).toBeUndefined();
    expect(probe.asked).toEqual([]);
  });

  test.each(['TransactionStmt', 'VariableSetStmt', 'VariableShowStmt', 'ConstraintsSetStmt'])(
    '%s takes no snapshot',
    async (kind) => {
      const transaction = new OpenTransaction();
      transaction.ran(plan(kind), '', JUDGED);
      expect(await transaction.mayQuery(server('serializable', true))).toBe(false);
    },
  );

  test('a new transaction begins without one', async () => {
    const transaction = new OpenTransaction();
    transaction.ran(plan('SelectStmt'), '', JUDGED);
    transaction.enter('open');
    expect(await transaction.mayQuery(server('serializable', true))).toBe(true);
    transaction.enter('idle');
    expect(await transaction.mayQuery(server('serializable', true))).toBe(false);
  });

  test('never in a failed transaction', async () => {
    const transaction = new OpenTransaction();
    transaction.ran(plan('SelectStmt'), '', JUDGED);
    const probe = server('read committed', true);
    expect(await transaction.whyNoQuery('failed', probe)).toBe('the transaction has failed');
    expect(probe.asked).toEqual([]);
  });

  test('a server that does not say its level counts as strict', async () => {
    const transaction = new OpenTransaction();
    const silent = new ScriptedProbe((sql) => (sql.startsWith('SHOW') ? serverError('XX000') : results([])));
    expect(await transaction.mayQuery(silent)).toBe(false);
    expect(await transaction.whyNoQuery('open', silent)).toContain('open transaction');
  });
});

describe('what a question is told', () => {
  test('nothing outside a transaction', async () => {
    const probe = server('read committed', false);
    expect(await new OpenTransaction().context(request('idle', probe))).toEqual(NO_TRANSACTION);
    expect(probe.asked).toEqual([]);
  });

  test('age, locks, whether it wrote, and the server’s patience', async () => {
    const transaction = new OpenTransaction();
    transaction.ran(plan('UpdateStmt', true), '', JUDGED);
    expect(await transaction.context(request('open', server('read committed', true)))).toEqual({
      state: 'open',
      openMs: 4_200,
      wrote: true,
      locks: ['RowExclusiveLock on rooms', 'ShareLock on staff'],
      idleTimeoutMs: 30_000,
    });
  });

  test('before the first snapshot locks are not looked for: that would take one', async () => {
    const probe = server('serializable', true);
    const context = await new OpenTransaction().context(request('open', probe));
    expect(context.locks).toEqual([]);
    expect(context.idleTimeoutMs).toBe(30_000);
    expect(probe.asked.every((sql) => sql.startsWith('SHOW '))).toBe(true);
  });

  test.each([
    ['failed', server('read committed', true)],
    ['open', undefined],
  ] as const)('%s, nothing can be asked: what guard knows itself', async (state, probe) => {
    const transaction = new OpenTransaction();
    transaction.ran(plan('SelectStmt'), '', JUDGED);
    expect(await transaction.context(request(state, probe))).toEqual({
      state,
      openMs: 4_200,
      wrote: false,
      locks: [],
      idleTimeoutMs: 0,
    });
    expect(probe?.asked ?? []).toEqual([]);
  });

  test('a server that refuses to tell', async () => {
    const transaction = new OpenTransaction();
    transaction.ran(plan('SelectStmt'), '', JUDGED);
    const probe = new ScriptedProbe(() => serverError('42501'));
    expect(await transaction.context(request('open', probe))).toMatchObject({ locks: [], idleTimeoutMs: 0 });
  });
});

test.each([
  ['0', 0],
  ['250ms', 250],
  ['30s', 30_000],
  ['5min', 300_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['soon', 0],
])('an idle timeout shown as %s', async (shown, expected) => {
  const probe = new ScriptedProbe(() => results([[shown]]));
  const { idleTimeoutMs } = await new OpenTransaction().context(request('open', probe));
  expect(idleTimeoutMs).toBe(expected);
});
