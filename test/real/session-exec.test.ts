import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import {
  descendants,
  type GuardHome,
  homeFor,
  PipedGuard,
  runGuard,
  targetArguments,
} from './guard-process.ts';
import { type Finished, runProgram } from './wire-harness.ts';

/** What exec says when something was masked in what went into a pipe. */
const MASKED_LINE = /^guard: masked \d+ values? in \d columns?: phi\.ssn \d+\n$/;

let cluster: Cluster;
let home: GuardHome;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql(
    `CREATE SCHEMA spare AUTHORIZATION nina;
     CREATE TABLE patients(id int PRIMARY KEY, ssn text UNIQUE, state text);
     INSERT INTO patients SELECT i, '900-33-' || lpad(i::text, 4, '0'), 'NV' FROM generate_series(1, 300) i;
     ALTER TABLE patients OWNER TO nina; ANALYZE`,
    'clinic',
  );
});
afterAll(() => cluster.stop());
beforeEach(() => {
  home = homeFor(cluster);
});
afterEach(() => home[Symbol.dispose]());

const psql = (...args: readonly string[]): string[] => [
  '--',
  'psql',
  '-XAt',
  ...targetArguments(cluster),
  ...args,
];
const REFUSED_SCRIPT = [
  'BEGIN;',
  "INSERT INTO patients VALUES (1000, '900-33-9999', 'CA');",
  'DROP SCHEMA spare CASCADE;',
  'COMMIT;',
  'SELECT 1 AS after;',
  '',
].join('\n');

async function inserted(): Promise<number> {
  const [row] = await cluster.sql('SELECT count(*)::int AS n FROM patients WHERE id >= 1000', 'clinic');
  return Number(row?.['n']);
}

/** Everything that must hold however the judge is hosted. */
describe.each([
  ['in the worker', []],
  ['in a process of its own', ['--judge-apart']],
] as const)('guard exec, judge %s', (_name, apart) => {
  const exec = (...args: readonly string[]): Promise<Finished> =>
    runGuard(home, ['exec', ...apart, ...psql(...args)]);

  test('only the program speaks on standard output, and its status is the status', async () => {
    expect(await exec('-c', 'SELECT id, ssn, state FROM patients WHERE id = 1')).toEqual({
      status: 0,
      stdout: '1|*****|NV\n',
      stderr: expect.stringMatching(MASKED_LINE),
    });
    expect(await exec('-c', 'SELECT 1/0')).toMatchObject({ status: 1, stdout: '' });
  });

  test('a refusal ends with 77, its reason is on standard error', async () => {
    const { status, stdout, stderr } = await exec('-c', 'DROP SCHEMA spare CASCADE');
    expect({ status, stdout }).toEqual({ status: 77, stdout: '' });
    expect(stderr).toContain('guard refused this: Drops schema spare');
    expect(stderr).toMatch(/ {2}why: .*\n {2}instead: .*\n {2}rule: /);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      'guard: the run was refused (77); the program itself ended with 1',
    );
  });

  test('a script that may not run is refused whole', async () => {
    writeFileSync(join(home.home, 'script.sql'), REFUSED_SCRIPT);
    const file = await exec('-f', 'script.sql');
    expect(file).toMatchObject({ status: 75, stdout: '' });
    const piped = await runGuard(home, [...apart, ...psql()], { input: REFUSED_SCRIPT });
    expect(piped).toMatchObject({ status: 75, stdout: '' });
    expect(await inserted()).toBe(0);
  });

  test('the first refusal is final, and the open transaction is lost', async () => {
    const hidden = REFUSED_SCRIPT.replace('DROP SCHEMA spare CASCADE;', "SELECT 'DROP SCHEMA spare' \\gexec");
    writeFileSync(join(home.home, 'script.sql'), hidden);
    const file = await exec('-f', 'script.sql');
    expect(file).toMatchObject({ status: 77, stdout: 'BEGIN\nINSERT 0 1\n' });
    expect(file.stderr).toContain('Not run: an earlier statement of this run was refused.');
    expect(await inserted()).toBe(0);
  });

  test('what would ask is refused', async () => {
    const { status, stdout } = await exec('--set', 'x=1', '-c', 'DROP SCHEMA spare');
    expect({ status, stdout }).toEqual({ status: 77, stdout: '' });
  });
});

describe('statuses of psql itself', () => {
  test.each([
    ['a connection that fails', ['-d', 'dbname=nothing'], '', 2],
    ['a script that stops', ['-v', 'ON_ERROR_STOP=1', '-f', '-'], 'SELECT nothing;\n', 3],
    ['a script that goes on', ['-f', '-'], 'SELECT nothing;\nSELECT 7;\n', 0],
  ])('%s', async (_name, args, input, status) => {
    const run = await runGuard(home, ['exec', ...psql(...args)], { input });
    expect(run.status).toBe(status);
    expect(run.stderr).not.toContain('guard refused');
  });

  test('help and version need no target', async () => {
    const run = await runGuard(home, ['exec', '--', 'psql', '--version']);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(/^psql \(PostgreSQL\) \d/);
  });
});

describe('what comes back', () => {
  const masked: readonly (readonly [string, string, string])[] = [
    [
      'RETURNING',
      "UPDATE patients SET state = 'CA' WHERE id = 3 RETURNING id, ssn, state",
      '3|*****|CA\nUPDATE 1\n',
    ],
    [
      'COPY of a query',
      'COPY (SELECT id, ssn, state FROM patients WHERE id < 3 ORDER BY id) TO STDOUT',
      '1\t*****\tNV\n2\t*****\tNV\n',
    ],
    [
      'COPY as CSV',
      'COPY (SELECT ssn, id FROM patients WHERE id = 1) TO STDOUT (FORMAT csv, HEADER)',
      'ssn,id\n*****,1\n',
    ],
    [
      'an alias in an expression',
      "SELECT 'x' || substr(ssn, 1, 6) AS harmless FROM patients WHERE id = 1",
      '*****\n',
    ],
    [
      'a prepared statement',
      'PREPARE p AS SELECT ssn FROM patients WHERE id = $1; EXECUTE p(2)',
      'PREPARE\n*****\n',
    ],
  ];
  test.each(masked)('%s is masked', async (_name, sql, stdout) => {
    const run = await runGuard(home, ['exec', ...psql('-c', sql)]);
    expect(run).toEqual({ status: 0, stdout, stderr: expect.stringMatching(MASKED_LINE) });
  });

  test('a binary COPY of classed columns does not come out', async () => {
    const { stdout, stderr, status } = await runGuard(home, [
      'exec',
      ...psql('-c', 'COPY patients TO STDOUT (FORMAT binary)'),
    ]);
    expect(status).toBe(77);
    expect(stdout).toBe('');
    expect(stderr).toContain('guard refused this');
  });

  test.each([
    [
      'a unique violation',
      'UPDATE patients SET ssn = (SELECT ssn FROM patients WHERE id = 5) WHERE id = 4',
      'duplicate key value',
    ],
    [
      'a cast that fails',
      'SELECT ssn::int FROM patients WHERE id = 4',
      'invalid input syntax for type integer',
    ],
    ['a notice', "DO $$ BEGIN RAISE NOTICE '%', (SELECT ssn FROM patients WHERE id = 4); END $$", ''],
  ])('%s names no value', async (_name, sql, says) => {
    const { stdout, stderr } = await runGuard(home, ['exec', ...psql('-c', sql)]);
    expect(stderr).toContain(says);
    expect(stdout + stderr).not.toContain('900-33-');
  });
});

test('the judge process killed: everything after it is refused, nothing reaches the server', async () => {
  const guard = new PipedGuard(home, ['exec', '--judge-apart', ...psql()]);
  guard.type("SELECT 'before';\n");
  await guard.see(/^before$/m);
  const judge = descendants(await guard.pid()).find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('judge-child'),
  );
  expect(judge).toBeDefined();
  process.kill(judge ?? -1, 'SIGKILL');
  guard.end("INSERT INTO patients VALUES (1001, 'x', 'CA');\nSELECT 'after';\n");
  const { status, stdout, stderr } = await guard.done;
  expect(stdout).toBe('before\n');
  expect(status).toBe(70);
  expect(stderr).toContain('guard');
  expect(await inserted()).toBe(0);
});

test('no network but the target', async () => {
  const trace = join(home.folder, 'trace');
  const run = await runProgram(
    'strace',
    [
      '-f',
      '-qq',
      '-e',
      'trace=connect,sendto,bind',
      '-o',
      trace,
      join(process.cwd(), 'bin/guard'),
      'exec',
      ...psql('-c', 'SELECT 1'),
    ],
    { input: '', env: home.env },
  );
  expect(run).toMatchObject({ status: 0, stdout: '1\n' });
  const families = readFileSync(trace, 'utf8')
    .split('\n')
    .filter((line) => line.includes('sa_family=') || line.includes('sun_path'));
  const away = families.filter((line) => !line.includes('AF_UNIX'));
  expect(away.length).toBeGreaterThan(0);
  for (const line of away)
    expect(line).toContain(`sin_port=htons(${cluster.port}), sin_addr=inet_addr("127.0.0.1")`);
});
