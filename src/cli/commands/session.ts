import { GuardError } from '../../model/errors.ts';
import { present } from '../../model/present.ts';
import { findProtocol } from '../../protocols/index.ts';
import { type SessionRequest, startSession } from '../../session/start.ts';
import { EXIT } from '../exit-status.ts';
import type { SessionValues } from '../options.ts';

export function sessionRequest(options: SessionValues, scripted: boolean): SessionRequest {
  const { env, actor, policy, ticket, purpose, prompt, audit, mask, debug, quiet, judgeApart } = options;
  return {
    ...present({ env, actor, ticket, purpose, prompt, audit, mask }),
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
  const { postgres } = options;
  if (postgres !== undefined) {
    if (findProtocol(argv) !== 'other')
      throw new GuardError(
        'USAGE',
        `--postgres is for other programs; ${program} is told the target itself`,
        {
          hint: 'for example: guard exec -- psql -f fix.sql service=prod',
        },
      );
    const [{ runWithPostgres }, { readNamedVariable }] = await Promise.all([
      import('../../session/postgres-run.ts'),
      import('../../protocols/postgres/environment.ts'),
    ]);
    const variables = options.postgresEnv.map(readNamedVariable);
    return runWithPostgres(argv, { target: postgres, variables }, started);
  }
  if (options.postgresEnv.length > 0)
    throw new GuardError('USAGE', '--postgres-env goes with --postgres', {
      hint: 'for example: guard exec --postgres prod --postgres-env FLYWAY_URL=jdbc -- flyway migrate',
    });
  const protocol = findProtocol(argv);
  const { maskedDump } = options;
  if (maskedDump && protocol !== 'pg_dump')
    throw new GuardError('USAGE', '--masked-dump goes with pg_dump', {
      hint: 'for example: guard exec --masked-dump -- pg_dump -f clinic.sql service=prod',
    });
  switch (protocol) {
    case 'pg_dump':
    case 'pg_dumpall':
    case 'pg_restore': {
      const { runTool } = await import('../../session/dump-session.ts');
      return runTool(protocol, argv, { session: started, masked: maskedDump });
    }
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
