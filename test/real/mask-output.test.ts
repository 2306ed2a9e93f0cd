import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { type GuardHome, homeFor, runGuard, targetArguments } from './guard-process.ts';
import type { Finished } from './wire-harness.ts';

let cluster: Cluster;
let home: GuardHome;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql(
    `CREATE TABLE patients(id int PRIMARY KEY, ssn text, last_name text, color text, state text);
     INSERT INTO patients SELECT i, '900-33-' || lpad(i::text, 4, '0'), 'Doe' || i, 'is 900-33-1234', 'NV' FROM generate_series(1, 402) i;
     ALTER TABLE patients OWNER TO nina; ANALYZE`,
    'clinic',
  );
});
afterAll(() => cluster.stop());
beforeEach(() => {
  home = homeFor(cluster);
});
afterEach(() => home[Symbol.dispose]());

const run = (sql: string, ...options: readonly string[]): Promise<Finished> =>
  runGuard(home, ['exec', ...options, '--', 'psql', '-XAt', ...targetArguments(cluster), '-c', sql], {
    input: '',
  });

test('one line says what was masked', async () => {
  const { status, stderr, stdout } = await run('SELECT ssn, last_name, state FROM patients');
  expect(status).toBe(0);
  expect(stdout.split('\n')[0]).toBe('*****|*****|NV');
  expect(stderr).toBe('guard: masked 804 values in 2 columns: phi.ssn 402, phi.name 402\n');
});

test('also of COPY; not with --quiet, nor where nothing was masked', async () => {
  expect((await run('COPY patients(ssn, state) TO STDOUT')).stderr).toBe(
    'guard: masked 402 values in 1 column: phi.ssn 402\n',
  );
  expect((await run('SELECT ssn FROM patients', '--quiet')).stderr).toBe('');
  expect((await run('SELECT state FROM patients')).stderr).toBe('');
});

test.each(['SELECT state, ssn FROM patients', 'COPY patients TO STDOUT'])(
  '--mask=fail refuses %s',
  async (sql) => {
    const { status, stderr, stdout } = await run(sql, '--mask=fail');
    expect(status).toBe(77);
    expect(stdout).toBe('');
    expect(stderr).toContain('guard refused this: The result holds values that would have to be masked');
    expect(stderr).toContain('rule: mask.fail');
  },
);

test('--mask=fail lets pass what needs no mask, and ends with 77 where a value was found on the way', async () => {
  expect(await run('SELECT state FROM patients LIMIT 1', '--mask=fail')).toMatchObject({
    status: 0,
    stdout: 'NV\n',
    stderr: '',
  });
  const found = await run('SELECT color FROM patients LIMIT 1', '--mask=fail');
  expect(found.status).toBe(77);
  expect(found.stdout).toBe('is ***-**-****\n');
});
