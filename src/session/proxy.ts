import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { ensurePrivateFolder } from '../host/private-folder.ts';
import { makeTemporaryFolder } from '../host/temporary.ts';
import { GuardError } from '../model/errors.ts';
import { resolvePsql } from '../protocols/psql/prepare.ts';
import { printable } from '../terminal/printable.ts';
import type { ConnectionTarget } from '../wire/postgres/target.ts';
import { PostgresWorker, type WorkerHandlers } from './postgres/worker-thread.ts';
import { refusalLines } from './refusal-lines.ts';
import type { StartedSession } from './start.ts';

/** libpq makes the socket's name from the port. */
const SOCKET_NAME = /^\.s\.PGSQL\.\d{1,5}$/;

export interface ProxyRequest {
  /** Where to, as psql takes it: a URI, a conninfo string, `-h HOST -d DATABASE …`. */
  readonly target: readonly string[];
  /** A socket path of the user's choice; default: a new folder that goes away with the proxy. */
  readonly listen?: string;
}

interface Place extends Disposable {
  readonly folder: string;
  readonly socketPath: string;
}

function chosenPlace(listen: string): Place {
  const socketPath = isAbsolute(listen) ? listen : resolve(listen);
  if (!SOCKET_NAME.test(basename(socketPath))) {
    throw new GuardError('USAGE', `--listen takes a path that ends with .s.PGSQL.PORT; not "${listen}"`, {
      hint: 'clients find the socket by its folder (PGHOST) and port (PGPORT)',
    });
  }
  if (existsSync(socketPath)) {
    throw new GuardError('CONFIG_INVALID', `${socketPath} is there already`, {
      hint: 'another proxy may listen there; when none does, remove it',
    });
  }
  const folder = ensurePrivateFolder(dirname(socketPath), 'strict');
  return { folder, socketPath, [Symbol.dispose]: () => undefined };
}

function choosePlace(target: ConnectionTarget, listen: string | undefined): Place {
  if (listen !== undefined) return chosenPlace(listen);
  const folder = makeTemporaryFolder();
  return {
    folder: folder.path,
    socketPath: join(folder.path, `.s.PGSQL.${target.servers[0].port}`),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

/** Nobody is asked: whoever connects may be any program. */
function handlers(session: StartedSession): WorkerHandlers {
  const say = (text: string): void => {
    if (!session.quiet) process.stderr.write(text);
  };
  return {
    ask: () => Promise.resolve({ kind: 'no', because: 'no-terminal' }),
    label: () => Promise.resolve(undefined),
    connected: ({ target, environment, because }) =>
      say(`guard: ${printable(`connected: ${target} · ${environment} (${because})`)}\n`),
    refused: (message, rule) => say(refusalLines(message, rule)),
    trouble: (text) => session.debug(text),
  };
}

/** Resolves with the first request to stop. */
function stopRequested(): Promise<void> {
  return new Promise((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop());
  });
}

function announce({ folder, socketPath }: Place, target: ConnectionTarget, session: StartedSession): void {
  process.stdout.write(`${folder}\n`);
  if (session.quiet) return;
  const [{ host, port }] = target.servers;
  const lines = [
    `guard: PGHOST=${folder} PGPORT=${basename(socketPath).slice('.s.PGSQL.'.length)} leads to ${target.database} on ${host}:${port} as ${target.user}`,
    '       the tool brings its own password (PGPASSWORD); what would ask is refused; Ctrl-C ends it',
  ];
  process.stderr.write(lines.map((line) => `${printable(line)}\n`).join(''));
}

/**
 * A guarded way to a PostgreSQL server for tools that are not psql. The first line on standard output is the socket's
 * folder (PGHOST). Each refusal is an ordinary error of its statement. Runs until SIGINT, SIGTERM or SIGHUP; resolves to
 * the exit status. Throws TARGET_UNRESOLVED, CONFIG_INVALID, USAGE, and what the worker could not do.
 */
export async function runProxy(request: ProxyRequest, session: StartedSession): Promise<number> {
  const target = withoutPassword(resolvePsql(['psql', ...request.target], process.env));
  using place = choosePlace(target, request.listen);
  const setting = session.workerSetting({ target, socketPath: place.socketPath });
  const stop = stopRequested();
  const worker = await PostgresWorker.start(
    { ...setting, attended: false, scripted: false },
    handlers(session),
  );
  announce(place, target, session);
  try {
    await Promise.race([stop, worker.ended]);
  } finally {
    await worker.close();
  }
  if (worker.failure !== undefined) throw worker.failure;
  return 0;
}

/** The client logs in itself: guard has no use for the password and keeps none. */
function withoutPassword({ password: _unused, ...target }: ConnectionTarget): ConnectionTarget {
  return target;
}
