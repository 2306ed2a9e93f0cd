import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { type GuardHome, GuardTerminal, guardHome, PipedGuard, runGuard } from './guard-process.ts';
import { type Bouncer, startBouncer } from './pgbouncer.ts';
import type { Finished } from './wire-harness.ts';

let cluster: Cluster;
let bouncer: Bouncer;
let home: GuardHome;

beforeAll(async () => {
  cluster = await startCluster();
  bouncer = await startBouncer(cluster);
  home = guardHome();
  home.passwords(`127.0.0.1:${bouncer.port}:*:nina:${cluster.user.password}`);
  await cluster.sql(
    `CREATE SCHEMA spare AUTHORIZATION nina;
     CREATE TABLE patients(id int PRIMARY KEY, ssn text, state text);
     INSERT INTO patients SELECT i, '900-44-' || lpad(i::text, 4, '0'), 'NV' FROM generate_series(1, 400) i;
     ALTER TABLE patients OWNER TO nina; ANALYZE`,
    'clinic',
  );
});
afterAll(async () => {
  home[Symbol.dispose]();
  await bouncer.stop();
  await cluster.stop();
});

const target = (): string => `host=127.0.0.1 port=${bouncer.port} user=nina dbname=clinic sslmode=disable`;
const exec = (options: readonly string[], ...args: readonly string[]): Promise<Finished> =>
  runGuard(home, ['exec', ...options, '--', 'psql', '-XAtw', target(), ...args]);

describe('guard in front of PgBouncer (transaction pooling)', () => {
  test('reads are masked, transactions run', async () => {
    const run = await exec(['--env', 'dev'], '-c', 'SELECT id, ssn, state FROM patients WHERE id = 3');
    expect(run).toEqual({
      status: 0,
      stdout: '3|*****|NV\n',
      stderr: 'guard: masked 1 value in 1 column: phi.ssn 1\n',
    });
    const copy = await exec([], '-c', 'COPY (SELECT ssn, id FROM patients WHERE id = 1) TO STDOUT');
    expect(copy.stdout).not.toContain('900-44-');
  });

  test('a pooler is no PostgreSQL of this machine: what stands behind it counts as prod', async () => {
    const run = await exec([], '-c', 'SHOW guard.status');
    expect(run.stdout).toMatch(/^environment\|prod/m);
  });

  test('a refusal, and the connection stays usable for the next client', async () => {
    const run = await exec([], '-c', 'DROP SCHEMA spare CASCADE');
    expect(run).toMatchObject({ status: 77, stdout: '' });
    expect(await exec([], '-c', 'SELECT count(*) FROM patients')).toMatchObject({
      status: 0,
      stdout: '400\n',
    });
  });

  test('estimates are asked in transactions of their own: a question names the rows', async () => {
    const terminal = new GuardTerminal(home, ['--quiet', '--', 'psql', '-Xw', target()]);
    await terminal.see('[3] dev');
    await terminal.answer('3');
    await terminal.see('clinic=>');
    await terminal.ask('DELETE FROM patients;', /y yes {2}n no/);
    expect(terminal.text()).toContain('400 of 400 rows');
    await terminal.answer('n');
    await terminal.see('The answer was no');
    await terminal.ask('BEGIN;', 'clinic=*>');
    await terminal.ask('DELETE FROM patients;', /y yes {2}n no/);
    await terminal.answer('y');
    await terminal.see('DELETE 400');
    await terminal.ask('ROLLBACK;', 'ROLLBACK\n');
    await terminal.ask('SELECT count(*) FROM patients;', '400');
    terminal.line('\\q');
    expect(await terminal.status()).toBe(0);
  });

  test('drivers with unnamed statements, several at once', async () => {
    const guard = new PipedGuard(home, ['proxy', 'postgres', '--', target()]);
    const [, folder = ''] = await guard.see(/^(\/.*)\n/);
    const work = Array.from({ length: 4 }, async (_, index) => {
      const client = new Client({ host: folder, port: bouncer.port, ...cluster.user, database: 'clinic' });
      await client.connect();
      const { rows } = await client.query('SELECT id, ssn FROM patients WHERE id = $1', [index + 1]);
      await client.end();
      return rows;
    });
    expect((await Promise.all(work)).flat()).toEqual([1, 2, 3, 4].map((id) => ({ id, ssn: '*****' })));
    process.kill(await guard.pid(), 'SIGTERM');
    expect((await guard.done).status).toBe(0);
  });
});
