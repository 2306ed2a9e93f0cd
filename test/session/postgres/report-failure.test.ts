import { describe, expect, test } from 'vitest';
import { GuardError } from '../../../src/model/errors.ts';
import type { FromWorker } from '../../../src/session/postgres/messages.ts';
import { reportFailure, trace } from '../../../src/session/postgres/report-failure.ts';

const SECRET = "SELECT * FROM patients WHERE ssn = '078-05-1120'; password=hunter2";

function systemError(): Error {
  return Object.assign(new Error(`ENOSPC: ${SECRET}`), { code: 'ENOSPC' });
}

describe('what the debug file gets of an error', () => {
  test.each([
    ['any error', new TypeError(SECRET)],
    ['a message of several lines', new Error(`first\n    at once ${SECRET}\n    at ${SECRET}:1:1`)],
    ['a system error', systemError()],
    ['a cause', new GuardError('INTERNAL', 'guard failed', { cause: new RangeError(SECRET) })],
    ['no error at all', SECRET],
  ])('%s: where, never what it was about', (_, error) => {
    expect(trace(error)).not.toMatch(/ssn|078|hunter2/);
  });

  test('names, codes, places and causes', () => {
    const text = trace(
      new GuardError('AUDIT_UNWRITABLE', 'the log can not be written', { cause: systemError() }),
    );
    expect(text).toMatch(/^AUDIT_UNWRITABLE: the log can not be written\n {4}at /);
    expect(text).toMatch(/\ncaused by Error ENOSPC\n {4}at /);
    expect(text).toContain('report-failure.test.ts');
  });

  test('a chain of causes that bites its tail ends', () => {
    const error = new Error('round');
    error.cause = error;
    expect(trace(error).match(/caused by/g)).toHaveLength(8);
  });
});

describe('what the other thread is told', () => {
  function reported(error: unknown): readonly FromWorker[] {
    const posted: FromWorker[] = [];
    reportFailure(error, (message) => posted.push(message));
    return posted;
  }

  test('guard’s own errors with code and hint', () => {
    expect(reported(new GuardError('AUDIT_UNWRITABLE', 'disk full', { hint: 'make room' })).at(-1)).toEqual({
      kind: 'failed',
      code: 'AUDIT_UNWRITABLE',
      message: 'disk full',
      hint: 'make room',
    });
  });

  test('of others only that guard failed', () => {
    const [trouble, failed] = reported(new TypeError(SECRET));
    expect(trouble).toMatchObject({ kind: 'trouble' });
    expect(failed).toMatchObject({ kind: 'failed', code: 'INTERNAL' });
    expect(JSON.stringify([trouble, failed])).not.toMatch(/ssn|hunter2/);
  });
});
