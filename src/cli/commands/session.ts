import { GuardError } from '../../model/errors.ts';
import { present } from '../../model/present.ts';
import { findProtocol } from '../../protocols/index.ts';
import { runCommand } from '../../session/command-session.ts';
import { runPsql } from '../../session/psql-session.ts';
import { type SessionRequest, startSession } from '../../session/start.ts';
import type { SessionValues } from '../options.ts';

function request(options: SessionValues, scripted: boolean): SessionRequest {
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
  const started = await startSession(request(options, scripted));
  const protocol = findProtocol([program, ...args]);
  return protocol === 'psql' ? runPsql([program, ...args], started) : runCommand([program, ...args], started);
}
