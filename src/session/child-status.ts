import { type ChildExit, exitStatus } from '../capture/child-exit.ts';
import type { GuardError } from '../model/errors.ts';
import type { SessionRun } from './start.ts';

const REFUSED = 77;
const WAITING = 75;

export interface SessionResult {
  readonly exit: ChildExit;
  /** Something was refused in this run. */
  readonly refused: boolean;
  /** The refusal was of all of it, before anything ran, and other people could allow it. */
  readonly waiting?: boolean;
  /** Why guard's own part ended before its time. */
  readonly failure: GuardError | undefined;
}

/**
 * A person's session ends with the program's own status. Without one to ask, guard's status wins: a script must not
 * take a refusal for success because the program ended well. Throws the failure of guard's own part.
 */
export function childStatus(result: SessionResult, session: Pick<SessionRun, 'attended'>): number {
  const status = exitStatus(result.exit);
  if (result.failure !== undefined) throw result.failure;
  if (session.attended || !result.refused) return status;
  if (result.waiting === true) {
    process.stderr.write('guard: nothing was run: other people have to approve it first (75)\n');
    return WAITING;
  }
  process.stderr.write(`guard: the run was refused (77); the program itself ended with ${status}\n`);
  return REFUSED;
}
