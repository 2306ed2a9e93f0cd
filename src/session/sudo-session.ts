import { exitStatus } from '../capture/child-exit.ts';
import { startPiped } from '../capture/piped.ts';
import { GuardError } from '../model/errors.ts';
import { planSudo } from '../protocols/psql/sudo.ts';
import { systemFiles } from '../wire/postgres/resolve/system-files.ts';
import { runCommand } from './command-session.ts';
import type { StartedSession } from './start.ts';

type Argv = readonly [string, ...string[]];

/** Where install.sh puts guard for everyone. */
const GUARD_FOR_ALL = '/usr/local/bin/guard';

/**
 * `guard -- sudo -u postgres psql` becomes `sudo -u postgres guard -- psql`: guard must run as the user whose connection
 * it watches. What else sudo starts is a command like others. Throws USAGE where psql can't be guarded safely.
 */
export async function runSudo(argv: Argv, session: StartedSession): Promise<number> {
  const plan = planSudo({ argv, guard: GUARD_FOR_ALL, facts: systemFiles.facts });
  switch (plan.kind) {
    case 'not-psql':
      return runCommand(argv, session);
    case 'refused':
      throw new GuardError('USAGE', plan.message, { hint: plan.hint });
    case 'rewritten': {
      const [program = 'sudo', ...args] = plan.argv;
      // sudo asks for its password on the terminal itself, and the inner guard makes its own PTY.
      return exitStatus(await startPiped({ argv: [program, ...args], env: process.env }).done);
    }
  }
}
