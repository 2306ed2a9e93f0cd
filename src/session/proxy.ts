import { existsSync, rmSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { createPrivateFile } from '../host/private-file.ts';
import { ensurePrivateFolder } from '../host/private-folder.ts';
import { makeTemporaryFolder } from '../host/temporary.ts';
import { GuardError } from '../model/errors.ts';
import { present } from '../model/present.ts';
import { type ReachedTarget, reachArguments } from '../protocols/postgres/target.ts';
import { printable } from '../terminal/printable.ts';
import type { OwnAccess } from '../wire/postgres/proxy.ts';
import type { ConnectionTarget } from '../wire/postgres/target.ts';
import { maskedText } from './postgres/mask-totals.ts';
import { PostgresWorker, type WorkerHandlers } from './postgres/worker-thread.ts';
import { makeToken } from './postgres-run.ts';
import { refusalLines } from './refusal-lines.ts';
import type { StartedSession } from './start.ts';

/** libpq makes the socket's name from the port. */
const SOCKET_NAME = /^\.s\.PGSQL\.\d{1,5}$/;
const SOCKET_PREFIX = '.s.PGSQL.';

/** `--listen` with a port: digits only. */
const PORT = /^\d{1,5}$/;
const HIGHEST_PORT = 65_535;
const LOOPBACK = '127.0.0.1';

export interface ProxyRequest {
  /** Where to, as psql takes it: a URI, a conninfo string, `-h HOST -d DATABASE …`. */
  readonly target: readonly string[];
  /** A socket path of the user's choice, or a loopback port; default: a new folder that goes away with the proxy. */
  readonly listen?: string;
  /** Where the token is written instead of standard output. */
  readonly tokenFile?: string;
  /** The readiness line as JSON. */
  readonly json: boolean;
}

interface Place extends Disposable {
  readonly folder: string;
  readonly socketPath: string;
}

function chosenPlace(listen: string): Place {
  const socketPath = isAbsolute(listen) ? listen : resolve(listen);
  if (!SOCKET_NAME.test(basename(socketPath))) {
    throw new GuardError(
      'USAGE',
      `--listen takes a port, or a path that ends with .s.PGSQL.PORT; not "${listen}"`,
      {
        hint: 'clients find the socket by its folder (PGHOST) and port (PGPORT)',
      },
    );
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
  if (listen !== undefined && !PORT.test(listen)) return chosenPlace(listen);
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
    masked: (masked) => say(`guard: masked ${maskedText(masked)}\n`),
    trouble: (text) => session.debug(text),
  };
}

/** Resolves with the first request to stop. */
function stopRequested(): Promise<void> {
  return new Promise((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop());
  });
}

/** The port of `--listen`; 0 for any. Throws USAGE. */
function chosenPort(listen: string | undefined): number | undefined {
  if (listen === undefined || !PORT.test(listen)) return undefined;
  const port = Number(listen);
  if (port > HIGHEST_PORT) throw new GuardError('USAGE', `--listen takes a port up to ${HIGHEST_PORT}`);
  return port;
}

/** Written anew for each proxy; whoever can read it may connect. Throws CONFIG_INVALID. */
function writeToken(path: string, token: string): Disposable {
  const file = resolve(path);
  if (!createFile(file, `${token}\n`))
    throw new GuardError('CONFIG_INVALID', `${file} is there already`, {
      hint: 'another proxy may use it; when none does, remove it',
    });
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}

function createFile(file: string, text: string): boolean {
  try {
    return createPrivateFile(file, text);
  } catch (cause) {
    throw new GuardError('CONFIG_INVALID', `${file} can not be written`, { cause });
  }
}

/** How clients get in; without a token the client's own login is relayed. */
function accessFor(request: ProxyRequest, { credentials }: ReachedTarget): OwnAccess | undefined {
  const port = chosenPort(request.listen);
  if (port === undefined && request.tokenFile === undefined) return undefined;
  return { credentials, token: makeToken(), socketAsks: true, ...present({ port }) };
}

interface Open {
  readonly place: Place;
  readonly target: ConnectionTarget;
  readonly access: OwnAccess | undefined;
  /** The loopback port it listens on. */
  readonly port: number | undefined;
}

/** One line on standard output: it is ready, and this is how to get in. */
function readinessLine({ place, target, access, port }: Open, request: ProxyRequest): string {
  const { user, database } = target;
  const shown = request.tokenFile === undefined ? access?.token : undefined;
  if (request.json) {
    const socketPort = Number(basename(place.socketPath).slice(SOCKET_PREFIX.length));
    const where = port === undefined ? { host: place.folder, port: socketPort } : { host: LOOPBACK, port };
    return JSON.stringify({
      ...where,
      user,
      database,
      login: access === undefined ? 'client' : 'token',
      ...present({ token: shown, tokenFile: request.tokenFile && resolve(request.tokenFile) }),
    });
  }
  if (port === undefined) return place.folder;
  const [name, path] = [user, database].map(encodeURIComponent);
  const secret = shown === undefined ? '' : `:${shown}`;
  return `postgresql://${name}${secret}@${LOOPBACK}:${port}/${path}?sslmode=disable`;
}

function passwordLine(access: OwnAccess | undefined, tokenFile: string | undefined): string {
  if (access === undefined) return 'the tool brings its own password (PGPASSWORD)';
  return tokenFile === undefined
    ? 'the password in that line is good for this proxy only'
    : `the password is in ${resolve(tokenFile)}, good for this proxy only`;
}

function announce(open: Open, request: ProxyRequest, session: StartedSession): void {
  process.stdout.write(`${readinessLine(open, request)}\n`);
  if (session.quiet) return;
  const { place, target, access, port } = open;
  const [server] = target.servers;
  const way =
    port === undefined
      ? `PGHOST=${place.folder} PGPORT=${basename(place.socketPath).slice(SOCKET_PREFIX.length)}`
      : `PGHOST=${LOOPBACK} PGPORT=${port}`;
  const lines = [
    `guard: ${way} leads to ${target.database} on ${server.host}:${server.port} as ${target.user}`,
    `       ${passwordLine(access, request.tokenFile)}; what would ask is refused; Ctrl-C ends it`,
  ];
  process.stderr.write(lines.map((line) => `${printable(line)}\n`).join(''));
}

/**
 * A guarded way to a PostgreSQL server for tools that are not psql. The first line on standard output says that it is
 * ready: the socket's folder (PGHOST), or the port as a URL. Each refusal is an ordinary error of its statement. Runs
 * until SIGINT, SIGTERM or SIGHUP; resolves to the exit status. Throws TARGET_UNRESOLVED, CONFIG_INVALID, USAGE, and
 * what the worker could not do.
 */
export async function runProxy(request: ProxyRequest, session: StartedSession): Promise<number> {
  const reached = reachArguments(request.target, process.env);
  const { target } = reached;
  const access = accessFor(request, reached);
  using place = choosePlace(target, request.listen);
  using _token =
    access !== undefined && request.tokenFile !== undefined
      ? writeToken(request.tokenFile, access.token)
      : undefined;
  // Clients are other people's programs: what they read and write is not guard's.
  const { input: _own, ...setting } = session.workerSetting({
    target,
    socketPath: place.socketPath,
    ...present({ access }),
  });
  const stop = stopRequested();
  const worker = await PostgresWorker.start(
    { ...setting, attended: false, scripted: false },
    handlers(session),
  );
  announce({ place, target, access, port: worker.port }, request, session);
  try {
    await Promise.race([stop, worker.ended]);
  } finally {
    await worker.close();
  }
  if (worker.failure !== undefined) throw worker.failure;
  return 0;
}
