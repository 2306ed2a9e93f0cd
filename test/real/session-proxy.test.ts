import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, serverPrograms, startCluster } from './cluster.ts';
import { type GuardHome, guardHome, PipedGuard, runGuard } from './guard-process.ts';
import { type Finished, runProgram } from './wire-harness.ts';

let cluster: Cluster;
let home: GuardHome;
let proxy: PipedGuard;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql('CREATE DATABASE bench OWNER nina');
  await cluster.sql(
    `CREATE TABLE patients(id int PRIMARY KEY, ssn text, state text);
     INSERT INTO patients SELECT i, '900-11-' || lpad(i::text, 4, '0'), 'NV' FROM generate_series(1, 500) i;
     ALTER TABLE patients OWNER TO nina; ANALYZE`,
    'bench',
  );
  const direct = await runProgram(join(serverPrograms(), 'pgbench'), ['-i', '-q', '-s', '1', 'bench'], {
    input: '',
    env: { ...clientEnvironment(cluster.host), PGSSLMODE: 'require' },
  });
  expect(direct.status).toBe(0);
});
afterAll(() => cluster.stop());

function clientEnvironment(host: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    LC_ALL: 'C.UTF-8',
    PGHOST: host,
    PGPORT: String(cluster.port),
    PGUSER: cluster.user.user,
    PGPASSWORD: cluster.user.password,
  };
}

async function openProxy(...options: readonly string[]): Promise<{ guard: PipedGuard; folder: string }> {
  const uri = `postgresql://${cluster.user.user}@127.0.0.1:${cluster.port}/bench?sslmode=require`;
  const guard = new PipedGuard(home, ['proxy', 'postgres', ...options, '--', uri]);
  const [, folder = ''] = await guard.see(/^(\/.*)\n/);
  return { guard, folder };
}

async function stop(guard: PipedGuard, signal: NodeJS.Signals = 'SIGTERM'): Promise<Finished> {
  process.kill(await guard.pid(), signal);
  return guard.done;
}

describe('pgbench through guard', () => {
  let folder: string;

  beforeAll(async () => {
    home = guardHome();
    ({ guard: proxy, folder } = await openProxy('--quiet'));
  });
  afterAll(async () => {
    const { status, stderr } = await stop(proxy);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    home[Symbol.dispose]();
  });

  const modes = ['simple', 'extended', 'prepared'];
  const kinds = [
    ['reads', ['-S']],
    ['writes in transactions', []],
  ] as const;
  test.each(modes.flatMap((mode) => kinds.map(([name, flags]) => [mode, name, flags] as const)))(
    '%s, %s',
    async (mode, _name, flags) => {
      for (const clients of ['1', '4']) {
        const run = await runProgram(
          join(serverPrograms(), 'pgbench'),
          ['-n', ...flags, '-M', mode, '-c', clients, '-t', '25', 'bench'],
          { input: '', env: clientEnvironment(folder) },
        );
        expect(run).toMatchObject({ status: 0, stderr: '' });
        const all = 25 * Number(clients);
        expect(run.stdout).toContain(`number of transactions actually processed: ${all}/${all}`);
      }
    },
  );
});

describe('guard proxy postgres', () => {
  beforeEach(() => {
    home = guardHome();
  });
  afterEach(() => home[Symbol.dispose]());

  async function connect(folder: string): Promise<Client> {
    const client = new Client({ host: folder, port: cluster.port, ...cluster.user, database: 'bench' });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  test('a driver reads masked rows, in both protocols', async () => {
    const { guard, folder } = await openProxy();
    const client = await connect(folder);
    const simple = await client.query('SELECT id, ssn, state FROM patients WHERE id = 7');
    const extended = await client.query('SELECT id, ssn, state FROM patients WHERE id = $1', [7]);
    const named = await client.query({
      name: 'by-id',
      text: 'SELECT ssn FROM patients WHERE id = $1',
      values: [7],
    });
    expect([...simple.rows, ...extended.rows]).toEqual([
      { id: 7, ssn: '*****', state: 'NV' },
      { id: 7, ssn: '*****', state: 'NV' },
    ]);
    expect(named.rows).toEqual([{ ssn: '*****' }]);
    await client.end();
    expect((await stop(guard)).status).toBe(0);
  });

  test('a refusal is an error of its statement; the next one runs', async () => {
    const { guard, folder } = await openProxy('--env', 'prod');
    const client = await connect(folder);
    await expect(client.query('DROP SCHEMA public CASCADE')).rejects.toMatchObject({ code: '42501' });
    await expect(client.query('DELETE FROM patients WHERE id > $1', [0])).rejects.toMatchObject({
      code: '42501',
    });
    expect((await client.query('SELECT count(*)::int AS n FROM patients')).rows).toEqual([{ n: 500 }]);
    await client.end();
    const { stderr } = await stop(guard);
    expect(stderr).toContain('guard refused this: Drops schema public');
  });

  test('what would ask is refused', async () => {
    const { guard, folder } = await openProxy();
    const client = await connect(folder);
    await expect(client.query('DROP SCHEMA public CASCADE')).rejects.toMatchObject({ code: '42501' });
    await client.end();
    await stop(guard);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends it, its clients and its folder',
    async (signal) => {
      const { guard, folder } = await openProxy();
      const client = await connect(folder);
      const lost = new Promise((resolve) => client.once('end', resolve));
      expect((await stop(guard, signal)).status).toBe(0);
      await lost;
      expect(statSync(folder, { throwIfNoEntry: false })).toBeUndefined();
    },
  );

  test('--listen opens the socket where it is told, in a private folder only', async () => {
    const folder = join(home.folder, 'here');
    const socket = join(folder, `.s.PGSQL.${cluster.port}`);
    const opened = await openProxy('--listen', socket);
    expect(opened.folder).toBe(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const second = await runGuard(home, ['proxy', 'postgres', '--listen', socket, '--', 'postgresql:///x']);
    expect(second).toMatchObject({ status: 78, stdout: '' });
    expect(second.stderr).toContain('is there already');
    await stop(opened.guard);
    expect(statSync(socket, { throwIfNoEntry: false })).toBeUndefined();

    const open = join(home.folder, 'open');
    mkdirSync(open, { mode: 0o755 });
    const refused = await runGuard(home, [
      'proxy',
      'postgres',
      '--listen',
      join(open, '.s.PGSQL.1'),
      '--',
      'x',
    ]);
    expect(refused).toMatchObject({ status: 78, stdout: '' });
    expect(refused.stderr).toContain('others can enter it');
  });

  test.each([
    [['proxy', 'mysql', '--', 'x'], 'knows postgres'],
    [['proxy', 'postgres', '--listen', '/tmp/socket', '--', 'x'], '.s.PGSQL.PORT'],
    [['proxy', 'postgres', '--nope', '--', 'x'], '--nope'],
    [['proxy', 'postgres'], 'no target'],
  ])('%j is a usage error', async (args, says) => {
    const { status, stderr, stdout } = await runGuard(home, args);
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
    expect(stderr).toContain(says);
  });

  test('no password stays with guard', async () => {
    const uri = `postgresql://nina:hidden@127.0.0.1:${cluster.port}/bench`;
    const guard = new PipedGuard(home, ['proxy', 'postgres', '--', uri]);
    const [, folder = ''] = await guard.see(/^(\/.*)\n/);
    await expect(
      new Client({
        host: folder,
        port: cluster.port,
        user: 'nina',
        password: 'wrong',
        database: 'bench',
      }).connect(),
    ).rejects.toThrow('password authentication failed');
    const { stderr } = await stop(guard);
    expect(stderr).not.toContain('hidden');
  });
});
