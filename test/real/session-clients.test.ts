import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { type GuardHome, homeFor, PipedGuard, runGuard } from './guard-process.ts';

let cluster: Cluster;
let home: GuardHome;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql(
    `CREATE TABLE patients(id int PRIMARY KEY, ssn text, state text);
     INSERT INTO patients SELECT i, '900-11-' || lpad(i::text, 4, '0'), 'NV' FROM generate_series(1, 20) i;
     ALTER TABLE patients OWNER TO nina; ANALYZE`,
    'clinic',
  );
});
afterAll(() => cluster.stop());
beforeEach(() => {
  home = homeFor(cluster);
});
afterEach(() => home[Symbol.dispose]());

function uri(database = 'clinic', query = 'sslmode=require'): string {
  return `postgresql://nina@127.0.0.1:${cluster.port}/${database}?${query}`;
}

function logText(): string {
  const folder = join(home.state, 'guard', 'audit');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('');
}

/** A program with node-postgres: prints what each statement of its arguments gave, as JSON. */
const APPLICATION = `
const pg = require(${JSON.stringify(join(process.cwd(), 'node_modules/pg'))});
const [how, ...statements] = process.argv.slice(2);
const client = new pg.Client(how === 'url' ? { connectionString: process.env.DATABASE_URL } : {});
(async () => {
  await client.connect();
  for (const text of statements) console.log(JSON.stringify((await client.query(text)).rows));
  await client.end();
})().catch((error) => { console.error(error.code + ' ' + error.message); process.exit(5); });
`;

function application(): string {
  const path = join(home.home, 'app.cjs');
  writeFileSync(path, APPLICATION);
  return path;
}

describe('guard exec --postgres', () => {
  test.each(['url', 'variables'])('a driver reads masked rows by %s', async (how) => {
    const args = ['exec', '--postgres', uri(), '--', process.execPath, application(), how];
    const run = await runGuard(home, [...args, 'SELECT id, ssn, state FROM patients WHERE id = 3']);
    expect(run).toMatchObject({ status: 0, stdout: '[{"id":3,"ssn":"*****","state":"NV"}]\n' });
    expect(run.stderr).toBe('guard: masked 1 value in 1 column: phi.ssn 1\n');
  });

  test('a refusal is the statement’s own error, and guard’s status wins', async () => {
    const args = ['exec', '--postgres', uri(), '--', process.execPath, application(), 'url'];
    const run = await runGuard(home, [...args, 'DROP SCHEMA public CASCADE']);
    expect(run.status).toBe(77);
    expect(run.stderr).toContain('42501 guard refused this: Drops schema public');
  });

  test('to the strictest policy the program itself is a question', async () => {
    const args = ['exec', '--env', 'prod', '--postgres', uri(), '--', process.execPath, application(), 'url'];
    const run = await runGuard(home, [...args, 'SELECT 1']);
    expect(run).toMatchObject({ status: 77, stdout: '' });
    expect(run.stderr).toContain('guard refused this: Runs a program of which guard only sees');
  });

  test('the program gets no password of the server, by variable or by file', async () => {
    const script = `env; cat "$PGPASSFILE"; ls -la "$PGHOST"; for f in "$PGHOST"/*; do [ -f "$f" ] && cat "$f"; done`;
    const secret = `postgresql://nina:nina's%20secret@127.0.0.1:${cluster.port}/clinic?sslmode=require`;
    const run = await runGuard(home, ['exec', '--postgres', secret, '--', 'sh', '-c', script], {
      env: { PGPASSWORD: 'of another', OTHER_URL: 'postgresql://bob:hidden@prod/db' },
    });
    expect(run.status).toBe(0);
    expect(run.stdout).toContain('DATABASE_URL=postgresql://nina:');
    expect(run.stdout).not.toMatch(/nina's|secret|of another|hidden/);
    expect(run.stderr).toContain('OTHER_URL is left out');
    expect(run.stderr).not.toContain('hidden');
    expect(logText()).not.toMatch(/nina's secret|hidden/);
  });

  test('a service, and what goes wrong with names', async () => {
    const service = `[claims]\nhost=127.0.0.1\nport=${cluster.port}\nuser=nina\ndbname=clinic\nsslmode=require\n`;
    writeFileSync(join(home.home, '.pg_service.conf'), service);
    const args = [process.execPath, application(), 'url', 'SELECT 1 AS one'];
    const good = await runGuard(home, ['exec', '--postgres', 'claims', '--', ...args]);
    expect(good).toMatchObject({ status: 0, stdout: '[{"one":1}]\n' });
    const bad = await runGuard(home, ['exec', '--postgres', 'nowhere', '--', ...args]);
    expect(bad).toMatchObject({ status: 78, stdout: '' });
    expect(bad.stderr).toContain('no service and no known target is called "nowhere"');
  });

  test('a known target by the name people gave it', async () => {
    const identity = await cluster.sql(
      `SELECT 'pg:' || system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = 'clinic') AS id
         FROM pg_control_system()`,
    );
    const entry = {
      identity: identity[0]?.['id'],
      label: '127.0.0.1/clinic',
      class: 'staging',
      throwaway: false,
      routes: [`127.0.0.1:${cluster.port}`],
      firstSeen: '2026-01-01T00:00:00Z',
      labelled: '2026-01-01T00:00:00Z',
      by: 'nina',
      source: 'person',
    };
    await runGuard(home, ['status']);
    const file = join(home.state, 'guard', 'targets.json');
    writeFileSync(file, JSON.stringify({ version: 1, targets: [entry] }), { mode: 0o600 });
    const args = [process.execPath, application(), 'url', 'SHOW guard.status'];
    const run = await runGuard(home, ['exec', '--postgres', '127.0.0.1/clinic', '--', ...args], {
      env: { PGUSER: 'nina', PGSSLMODE: 'require' },
    });
    expect(run).toMatchObject({ status: 0, stdout: expect.stringContaining('staging') });
  });

  test.each([
    [['--postgres', 'x', '--', 'psql'], 64, '--postgres is for other programs'],
    [['--postgres', 'x', '--postgres', 'y', '--', 'true'], 64, 'given twice'],
    [['--postgres-env', 'A', '--', 'true'], 64, 'goes with --postgres'],
    [['--postgres', 'host=/nowhere', '--postgres-env', 'A=b', '--', 'true'], 64, 'NAME=FORM'],
    [['--postgres', 'host=/nowhere', '--', 'no-such-program'], 127, 'command not found'],
  ])('%j ends with %i', async (args, status, says) => {
    const run = await runGuard(home, ['exec', ...args]);
    expect(run).toMatchObject({ status, stdout: '' });
    expect(run.stderr).toContain(says);
  });

  test("the program's own status and its signals are its own", async () => {
    const run = await runGuard(home, ['exec', '--postgres', uri(), '--', 'sh', '-c', 'exit 9']);
    expect(run.status).toBe(9);
  });

  test('an unreachable server is the driver’s error', async () => {
    const args = [process.execPath, application(), 'url', 'SELECT 1'];
    const run = await runGuard(home, ['exec', '--postgres', 'host=127.0.0.1 port=1 user=a', '--', ...args]);
    expect(run.status).toBe(5);
    expect(run.stderr).toContain('Connection refused');
  });
});

interface Opened {
  readonly guard: PipedGuard;
  readonly port: number;
  readonly token: string;
}

async function openPort(...options: readonly string[]): Promise<Opened> {
  const guard = new PipedGuard(home, [
    'proxy',
    'postgres',
    '--listen',
    '0',
    '--json',
    ...options,
    '--',
    uri(),
  ]);
  const [line] = await guard.see(/^\{.*\}\n/);
  const { port, token, tokenFile } = JSON.parse(line);
  return { guard, port, token: token ?? readFileSync(tokenFile, 'utf8').trim() };
}

async function stop(guard: PipedGuard) {
  process.kill(await guard.pid(), 'SIGTERM');
  return guard.done;
}

describe('a port of guard proxy postgres', () => {
  const client = async (port: number, password: string, more = {}) => {
    const made = new Client({ host: '127.0.0.1', port, user: 'nina', password, database: 'clinic', ...more });
    made.on('error', () => undefined);
    await made.connect();
    return made;
  };

  test('several clients at once, each with the token; the server never sees it', async () => {
    const { guard, port, token } = await openPort();
    const clients = await Promise.all([1, 2, 3].map(() => client(port, token)));
    for (const each of clients)
      expect((await each.query('SELECT ssn FROM patients WHERE id = $1', [2])).rows).toEqual([
        { ssn: '*****' },
      ]);
    await Promise.all(clients.map((each) => each.end()));
    const { status, stderr } = await stop(guard);
    expect(status).toBe(0);
    expect(stderr).not.toContain("nina's secret");
  });

  test.each([
    ['a wrong token', (token: string) => `${token}x`],
    ["the server's own password", () => "nina's secret"],
    ['an empty one', () => ''],
  ])('%s is PostgreSQL’s own error, and nothing reaches the server', async (_name, change) => {
    const { guard, port, token } = await openPort();
    const password = change(token);
    const refused = password === '' ? /password/ : expect.objectContaining({ code: '28P01' });
    await expect(client(port, password)).rejects.toEqual(
      password === '' ? expect.objectContaining({ message: expect.stringMatching(/password/) }) : refused,
    );
    const { stderr } = await stop(guard);
    expect(stderr).not.toContain('connected');
  });

  test('another user is told whom guard is; another database is looked at anew', async () => {
    const { guard, port, token } = await openPort();
    await expect(client(port, token, { user: 'postgres' })).rejects.toMatchObject({ code: '28000' });
    const other = await client(port, token, { database: 'postgres' });
    expect((await other.query('SELECT current_database() AS name')).rows).toEqual([{ name: 'postgres' }]);
    await other.end();
    await stop(guard);
  });

  test('the token file is private, named, and gone at the end', async () => {
    const file = join(home.folder, 'token');
    const { guard, port, token } = await openPort('--token-file', file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(guard.stdout).not.toContain(token);
    expect(guard.stderr).not.toContain(token);
    await (await client(port, token)).end();
    const second = await runGuard(home, ['proxy', 'postgres', '--token-file', file, '--', uri()]);
    expect(second).toMatchObject({ status: 78, stdout: '' });
    expect(second.stderr).toContain('is there already');
    await stop(guard);
    expect(existsSync(file)).toBe(false);
  });

  test('strangers who only hold the door open are bounded, and the next one is told', async () => {
    const { guard, port, token } = await openPort();
    const strangers = Array.from({ length: 64 }, () => connect(port, '127.0.0.1'));
    await Promise.all(strangers.map((each) => new Promise((done) => each.once('connect', done))));
    await expect
      .poll(() =>
        client(port, token).then(
          () => 'in',
          (error) => error.code,
        ),
      )
      .toBe('53300');
    for (const each of strangers) each.destroy();
    await expect
      .poll(() =>
        client(port, token).then(
          (one) => one.end().then(() => 'in'),
          () => 'full',
        ),
      )
      .toBe('in');
    await stop(guard);
  });

  test('what a client calls itself is on record', async () => {
    const { guard, port, token } = await openPort();
    await (await client(port, token, { application_name: 'nightly 900-11-2222' })).end();
    await stop(guard);
    expect(logText()).not.toContain('900-11-2222');
    expect(logText()).toMatch(/"application":"nightly [^"]{1,40}"/);
  });
});
