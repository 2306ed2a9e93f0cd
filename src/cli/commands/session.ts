import { GuardError } from '../../model/errors.ts';
import { present } from '../../model/present.ts';
import { findProtocol } from '../../protocols/index.ts';
import { type SessionRequest, startSession } from '../../session/start.ts';
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
  const started = await startSession(sessionRequest(options, scripted));
  const argv = [program, ...args] as const;
  switch (findProtocol(argv)) {
    case 'psql': {
      const { runPsql } = await import('../../session/psql-session.ts');
      return runPsql(argv, started);
    }
    case 'other': {
      const { runCommand } = await import('../../session/command-session.ts');
      return runCommand(argv, started);
    }
  }
}
