import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GuardError } from '../../../src/model/errors.ts';
import type { Answer } from '../../../src/model/prompter.ts';
import type { FromWorker, ToWorker, WorkerSetting } from '../../../src/session/postgres/messages.ts';
import { PostgresWorker, type WorkerHandlers } from '../../../src/session/postgres/worker-thread.ts';
import { question } from '../../prompt/questions.ts';

/** Stands for the thread: the messages both ways, and its end. */
class FakeWorker extends EventEmitter {
  readonly posted: ToWorker[] = [];
  terminated = false;

  postMessage(message: ToWorker): void {
    this.posted.push(message);
  }

  terminate(): Promise<number> {
    this.terminated = true;
    this.emit('exit', 1);
    return Promise.resolve(1);
  }

  says(message: FromWorker): void {
    this.emit('message', message);
  }
}

const made = vi.hoisted(() => ({ workers: [] as unknown[] }));

vi.mock('node:worker_threads', () => ({
  Worker: function fake() {
    const worker = new FakeWorker();
    made.workers.push(worker);
    return worker;
  },
}));

function lastWorker(): FakeWorker {
  const worker = made.workers.at(-1);
  if (!(worker instanceof FakeWorker)) throw new Error('no worker was started');
  return worker;
}

function handlers(changes: Partial<WorkerHandlers> = {}): WorkerHandlers {
  return {
    ask: () => Promise.resolve({ kind: 'yes' }),
    label: () => Promise.resolve('dev'),
    connected: () => undefined,
    refused: () => undefined,
    masked: () => undefined,
    trouble: () => undefined,
    ...changes,
  };
}

const SETTING = {} as unknown as WorkerSetting;

async function started(changes: Partial<WorkerHandlers> = {}) {
  const starting = PostgresWorker.start(SETTING, handlers(changes));
  const fake = lastWorker();
  fake.says({ kind: 'listening' });
  return { worker: await starting, fake };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  made.workers.length = 0;
});

describe('starting', () => {
  test('waits for the socket', async () => {
    let isThere = false;
    const starting = PostgresWorker.start(SETTING, handlers()).then(() => {
      isThere = true;
    });
    await settle();
    expect(isThere).toBe(false);
    lastWorker().says({ kind: 'listening' });
    await starting;
  });

  test('throws what the thread could not do, with its code and hint, and ends the thread', async () => {
    const starting = PostgresWorker.start(SETTING, handlers());
    lastWorker().says({ kind: 'failed', code: 'AUDIT_UNWRITABLE', message: 'disk full', hint: 'make room' });
    await expect(starting).rejects.toMatchObject({ code: 'AUDIT_UNWRITABLE', hint: 'make room' });
    expect(lastWorker().terminated).toBe(true);
  });

  test.each([
    ['an error of guard’s own', new GuardError('STATE_TOO_NEW', 'newer'), 'STATE_TOO_NEW'],
    ['any other', new Error('out of memory'), 'INTERNAL'],
  ])('throws %s', async (_, error, code) => {
    const starting = PostgresWorker.start(SETTING, handlers());
    lastWorker().emit('error', error);
    await expect(starting).rejects.toMatchObject({ code });
  });

  test('a thread that just ends is a failure too', async () => {
    const starting = PostgresWorker.start(SETTING, handlers());
    lastWorker().emit('exit', 1);
    await expect(starting).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

describe('questions', () => {
  test('the answer goes back under the question’s id', async () => {
    const { fake } = await started({ ask: () => Promise.resolve({ kind: 'shape' }) });
    fake.says({ kind: 'ask', question: question({ id: 'q7' }) });
    await settle();
    expect(fake.posted).toEqual([{ kind: 'answer', question: 'q7', answer: { kind: 'shape' } }]);
  });

  test('one that can not be put is a no, not the end of guard', async () => {
    const { fake } = await started({
      ask: () => Promise.reject(new TypeError('no terminal')),
      label: () => Promise.reject(new TypeError('no terminal')),
    });
    fake.says({ kind: 'ask', question: question({ id: 'q7' }) });
    fake.says({ kind: 'label', id: 'l1', target: { name: 'clinic', because: 'unknown' } });
    await settle();
    expect(fake.posted).toContainEqual({
      kind: 'answer',
      question: 'q7',
      answer: { kind: 'no', because: 'no-terminal' },
    });
    expect(fake.posted).toContainEqual({ kind: 'labelled', id: 'l1', class: undefined });
  });

  /** Remembers why its question was cancelled. */
  function patient() {
    const reasons: unknown[] = [];
    const ask: WorkerHandlers['ask'] = (_, cancel) =>
      new Promise<Answer>((resolve) => {
        cancel.addEventListener('abort', () => {
          reasons.push(cancel.reason);
          resolve({ kind: 'no', because: 'cancelled' });
        });
      });
    return { reasons, ask };
  }

  test('withdrawn ones are cancelled with the reason', async () => {
    const { reasons, ask } = patient();
    const { fake } = await started({ ask });
    fake.says({ kind: 'ask', question: question({ id: 'q7' }) });
    fake.says({ kind: 'withdraw', question: 'other', because: 'cancelled' });
    expect(reasons).toEqual([]);
    fake.says({ kind: 'withdraw', question: 'q7', because: 'server-lost' });
    expect(reasons).toEqual(['server-lost']);
  });

  test('the end of the thread takes an open question off the screen', async () => {
    const { reasons, ask } = patient();
    const { worker, fake } = await started({ ask });
    fake.says({ kind: 'ask', question: question() });
    fake.emit('exit', 1);
    expect(reasons).toEqual(['server-lost']);
    expect(worker.failure?.code).toBe('INTERNAL');
    await worker.ended;
  });

  test('what a target is', async () => {
    const { fake } = await started({ label: () => Promise.resolve('staging') });
    fake.says({ kind: 'label', id: 'l1', target: { name: 'clinic', because: 'unknown' } });
    await settle();
    expect(fake.posted).toEqual([{ kind: 'labelled', id: 'l1', class: 'staging' }]);
  });
});

describe('the rest', () => {
  test('is passed on', async () => {
    const heard: unknown[] = [];
    const { fake } = await started({
      connected: (connected) => heard.push(connected.target),
      refused: (message, rule) => heard.push([message.effect, rule]),
      trouble: (text) => heard.push(text),
    });
    fake.says({
      kind: 'connected',
      connected: {
        target: 'clinic',
        environment: 'dev',
        because: 'local',
        columns: 1,
        classed: 0,
        unsure: 0,
      },
    });
    fake.says({ kind: 'refused', message: { effect: 'Drops.', why: '', instead: '' }, rule: 'drop' });
    fake.says({ kind: 'trouble', text: 'a cancel request did not reach the server' });
    expect(heard).toEqual(['clinic', ['Drops.', 'drop'], 'a cancel request did not reach the server']);
  });

  test('the first failure is the one that counts', async () => {
    const { worker, fake } = await started();
    expect(worker.failure).toBeUndefined();
    fake.says({ kind: 'failed', code: 'AUDIT_UNWRITABLE', message: 'disk full' });
    fake.says({ kind: 'failed', code: 'INTERNAL', message: 'and so on' });
    expect(worker.failure?.code).toBe('AUDIT_UNWRITABLE');
  });
});

describe('closing', () => {
  test('asks the thread to close and waits for its end, which is no failure then', async () => {
    const { worker, fake } = await started();
    const closing = worker.close();
    expect(fake.posted).toEqual([{ kind: 'close' }]);
    fake.emit('exit', 0);
    await closing;
    expect(worker.failure).toBeUndefined();
    expect(fake.terminated).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a thread that does not close is ended', async () => {
    const { worker, fake } = await started();
    const closing = worker.close();
    await vi.advanceTimersByTimeAsync(4_999);
    expect(fake.terminated).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(fake.terminated).toBe(true);
    await closing;
  });
});
