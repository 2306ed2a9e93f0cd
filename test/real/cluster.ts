import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';

/** A PostgreSQL of the test's own: loopback only, TLS and SCRAM on, owned by a user who is not root. */
export interface Cluster {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Folder of the server's own unix socket, where `postgres` needs no password. */
  readonly socketFolder: string;
  readonly folder: string;
  /** Certificate authority that signed the server's certificate (names: localhost, 127.0.0.1). */
  readonly rootCertificate: string;
  readonly superuser: { readonly user: 'postgres'; readonly password: string };
  /** An ordinary login that owns the database `clinic`. */
  readonly user: { readonly user: 'nina'; readonly password: string };
  readonly database: 'clinic';
  /** Runs statements as superuser over the server's socket, for setting a stage. */
  sql(text: string, database?: string): Promise<readonly Record<string, unknown>[]>;
  /** SIGINT (fast) stop and start again on the same port. */
  restart(): Promise<void>;
  /** SIGQUIT: the server dies at once. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Where Debian keeps the server's programs; the newest version that is installed. */
export function serverPrograms(): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root)
    ? readdirSync(root).filter((name) => existsSync(join(root, name, 'bin/postgres')))
    : [];
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  if (newest === undefined)
    throw new Error(
      'no PostgreSQL server found under /usr/lib/postgresql: npm run ready -- --test installs it',
    );
  return join(root, newest, 'bin');
}

/** PostgreSQL refuses to run as root; Debian's package makes the user `postgres`. */
const asServerUser =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', '--'] : [];

function ownerIds(): { uid: number; gid: number } | undefined {
  if (asServerUser.length === 0) return undefined;
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
  );
  if (uid === undefined || gid === undefined) throw new Error('no user postgres');
  return { uid, gid };
}

function run(argv: readonly string[]): void {
  const [file, ...rest] = [...asServerUser, ...argv];
  execFileSync(file ?? '', rest, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

function makeCertificates(folder: string): void {
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '30',
    '-subj',
    '/CN=guard test authority',
    '-keyout',
    'root.key',
    '-out',
    'root.crt',
  );
  openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
  );
  writeFileSync(join(folder, 'names.cnf'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'root.crt',
    '-CAkey',
    'root.key',
    '-CAcreateserial',
    '-days',
    '30',
    '-extfile',
    'names.cnf',
    '-out',
    'server.crt',
  );
}

const HBA = [
  'local all postgres trust',
  'local all all scram-sha-256',
  'host all all 127.0.0.1/32 scram-sha-256',
  '',
].join('\n');

function configuration(port: number, sockets: string, tls: string): string {
  return [
    `port = ${port}`,
    "listen_addresses = '127.0.0.1'",
    `unix_socket_directories = '${sockets}'`,
    'ssl = on',
    `ssl_cert_file = '${tls}/server.crt'`,
    `ssl_key_file = '${tls}/server.key'`,
    'password_encryption = scram-sha-256',
    'fsync = off',
    'max_connections = 60',
    'shared_buffers = 64MB',
    'log_min_messages = warning',
    '',
  ].join('\n');
}

function layOut(): { folder: string; data: string; sockets: string; tls: string } {
  const folder = mkdtempSync(join(tmpdir(), 'guard-pg-'));
  const [data, sockets, tls] = ['data', 's', 'tls'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [data, sockets, tls]) mkdirSync(path, { mode: 0o700 });
  makeCertificates(tls);
  const owner = ownerIds();
  if (owner !== undefined) {
    chmodSync(folder, 0o755);
    for (const path of [data, sockets, tls, ...readdirSync(tls).map((name) => join(tls, name))])
      chownSync(path, owner.uid, owner.gid);
  }
  chmodSync(tls, 0o755);
  return { folder, data, sockets, tls };
}

/** Starts a server; the caller stops it. About two seconds. */
export async function startCluster(): Promise<Cluster> {
  const programs = serverPrograms();
  const { folder, data, sockets, tls } = layOut();
  const port = await freePort();
  run([
    join(programs, 'initdb'),
    '-D',
    data,
    '-U',
    'postgres',
    '--auth=trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
  ]);
  writeFileSync(join(data, 'postgresql.auto.conf'), configuration(port, sockets, tls));
  writeFileSync(join(data, 'pg_hba.conf'), HBA);
  const launch = () => {
    const [file, ...args] = [...asServerUser, join(programs, 'postgres'), '-D', data];
    return spawn(file ?? '', args, { stdio: 'ignore', cwd: '/' });
  };
  let server = launch();
  const exited = () =>
    new Promise<void>((resolve) =>
      server.exitCode === null && server.signalCode === null
        ? server.once('exit', () => resolve())
        : resolve(),
    );
  const sql = async (text: string, database = 'postgres') => {
    const client = new Client({ host: sockets, port, user: 'postgres', database });
    await client.connect();
    try {
      const result = await client.query(text);
      return (Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows) as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  };
  const ready = async () => {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      try {
        await sql('SELECT 1');
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    throw new Error('PostgreSQL did not start');
  };
  await ready();
  const superuser = { user: 'postgres', password: 'super secret' } as const;
  const user = { user: 'nina', password: "nina's secret" } as const;
  await sql(`ALTER ROLE postgres PASSWORD '${superuser.password}'`);
  await sql(`CREATE ROLE nina LOGIN PASSWORD '${user.password.replaceAll("'", "''")}'`);
  await sql('CREATE DATABASE clinic OWNER nina');
  return {
    host: '127.0.0.1',
    port,
    socketFolder: sockets,
    folder,
    rootCertificate: join(tls, 'root.crt'),
    superuser,
    user,
    database: 'clinic',
    sql,
    restart: async () => {
      server.kill('SIGINT');
      await exited();
      server = launch();
      await ready();
    },
    kill: async () => {
      server.kill('SIGQUIT');
      await exited();
    },
    stop: async () => {
      server.kill('SIGINT');
      await exited();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
