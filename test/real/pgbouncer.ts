import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, freePort } from './cluster.ts';
import { sleep } from './pty-harness.ts';

const PROGRAM = '/usr/sbin/pgbouncer';
const POLL_MS = 25;
const PATIENCE_MS = 10_000;

/** PgBouncer in transaction mode in front of a cluster. */
export interface Bouncer {
  readonly port: number;
  stop(): Promise<void>;
}

/** It refuses to run as root; Debian's package runs it as `postgres`. */
const asServerUser =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', '--'] : [];

function configuration(cluster: Cluster, folder: string, port: number): string {
  return [
    '[databases]',
    `clinic = host=127.0.0.1 port=${cluster.port} dbname=clinic`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = plain',
    `auth_file = ${join(folder, 'users.txt')}`,
    'pool_mode = transaction',
    'default_pool_size = 2',
    'server_tls_sslmode = require',
    'ignore_startup_parameters = extra_float_digits',
    '',
  ].join('\n');
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function started(child: ChildProcess, port: number): Promise<void> {
  const limit = Date.now() + PATIENCE_MS;
  while (Date.now() < limit && child.exitCode === null) {
    if (await answers(port)) return;
    await sleep(POLL_MS);
  }
  throw new Error(`PgBouncer did not start (status ${child.exitCode}); Debian: apt install pgbouncer`);
}

/** Starts one on a free port of the loopback; the caller stops it. */
export async function startBouncer(cluster: Cluster): Promise<Bouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'guard-bouncer-'));
  const port = await freePort();
  writeFileSync(join(folder, 'users.txt'), `"${cluster.user.user}" "${cluster.user.password}"\n`);
  writeFileSync(join(folder, 'pgbouncer.ini'), configuration(cluster, folder, port));
  chmodSync(folder, 0o755);
  if (asServerUser.length > 0) spawnSync('chown', ['-R', 'postgres:postgres', folder]);
  const [file, ...args] = [...asServerUser, PROGRAM, '--quiet', join(folder, 'pgbouncer.ini')];
  const child = spawn(file ?? '', args, { stdio: 'ignore', cwd: '/' });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await started(child, port);
  return {
    port,
    stop: async () => {
      child.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
