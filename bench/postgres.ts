import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, serverPrograms, startCluster } from '../test/real/cluster.ts';
import { machine, median, table } from './machine.ts';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 3);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const ROWS = 1_000_000;
const GUARD = join(process.cwd(), 'bin/guard');

interface Place {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

function proxy(
  cluster: Cluster,
  folder: string,
  extra: readonly string[],
): Promise<{ child: ChildProcess; socket: string }> {
  const env = {
    ...process.env,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_RUNTIME_DIR: folder,
    PGPASSWORD: cluster.superuser.password,
  };
  const uri = `postgresql://postgres@127.0.0.1:${cluster.port}/bench?sslmode=require`;
  const child = spawn(process.execPath, [GUARD, 'proxy', 'postgres', '--quiet', ...extra, '--', uri], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (status) => reject(new Error(`guard proxy ended with ${status}`)));
    child.stdout?.once('data', (line: Buffer) => resolve({ child, socket: line.toString().trim() }));
  });
}

function tps(place: Place, mode: string, clients: number): number {
  const args = ['-S', '-n', '-M', mode, '-c', String(clients), '-j', '1', '-T', String(SECONDS), 'bench'];
  const out = execFileSync(join(serverPrograms(), 'pgbench'), args, {
    env: { ...process.env, ...place.env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return Number(/tps = ([\d.]+)/.exec(out)?.[1]);
}

function seconds(place: Place, sql: string): number {
  const began = process.hrtime.bigint();
  const run = spawnSync('psql', ['-XAtq', '-d', 'bench', '-c', sql], {
    env: { ...process.env, ...place.env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (run.status !== 0) throw new Error(`${place.name}: ${sql} failed`);
  return Number(process.hrtime.bigint() - began) / 1e9;
}

/** The largest resident memory of a process so far, MiB (Linux). */
function peakMemory(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

async function pgbench(places: readonly Place[]): Promise<void> {
  const rows: string[][] = [];
  for (const mode of ['simple', 'extended', 'prepared']) {
    for (const clients of [1, 4]) {
      const runs = places.map((): number[] => []);
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const [index, place] of places.entries()) runs[index]?.push(tps(place, mode, clients));
      }
      const [direct = Number.NaN, ...others] = runs.map(median);
      rows.push([
        mode,
        String(clients),
        Math.round(direct).toString(),
        ...others.map((value) => `${Math.round(value)} (${(value / direct).toFixed(2)})`),
      ]);
    }
  }
  console.log(table(['pgbench -S', 'clients', ...places.map((place) => place.name)], rows));
}

async function streams(places: readonly Place[]): Promise<void> {
  const cases: readonly (readonly [string, string])[] = [
    ['SELECT, nothing classed', 'SELECT id, kind, amount, made FROM events'],
    ['SELECT, 2 of 4 columns masked', 'SELECT id, ssn, email, made FROM people'],
    ['COPY, nothing classed', 'COPY events TO STDOUT'],
    ['COPY, 2 of 4 columns masked', 'COPY people TO STDOUT'],
  ];
  const rows = cases.map(([name, sql]) => {
    const runs = places.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, place] of places.entries()) runs[index]?.push(seconds(place, sql));
    }
    const [direct = Number.NaN, ...others] = runs.map(median);
    return [
      name,
      direct.toFixed(2),
      ...others.map((value) => `${value.toFixed(2)} (${(direct / value).toFixed(2)})`),
    ];
  });
  console.log(
    table(
      [`${ROWS.toLocaleString('en-US')} rows, psql -At, seconds`, ...places.map((place) => place.name)],
      rows,
    ),
  );
}

async function stage(cluster: Cluster): Promise<void> {
  await cluster.sql('CREATE DATABASE bench');
  const env = {
    ...process.env,
    PGHOST: cluster.socketFolder,
    PGPORT: String(cluster.port),
    PGUSER: 'postgres',
  };
  execFileSync(join(serverPrograms(), 'pgbench'), ['-i', '-q', '-s', '5', 'bench'], { env, stdio: 'ignore' });
  await cluster.sql(
    `CREATE TABLE events AS SELECT i AS id, i % 10 AS kind, i / 7.0 AS amount, now() AS made FROM generate_series(1, ${ROWS}) i;
     CREATE TABLE people AS SELECT i AS id, '900-00-' || lpad((i % 10000)::text, 4, '0') AS ssn, 'p' || i || '@example.com' AS email, now() AS made FROM generate_series(1, ${ROWS}) i;
     ANALYZE`,
    'bench',
  );
}

/** Ratios against a direct TLS connection, in turn, in one run. */
export async function run(): Promise<void> {
  const cluster = await startCluster();
  const folder = mkdtempSync(join(tmpdir(), 'guard-bench-'));
  try {
    await stage(cluster);
    const common = {
      PGUSER: 'postgres',
      PGPORT: String(cluster.port),
      PGPASSWORD: cluster.superuser.password,
    };
    const batched = await proxy(cluster, folder, []);
    const every = await proxy(cluster, folder, ['--audit', 'every']);
    const places: readonly Place[] = [
      { name: 'direct TLS', env: { ...common, PGHOST: '127.0.0.1', PGSSLMODE: 'require' } },
      { name: 'guard (ratio)', env: { ...common, PGHOST: batched.socket } },
      { name: 'guard, audit: every (ratio)', env: { ...common, PGHOST: every.socket } },
    ];
    console.log(`\n### PostgreSQL (${machine()})\n`);
    await pgbench(places);
    console.log();
    await streams(places.slice(0, 2));
    console.log(
      `\nPeak resident memory of guard over all of it: ${peakMemory(batched.child.pid ?? 0).toFixed(0)} MiB`,
    );
    batched.child.kill('SIGINT');
    every.child.kill('SIGINT');
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
