import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { type ListeningSocket, listenersAt, parseListeners, parseSocketFiles } from './listener-table.ts';

/** Who answers at an address of this machine. Only `postgres` is a database of this machine. */
export interface Listener {
  readonly kind: 'postgres' | 'forwarder' | 'other' | 'unknown';
  /** The program's name, when it could be seen. */
  readonly program?: string;
}

/** What is read from /proc; every method answers undefined or nothing instead of failing. */
export interface ProcReader {
  readText(path: string): string | undefined;
  list(path: string): readonly string[];
  link(path: string): string | undefined;
  owner(path: string): number | undefined;
  /** The path without symbolic links. */
  real(path: string): string | undefined;
}

/** Programs that pass a connection on to another machine. A name is only for the message: whatever is not PostgreSQL itself counts the same. */
const FORWARDERS = new Set([
  ...['ssh', 'sshd', 'sshd-session', 'autossh', 'sshuttle', 'dropbear', 'dbclient', 'plink'],
  ...['kubectl', 'oc', 'k9s', 'kubefwd', 'telepresence', 'lens', 'docker-proxy', 'rootlessport', 'conmon'],
  ...['cloud_sql_proxy', 'cloud-sql-proxy', 'alloydb-auth-proxy', 'alloydb-auth-pro', 'gcloud', 'az', 'aws'],
  ...[
    'session-manager-plugin',
    'session-manager',
    'ssm-session',
    'tsh',
    'teleport',
    'tbot',
    'boundary',
    'sdm',
  ],
  ...[
    'socat',
    'ncat',
    'nc',
    'netcat',
    'haproxy',
    'stunnel',
    'stunnel4',
    'envoy',
    'nginx',
    'traefik',
    'gost',
    'chisel',
  ],
  ...['cloudflared', 'ngrok', 'tailscaled', 'wstunnel', 'frpc', 'pgbouncer', 'pgcat', 'pgpool', 'odyssey'],
]);
const SERVERS = new Set(['postgres', 'postmaster']);
const PID = /^\d{1,10}$/;
/** What the kernel appends when a package update replaced the program. */
const REPLACED = / \(deleted\)$/;

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // Processes end and belong to others: what can't be read is not known.
    return undefined;
  }
}

const systemProc: ProcReader = {
  readText: (path) => attempt(() => readFileSync(path, 'utf8')),
  list: (path) => attempt(() => readdirSync(path)) ?? [],
  link: (path) => attempt(() => readlinkSync(path)),
  owner: (path) => attempt(() => statSync(path).uid),
  real: (path) => attempt(() => realpathSync(path)),
};

function processNames(proc: ProcReader, pid: string): readonly string[] {
  const command = proc.readText(`/proc/${pid}/comm`)?.trimEnd();
  const program = proc.link(`/proc/${pid}/exe`)?.replace(REPLACED, '');
  return [command, program === undefined ? undefined : basename(program)].filter(
    (name) => name !== undefined,
  );
}

/** The postmaster writes its pid first into its data folder, and works there (postmaster.pid, miscinit.c). */
function isPostmaster(proc: ProcReader, pid: string): boolean {
  const names = processNames(proc, pid);
  if (names.length !== 2 || !names.every((name) => SERVERS.has(name))) return false;
  const folder = proc.link(`/proc/${pid}/cwd`);
  if (folder === undefined) return false;
  return proc.readText(`${folder}/postmaster.pid`)?.split('\n')[0] === pid;
}

function describeProcess(proc: ProcReader, pid: string): Listener {
  if (isPostmaster(proc, pid)) return { kind: 'postgres', program: 'postgres' };
  const names = processNames(proc, pid);
  const forwarder = names.find((name) => FORWARDERS.has(name));
  if (forwarder !== undefined) return { kind: 'forwarder', program: forwarder };
  return names[0] === undefined ? { kind: 'unknown' } : { kind: 'other', program: names[0] };
}

/** The process that holds a socket, as far as this user may look. */
function holderOf(proc: ProcReader, inode: string): string | undefined {
  const wanted = `socket:[${inode}]`;
  return proc
    .list('/proc')
    .filter((name) => PID.test(name))
    .find((pid) => proc.list(`/proc/${pid}/fd`).some((fd) => proc.link(`/proc/${pid}/fd/${fd}`) === wanted));
}

/**
 * A socket whose holder can't be seen belongs to another user, and can't have been opened by us: it counts as
 * PostgreSQL's when that user runs PostgreSQL and nothing that forwards.
 */
function describeOwner(proc: ProcReader, uid: number | undefined): Listener {
  if (uid === undefined || uid === process.geteuid?.()) return { kind: 'unknown' };
  const theirs = proc.list('/proc').filter((name) => PID.test(name) && proc.owner(`/proc/${name}`) === uid);
  const names = theirs.flatMap((pid) => proc.readText(`/proc/${pid}/comm`)?.trimEnd() ?? []);
  const forwarder = names.find((name) => FORWARDERS.has(name));
  if (forwarder !== undefined) return { kind: 'forwarder', program: forwarder };
  // Root runs too much for this to mean anything.
  if (uid === 0 || !names.some((name) => SERVERS.has(name))) return { kind: 'unknown' };
  return { kind: 'postgres', program: 'postgres' };
}

function describeSocket(proc: ProcReader, { inode, uid }: Pick<ListeningSocket, 'inode' | 'uid'>): Listener {
  const holder = holderOf(proc, inode);
  return holder === undefined ? describeOwner(proc, uid) : describeProcess(proc, holder);
}

/** Several may share a port; the least trusted one counts. */
function leastTrusted(listeners: readonly Listener[]): Listener {
  const order = ['forwarder', 'other', 'unknown', 'postgres'] as const;
  return (
    order
      .map((kind) => listeners.find((listener) => listener.kind === kind))
      .find((found) => found !== undefined) ?? {
      kind: 'unknown',
    }
  );
}

/**
 * Who listens at a TCP address of this machine (/proc on Linux; `unknown` where there is none, as on macOS). A process
 * of this user must be a real postmaster at work in its data folder: a program that is only called `postgres` is not.
 */
export function listenerOf(address: string, port: number, proc: ProcReader = systemProc): Listener {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => proc.readText(path) ?? '');
  const sockets = listenersAt(tables.flatMap(parseListeners), address, port);
  return leastTrusted(sockets.map((socket) => describeSocket(proc, socket)));
}

/** Who listens at a unix socket file, likewise; ssh forwards those too. */
export function listenerOfSocket(path: string, proc: ProcReader = systemProc): Listener {
  const real = proc.real(path);
  const uid = proc.owner(path);
  if (real === undefined || uid === undefined) return { kind: 'unknown' };
  const bound = parseSocketFiles(proc.readText('/proc/net/unix') ?? '').filter(
    (file) => basename(file.path) === basename(real) && proc.real(file.path) === real,
  );
  return leastTrusted(bound.map(({ inode }) => describeSocket(proc, { inode, uid })));
}
