import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { writePrivateFile } from '../host/private-file.ts';
import { makeTemporaryFolder } from '../host/temporary.ts';
import { GuardError } from '../model/errors.ts';
import { TargetStore } from '../observe/targets.ts';
import { sessionNotice } from '../prompt/notice.ts';
import { clientEnvironment, type NamedVariable, tokenPassfile } from '../protocols/postgres/environment.ts';
import { type ReachedTarget, reachNamed } from '../protocols/postgres/target.ts';
import type { SessionResult } from './child-status.ts';
import { runCommand } from './command-session.ts';
import { type ClientStart, runClient } from './psql-session.ts';
import type { StartedSession } from './start.ts';
import { targetsFile } from './state-places.ts';

type Argv = readonly [string, ...string[]];

const TOKEN_BYTES = 32;
const ANY_PORT = 0;

/** A password for guard's own door: 256 random bits in letters that need no quoting anywhere. */
export function makeToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** What `--postgres` and `--postgres-env` said. */
export interface PostgresRequest {
  /** A URI, a conninfo string, a service or a known target's name. */
  readonly target: string;
  readonly variables: readonly NamedVariable[];
}

async function runBehindProxy(
  argv: Argv,
  reached: ReachedTarget,
  world: { readonly session: StartedSession; readonly variables: readonly NamedVariable[] },
): Promise<SessionResult> {
  const { session, variables } = world;
  const { target, credentials } = reached;
  using folder = makeTemporaryFolder();
  const socketPort = target.servers[0].port;
  const token = makeToken();
  const setting = session.workerSetting({
    target,
    socketPath: join(folder.path, `.s.PGSQL.${socketPort}`),
    access: { credentials, token, port: ANY_PORT, socketAsks: false },
  });
  const plan = (port: number | undefined): ClientStart => {
    if (port === undefined) throw new GuardError('INTERNAL', 'the proxy has no port');
    const passfile = join(folder.path, 'passfile');
    writePrivateFile(passfile, tokenPassfile(port, token));
    const entrance = { target, folder: folder.path, socketPort, port, token, passfile };
    const { env, leftOut } = clientEnvironment(process.env, entrance, variables);
    for (const name of leftOut)
      sessionNotice(
        `guard: ${name} is left out: it leads to PostgreSQL around guard (--postgres-env ${name} points it at guard)`,
      );
    const [file, ...args] = argv;
    return { file, argv: args, env: { ...env, GUARD_SESSION: session.id } };
  };
  return await runClient({ setting, plan }, session);
}

/**
 * `guard exec --postgres TARGET -- COMMAND` (and the same with a terminal): any program, with a way to PostgreSQL that
 * leads through guard and no password of the server. Resolves to the exit status. Throws TARGET_UNRESOLVED,
 * CONFIG_INVALID, COMMAND_NOT_FOUND, AUDIT_UNWRITABLE.
 */
export async function runWithPostgres(
  argv: Argv,
  request: PostgresRequest,
  session: StartedSession,
): Promise<number> {
  const known = new TargetStore(targetsFile(session.stateFolder)).read().targets;
  const reached = reachNamed(request.target, process.env, known);
  if (!session.quiet) for (const notice of reached.notices) sessionNotice(`guard: ${notice}`);
  const world = { session, variables: request.variables };
  return runCommand(argv, session, { start: () => runBehindProxy(argv, reached, world) });
}
