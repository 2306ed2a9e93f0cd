import { GuardError } from '../../model/errors.ts';
import { present } from '../../model/present.ts';
import { findProtocol } from '../../protocols/index.ts';
import { type SessionRequest, startSession } from '../../session/start.ts';
import { EXIT } from '../exit-status.ts';
import type { SessionValues } from '../options.ts';

export function sessionRequest(options: SessionValues, scripted: boolean): SessionRequest {
  const { env, actor, policy, ticket, purpose, prompt, audit, debug, quiet, judgeApart } = options;
  return {
    ...present({ env, actor, ticket, purpose, prompt, audit }),
    policy,
    debug,
    quiet,
    judgeApart,
    scripted,
  };
}

/** `guard [options] -- COMMAND` and `guard exec [options] -- COMMAND`. */
export async function session(
  command: readonly string[],
  options: SessionValues,
  scripted: boolean,
): Promise<number> {
  const [program, ...args] = command;
  if (program === undefined) {
    throw new GuardError('USAGE', 'no command after --', { hint: 'for example: guard -- psql prod' });
  }
  const argv = [program, ...args] as const;
  const started = await startSession(sessionRequest(options, scripted));
  if (started.observed.attempts.length > 0) {
    const { refuseEscape } = await import('../../session/escape.ts');
    if (refuseEscape(started)) return EXIT.refused;
  }
  switch (findProtocol(argv)) {
    case 'psql': {
      const { runPsql } = await import('../../session/psql-session.ts');
      return runPsql(argv, started);
    }
    case 'sudo': {
      const { runSudo } = await import('../../session/sudo-session.ts');
      return runSudo(argv, started);
    }
    case 'other': {
      const { runCommand } = await import('../../session/command-session.ts');
      return runCommand(argv, started);
    }
  }
}
