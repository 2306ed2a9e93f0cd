import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { GuardError } from '../../src/model/errors.ts';
import { childStatus, type SessionResult } from '../../src/session/child-status.ts';

let stderr: MockInstance<typeof process.stderr.write>;

beforeEach(() => {
  stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(() => {
  vi.restoreAllMocks();
});

function result(changes: Partial<SessionResult> = {}): SessionResult {
  return { exit: { kind: 'status', status: 0 }, refused: false, failure: undefined, ...changes };
}

describe('the status of a run', () => {
  test.each([
    [{ kind: 'status', status: 3 }, 3],
    [{ kind: 'signal', signal: 'SIGTERM' }, 143],
  ] as const)('%j is the program’s own', (exit, status) => {
    expect(childStatus(result({ exit }), { attended: true })).toBe(status);
    expect(childStatus(result({ exit }), { attended: false })).toBe(status);
    expect(stderr).not.toHaveBeenCalled();
  });

  test('a person who was refused something ends with the program’s status', () => {
    expect(childStatus(result({ refused: true }), { attended: true })).toBe(0);
  });

  test('with nobody to ask a refusal wins, and the program’s status is told', () => {
    const exit = { kind: 'status', status: 3 } as const;
    expect(childStatus(result({ refused: true, exit }), { attended: false })).toBe(77);
    expect(String(stderr.mock.calls[0]?.[0])).toMatch(/^guard: .*77.*ended with 3\n$/);
  });

  test.each([true, false])('guard’s own failure is thrown, whatever psql said (attended: %s)', (attended) => {
    const failure = new GuardError('AUDIT_UNWRITABLE', 'the log can not be written');
    expect(() => childStatus(result({ failure, refused: true }), { attended })).toThrow(failure);
  });
});
