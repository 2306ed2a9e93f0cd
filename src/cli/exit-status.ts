import { GuardError, type GuardErrorCode } from '../model/errors.ts';
import { unreachable } from '../model/unreachable.ts';

/** sysexits.h where it has a word for it. */
export const EXIT = {
  ok: 0,
  /** A check found something: `guard audit verify`, `guard mask --check`. */
  found: 1,
  usage: 64,
  failed: 70,
  auditUnwritable: 74,
  waiting: 75,
  refused: 77,
  configuration: 78,
  notFound: 127,
} as const;

/** The one place where an error becomes an exit status. */
export function exitStatusOf(error: unknown): number {
  return error instanceof GuardError ? statusOfCode(error.code) : EXIT.failed;
}

function statusOfCode(code: GuardErrorCode): number {
  switch (code) {
    case 'USAGE':
      return EXIT.usage;
    case 'CONFIG_INVALID':
    case 'POLICY_INVALID':
    case 'STATE_TOO_NEW':
    case 'TARGET_UNRESOLVED':
      return EXIT.configuration;
    case 'AUDIT_UNWRITABLE':
      return EXIT.auditUnwritable;
    case 'AUDIT_UNREADABLE':
    case 'SELF_TEST_FAILED':
      return EXIT.found;
    case 'COMMAND_NOT_FOUND':
      return EXIT.notFound;
    case 'KEY_UNREADABLE':
    case 'PTY_FAILED':
    case 'TARGET_UNREACHABLE':
    case 'PROTOCOL_VIOLATION':
    case 'PARSER_FAILED':
    case 'JUDGE_UNREACHABLE':
    case 'INTERNAL':
      return EXIT.failed;
    default:
      return unreachable(code);
  }
}
