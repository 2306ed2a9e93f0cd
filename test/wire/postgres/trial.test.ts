import type { Buffer } from 'node:buffer';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Trial, WireRefusal } from '../../../src/wire/postgres/gate.ts';
import { read, Scripted, say, tick } from './scripted.ts';

const NO: WireRefusal = { code: '40000', message: 'rolled back' };

interface Decision {
  readonly outcome: Parameters<Trial['decide']>[0];
  readonly context: Parameters<Trial['decide']>[1];
  readonly say: (decided: 'commit' | WireRefusal) => void;
  readonly fail: () => void;
}

let wire: Scripted;
let decisions: Decision[];

beforeEach(async () => {
  decisions = [];
  const trial: Trial = {
    decide: (outcome, context) =>
      new Promise((resolve, reject) => {
        decisions.push({ outcome, context, say: resolve, fail: () => reject(new Error('x')) });
      }),
  };
  wire = await Scripted.running({
    statement: (_request, forward) => ({ ...forward(), trial }) as ReturnType<typeof forward>,
  });
});

async function tried(...answer: Buffer[]): Promise<void> {
  wire.client(say.query('DELETE FROM claims'));
  expect(read(wire.forServer())).toEqual(['Q:BEGIN.']);
  wire.server(say.complete('BEGIN'), say.ready('T'));
  await tick();
  expect(read(wire.forServer())).toEqual(['Q:DELETE FROM claims.']);
  wire.server(...answer);
  await tick();
}

const DELETED = [say.complete('DELETE 48'), say.ready('T')];

describe('a statement in a transaction of its own', () => {
  test('yes: committed, and the client sees one statement', async () => {
    await tried(...DELETED);
    expect(wire.forClient()).toHaveLength(0);
    expect(decisions[0]?.outcome).toMatchObject({ tag: 'DELETE 48', rows: 48 });
    decisions[0]?.say('commit');
    await tick();
    expect(read(wire.forServer())).toEqual(['Q:COMMIT.']);
    wire.server(say.complete('COMMIT'), say.ready('I'));
    await tick();
    expect(read(wire.forClient())).toEqual(['C:DELETE 48.', 'Z:I']);
    expect(wire.gate.finished).toEqual([{ rows: 48 }]);
  });

  test('no: rolled back, and the client gets the refusal', async () => {
    await tried(...DELETED);
    decisions[0]?.say(NO);
    await tick();
    expect(read(wire.forServer())).toEqual(['Q:ROLLBACK.']);
    wire.server(say.complete('ROLLBACK'), say.ready('I'));
    await tick();
    expect(read(wire.forClient())).toEqual(['E:SERROR.VERROR.C40000.Mrolled back.', 'Z:I']);
    expect(wire.gate.finished).toEqual([{ error: '40000', rows: 48 }]);
  });

  test('what the client sends meanwhile waits', async () => {
    await tried(...DELETED);
    wire.client(say.query('SELECT 1'));
    expect(wire.forServer()).toHaveLength(0);
    decisions[0]?.say(NO);
    await tick();
    wire.forServer();
    wire.server(say.complete('ROLLBACK'), say.ready('I'));
    await tick();
    expect(read(wire.forServer())).toEqual(['Q:BEGIN.']);
  });

  test('its rows pass at once, its end does not', async () => {
    await tried(say.fields('id'), say.row('7'), ...DELETED);
    expect(read(wire.forClient()).map((message) => message.slice(0, 1))).toEqual(['T', 'D']);
  });

  test('it fails: the client has the error, nobody is asked, nothing stays open', async () => {
    await tried(say.error('23503', 'still referenced'), say.ready('E'));
    expect(decisions).toHaveLength(0);
    expect(read(wire.forClient())).toEqual(['E:SERROR.VERROR.C23503.Mstill referenced.P1.']);
    expect(read(wire.forServer())).toEqual(['Q:ROLLBACK.']);
    wire.server(say.complete('ROLLBACK'), say.ready('I'));
    await tick();
    expect(read(wire.forClient())).toEqual(['Z:I']);
    expect(wire.gate.finished).toEqual([{ error: '23503', rows: 0 }]);
  });

  test('COMMIT fails: that error is the statement’s', async () => {
    await tried(...DELETED);
    decisions[0]?.say('commit');
    await tick();
    wire.server(say.error('23503', 'deferred'), say.ready('I'));
    await tick();
    expect(read(wire.forClient())).toEqual(['E:SERROR.VERROR.C23503.Mdeferred.', 'Z:I']);
  });

  test('BEGIN fails: nothing is sent', async () => {
    wire.client(say.query('DELETE FROM claims'));
    wire.forServer();
    wire.server(say.error('57P03', 'not now'), say.ready('I'));
    await tick();
    expect(wire.forServer()).toHaveLength(0);
    expect(read(wire.forClient())).toEqual(['E:SERROR.VERROR.C57P03.Mnot now.', 'Z:I']);
    expect(wire.gate.finished).toEqual([{ error: '57P03', rows: 0 }]);
  });
});

describe('while it is decided', () => {
  test('a cancel request ends the wait, not the server', async () => {
    await tried(...DELETED);
    expect(wire.connection.cancel()).toBe(true);
    expect(decisions[0]?.context.cancel.aborted).toBe(true);
    expect(wire.cancels).toBe(0);
  });

  test('while it runs, a cancel request is the server’s', async () => {
    await tried();
    expect(wire.connection.cancel()).toBe(false);
  });

  test('the gate may look at the transaction', async () => {
    await tried(...DELETED);
    const looked = decisions[0]?.context.probe.simple('SELECT 1');
    expect(read(wire.forServer())).toEqual(['Q:SELECT 1.']);
    wire.server(say.complete('SELECT 1'), say.ready('T'));
    await expect(looked).resolves.toMatchObject({ kind: 'rows' });
  });

  test('the client leaves: the question is taken back', async () => {
    await tried(...DELETED);
    wire.connection.clientLost();
    expect(decisions[0]?.context.cancel.aborted).toBe(true);
    decisions[0]?.say('commit');
    await tick();
    expect(wire.forServer()).toHaveLength(0);
    expect(wire.gate.finished).toHaveLength(1);
  });

  test('a gate that fails ends the connection, and the server rolls back', async () => {
    await tried(...DELETED);
    decisions[0]?.fail();
    await tick();
    expect(wire.closed).toBe(true);
    expect(wire.forServer()).toHaveLength(0);
  });

  test('a ROLLBACK that does not work ends the connection', async () => {
    await tried(...DELETED);
    decisions[0]?.say(NO);
    await tick();
    wire.server(say.error('XX000', 'no'), say.ready('T'));
    await tick();
    expect(wire.closed).toBe(true);
  });
});
