// ../../work/main/bench/postgres.ts
// ../../work/main/test/real/cluster.ts
import {
  execFileSync,
  execFileSync as execFileSync3,
  spawn,
  spawn as spawn2,
  spawnSync,
} from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  mkdtempSync as mkdtempSync2,
  readdirSync,
  readFileSync,
  rmSync,
  rmSync as rmSync2,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, tmpdir as tmpdir2 } from 'node:os';
import { join, join as join2 } from 'node:path';
import { Client } from 'pg';

function serverPrograms() {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root)
    ? readdirSync(root).filter((name) => existsSync(join(root, name, 'bin/postgres')))
    : [];
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  if (newest === void 0)
    throw new Error(
      'no PostgreSQL server found under /usr/lib/postgresql: npm run ready -- --test installs it',
    );
  return join(root, newest, 'bin');
}
var asServerUser =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', '--'] : [];
function ownerIds() {
  if (asServerUser.length === 0) return void 0;
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })),
  );
  if (uid === void 0 || gid === void 0) throw new Error('no user postgres');
  return { uid, gid };
}
function run(argv) {
  const [file, ...rest] = [...asServerUser, ...argv];
  execFileSync(file ?? '', rest, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
}
async function freePort() {
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
function makeCertificates(folder) {
  const openssl = (...args) =>
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
var HBA = [
  'local all postgres trust',
  'local all all scram-sha-256',
  'host all all 127.0.0.1/32 scram-sha-256',
  '',
].join('\n');
function configuration(port, sockets, tls) {
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
function layOut() {
  const folder = mkdtempSync(join(tmpdir(), 'guard-pg-'));
  const [data, sockets, tls] = ['data', 's', 'tls'].map((name) => join(folder, name));
  for (const path of [data, sockets, tls]) mkdirSync(path, { mode: 448 });
  makeCertificates(tls);
  const owner = ownerIds();
  if (owner !== void 0) {
    chmodSync(folder, 493);
    for (const path of [data, sockets, tls, ...readdirSync(tls).map((name) => join(tls, name))])
      chownSync(path, owner.uid, owner.gid);
  }
  chmodSync(tls, 493);
  return { folder, data, sockets, tls };
}
async function startCluster() {
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
    new Promise((resolve) =>
      server.exitCode === null && server.signalCode === null
        ? server.once('exit', () => resolve())
        : resolve(),
    );
  const sql = async (text, database = 'postgres') => {
    const client = new Client({ host: sockets, port, user: 'postgres', database });
    await client.connect();
    try {
      const result = await client.query(text);
      return Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows;
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
  const superuser = { user: 'postgres', password: 'super secret' };
  const user = { user: 'nina', password: "nina's secret" };
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

// ../../work/main/bench/machine.ts
import { execFileSync as execFileSync2 } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

function machine() {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const psql = execFileSync2('psql', ['--version'], { encoding: 'utf8' }).trim();
  return `${cpus().length} \xD7 ${cpu?.model ?? 'cpu'}, ${memory} GiB, Linux ${release()}, Node ${process.version}, ${psql}`;
}
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

// ../../work/main/bench/postgres.ts
var SECONDS = Number(process.env.BENCH_SECONDS ?? 3);
var ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
var ROWS = 1e6;
var GUARD = join2(process.cwd(), 'bin/guard');
function proxy(cluster, folder, extra) {
  const env = {
    ...process.env,
    XDG_STATE_HOME: join2(folder, 'state'),
    XDG_RUNTIME_DIR: folder,
    PGPASSWORD: cluster.superuser.password,
  };
  const uri = `postgresql://postgres@127.0.0.1:${cluster.port}/bench?sslmode=require`;
  const child = spawn2(process.execPath, [GUARD, 'proxy', 'postgres', '--quiet', ...extra, '--', uri], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (status) => reject(new Error(`guard proxy ended with ${status}`)));
    child.stdout?.once('data', (line) => resolve({ child, socket: line.toString().trim() }));
  });
}
function tps(place, mode, clients) {
  const args = ['-S', '-n', '-M', mode, '-c', String(clients), '-j', '1', '-T', String(SECONDS), 'bench'];
  const out = execFileSync3(join2(serverPrograms(), 'pgbench'), args, {
    env: { ...process.env, ...place.env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return Number(/tps = ([\d.]+)/.exec(out)?.[1]);
}
function seconds(place, sql) {
  const began = process.hrtime.bigint();
  const run3 = spawnSync('psql', ['-XAtq', '-d', 'bench', '-c', sql], {
    env: { ...process.env, ...place.env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (run3.status !== 0) throw new Error(`${place.name}: ${sql} failed`);
  return Number(process.hrtime.bigint() - began) / 1e9;
}
function peakMemory(pid) {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
async function pgbench(places) {
  const rows = [];
  for (const mode of ['simple', 'extended', 'prepared']) {
    for (const clients of [1, 4]) {
      const runs = places.map(() => []);
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
async function streams(places) {
  const cases = [
    ['SELECT, nothing classed', 'SELECT id, kind, amount, made FROM events'],
    ['SELECT, 2 of 4 columns masked', 'SELECT id, ssn, email, made FROM people'],
    ['COPY, nothing classed', 'COPY events TO STDOUT'],
    ['COPY, 2 of 4 columns masked', 'COPY people TO STDOUT'],
  ];
  const rows = cases.map(([name, sql]) => {
    const runs = places.map(() => []);
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
async function stage(cluster) {
  await cluster.sql('CREATE DATABASE bench');
  const env = {
    ...process.env,
    PGHOST: cluster.socketFolder,
    PGPORT: String(cluster.port),
    PGUSER: 'postgres',
  };
  execFileSync3(join2(serverPrograms(), 'pgbench'), ['-i', '-q', '-s', '5', 'bench'], {
    env,
    stdio: 'ignore',
  });
  await cluster.sql(
    `CREATE TABLE events AS SELECT i AS id, i % 10 AS kind, i / 7.0 AS amount, now() AS made FROM generate_series(1, ${ROWS}) i;
     CREATE TABLE people AS SELECT i AS id, '900-00-' || lpad((i % 10000)::text, 4, '0') AS ssn, 'p' || i || '@example.com' AS email, now() AS made FROM generate_series(1, ${ROWS}) i;
     ANALYZE`,
    'bench',
  );
}
async function run2() {
  const cluster = await startCluster();
  const folder = mkdtempSync2(join2(tmpdir2(), 'guard-bench-'));
  try {
    await stage(cluster);
    const common = {
      PGUSER: 'postgres',
      PGPORT: String(cluster.port),
      PGPASSWORD: cluster.superuser.password,
    };
    const batched = await proxy(cluster, folder, []);
    const every = await proxy(cluster, folder, ['--audit', 'every']);
    const places = [
      { name: 'direct TLS', env: { ...common, PGHOST: '127.0.0.1', PGSSLMODE: 'require' } },
      { name: 'guard (ratio)', env: { ...common, PGHOST: batched.socket } },
      { name: 'guard, audit: every (ratio)', env: { ...common, PGHOST: every.socket } },
    ];
    console.log(`
### PostgreSQL (${machine()})
`);
    await pgbench(places);
    console.log();
    await streams(places.slice(0, 2));
    console.log(
      `
Peak resident memory of guard over all of it: ${peakMemory(batched.child.pid ?? 0).toFixed(0)} MiB`,
    );
    batched.child.kill('SIGINT');
    every.child.kill('SIGINT');
  } finally {
    await cluster.stop();
    rmSync2(folder, { recursive: true, force: true });
  }
}

export { run2 as run };
