import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { type GuardHome, homeFor, runGuard } from './guard-process.ts';
import { runProgram } from './wire-harness.ts';

let cluster: Cluster;
let home: GuardHome;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql(
    `CREATE TABLE patients(id int PRIMARY KEY, ssn text, state text);
     INSERT INTO patients SELECT i, '900-11-' || lpad(i::text, 4, '0'), 'NV' FROM generate_series(1, 20) i;
     CREATE TABLE states(code text PRIMARY KEY, label text DEFAULT 'x' CHECK (label <> 'y'));
     INSERT INTO states VALUES ('NV', 'Nevada'), ('UT', 'Utah');
     CREATE VIEW shown AS SELECT ssn FROM patients;
     CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'select 1';
     CREATE INDEX ON patients (lower(state));
     `,
    'clinic',
  );
  await cluster.sql('CREATE DATABASE restored OWNER nina');
  await cluster.sql(
    'ALTER TABLE patients OWNER TO nina; ALTER TABLE states OWNER TO nina; ALTER VIEW shown OWNER TO nina; ANALYZE',
    'clinic',
  );
});
afterAll(() => cluster.stop());
beforeEach(() => {
  home = homeFor(cluster);
});
afterEach(() => home[Symbol.dispose]());

function uri(database = 'clinic'): string {
  return `postgresql://nina@127.0.0.1:${cluster.port}/${database}?sslmode=require`;
}

function file(name: string): string {
  return join(home.home, name);
}

/** The key that pg_dump makes up for psql's restricted mode is another each time. */
function plain(text: string): string {
  return text.replace(/^\\(un)?restrict .*$/gm, '');
}

describe('pg_dump through guard', () => {
  test('the schema is what pg_dump writes without guard', async () => {
    const run = await runGuard(home, ['exec', '--', 'pg_dump', '-s', uri()]);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const direct = await runProgram('pg_dump', ['-s', uri()], {
      input: '',
      env: { PATH: process.env['PATH'], PGPASSWORD: cluster.user.password },
    });
    expect(plain(run.stdout)).toBe(plain(direct.stdout));
  });

  test.each([
    ['plain', ['-f', 'out.sql']],
    ['custom', ['-Fc', '-f', 'out.sql']],
    ['a folder, two at a time', ['-Fd', '-j', '2', '-f', 'out.sql']],
  ])('tables without classes pass as they are: %s', async (_name, options) => {
    const run = await runGuard(home, ['exec', '--', 'pg_dump', '-T', 'patients', ...options, uri()]);
    expect(run).toMatchObject({ status: 0, stdout: '' });
    expect(existsSync(file('out.sql'))).toBe(true);
  });

  test('classed tables are refused before a row leaves, and so is what names them otherwise', async () => {
    for (const options of [[], ['-t', 'pat*'], ['--inserts'], ['-a', '-t', 'public.patients']]) {
      const run = await runGuard(home, ['exec', '--', 'pg_dump', ...options, uri()]);
      expect(run).toMatchObject({ status: 77, stdout: '' });
      expect(run.stderr).toContain('pg_dump writes every row of');
      expect(run.stderr).not.toContain('900-11');
    }
  });

  test('a masked dump is asked for, and the file says so', async () => {
    const args = ['exec', '--masked-dump', '--', 'pg_dump'];
    const run = await runGuard(home, [...args, '-f', 'masked.sql', uri()]);
    expect(run).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const text = readFileSync(file('masked.sql'), 'utf8');
    expect(text).toMatch(/^-- Masked by guard: /);
    expect(text).toContain('COPY public.patients (id, ssn, state) FROM stdin;\n1\t*****\tNV\n');
    expect(text).toContain('NV\tNevada');
    expect(text).not.toContain('900-11');
    expect(readdirSync(home.home).filter((name) => name.includes('guard-'))).toEqual([]);
    const piped = await runGuard(home, [...args, uri()]);
    expect(piped.stdout).toMatch(/^-- Masked by guard: [\s\S]*\*\*\*\*\*/);
    expect(piped.stdout).not.toContain('900-11');
  });

  test('one decision stands in the log, with what it came to', async () => {
    await runGuard(home, ['exec', '--masked-dump', '--', 'pg_dump', '-f', 'masked.sql', uri()]);
    const log = await runGuard(home, ['audit', 'log', '--json', '-n', '200']);
    const entries = log.stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    const decisions = entries.filter(({ intents }) => intents?.includes('data.export.bulk'));
    expect(decisions).toHaveLength(1);
    expect(decisions[0]).toMatchObject({ verdict: 'allow', facts: { classes: ['phi.ssn'] } });
    expect(log.stdout).not.toContain('900-11');
    expect((await runGuard(home, ['audit', 'verify'])).status).toBe(0);
  });

  test('a program that only calls itself pg_dump gets no more by it', async () => {
    const script = `#!/bin/sh
for last; do :; done
conn=$(echo "$last" | sed s/^-d//)
psql "$conn" -Atc "SELECT ssn FROM patients LIMIT 1"
psql "$conn" -Atc "COPY (SELECT ssn FROM patients) TO STDOUT"
psql "$conn" -Atc "SET row_security = off; SELECT ssn FROM patients LIMIT 1"
exit 0
`;
    writeFileSync(file('pg_dump'), script);
    chmodSync(file('pg_dump'), 0o755);
    const run = await runGuard(home, ['exec', '--', file('pg_dump'), '-T', 'patients', uri()]);
    expect(run.status).toBe(77);
    expect(run.stdout).not.toContain('900-11');
  });

  test.each([
    [['--masked-dump', '--', 'pg_dump', '-Fc', 'x'], '--masked-dump writes plain SQL only'],
    [['--masked-dump', '--', 'psql', 'x'], '--masked-dump goes with pg_dump'],
    [['--', 'pg_dump', '--nope'], "pg_dump: unrecognized option '--nope'"],
  ])('%j is a usage error', async (args, says) => {
    const run = await runGuard(home, ['exec', ...args]);
    expect(run).toMatchObject({ status: 64, stdout: '' });
    expect(run.stderr).toContain(says);
  });

  test('--help and --version are its own', async () => {
    const run = await runGuard(home, ['exec', '--', 'pg_dump', '--version']);
    expect(run).toMatchObject({ status: 0, stdout: expect.stringMatching(/^pg_dump \(PostgreSQL\)/) });
  });
});

describe('what a dump may not hold', () => {
  beforeAll(async () => {
    await cluster.sql('CREATE DATABASE files OWNER nina');
    await cluster.sql(
      `CREATE TABLE states(code text); INSERT INTO states VALUES ('NV'); ALTER TABLE states OWNER TO nina;
       SELECT lo_from_bytea(4242, 'scan of 900-11-7777'::bytea); ALTER LARGE OBJECT 4242 OWNER TO nina`,
      'files',
    );
  });

  test('large objects are refused before anything is written, -B leaves them out', async () => {
    for (const options of [[], ['-Fc'], ['-b', '-t', 'states']]) {
      const run = await runGuard(home, ['exec', '--', 'pg_dump', ...options, uri('files')]);
      expect(run).toMatchObject({ status: 77, stdout: '' });
      expect(run.stderr).toContain('guard refused this: The dump would hold large objects');
      expect(run.stderr).toContain('Leave them out with -B.');
    }
    const without = await runGuard(home, ['exec', '--', 'pg_dump', '-B', uri('files')]);
    expect(without).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('\nNV\n') });
    expect(without.stdout).not.toContain('4242');
  });

  test('rows as INSERT where rows are classed: refused in three parts', async () => {
    const run = await runGuard(home, ['exec', '--', 'pg_dump', '--inserts', '-t', 'patients', uri()]);
    expect(run).toMatchObject({ status: 77, stdout: '' });
    expect(run.stderr).toMatch(
      /^guard refused this: pg_dump writes every row of 1 table \(public\.patients\).*\n {2}why: .*\n {2}instead: /m,
    );
    const states = await runGuard(home, ['exec', '--', 'pg_dump', '--inserts', '-t', 'states', uri()]);
    expect(states).toMatchObject({ status: 0, stdout: expect.stringContaining("VALUES ('NV', 'Nevada')") });
  });

  test('a masked dump that is refused leaves nothing on standard output', async () => {
    const args = ['exec', '--masked-dump', '--env', 'prod', '--', 'pg_dump', uri()];
    const run = await runGuard(home, args);
    expect(run).toMatchObject({ status: 77, stdout: '' });
    expect(run.stderr).toContain('with classed values masked');
  });

  test('pg_dumpall writes everything but the password hashes, and says how', async () => {
    const all = ['pg_dumpall', '-d', uri('postgres').replace('nina@', 'postgres@')];
    for (const what of ['-g', '-s', '-r']) {
      const refused = await runGuard(home, ['exec', '--', ...all, what]);
      expect(refused.status).toBe(77);
      expect(refused.stderr).toContain(
        'guard refused this: The dump would hold the password hash of every role',
      );
      expect(refused.stdout).not.toContain('SCRAM-SHA-256');
    }
    const run = await runGuard(home, ['exec', '--', ...all, '-s', '--no-role-passwords']);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toContain('CREATE ROLE nina;');
    expect(run.stdout).toContain('CREATE TABLE public.patients');
  });
});

test('pg_restore goes statement by statement through guard', async () => {
  const dump = ['pg_dump', '-Fc', '-t', 'states', '-f', 'states.dump', uri()];
  expect(await runGuard(home, ['exec', '--', ...dump])).toMatchObject({ status: 0 });
  const args = ['pg_restore', '--no-owner', '-d', uri('restored'), 'states.dump'];
  expect(await runGuard(home, ['exec', '--', ...args])).toMatchObject({ status: 0, stdout: '' });
  expect(await cluster.sql('SELECT count(*)::int AS n FROM states', 'restored')).toEqual([{ n: 2 }]);
  const clean = ['pg_restore', '--no-owner', '--clean', '-d', uri('restored'), 'states.dump'];
  const refused = await runGuard(home, ['exec', '--env', 'prod', '--', ...clean]);
  expect(refused.status).toBe(77);
  expect(await cluster.sql('SELECT count(*)::int AS n FROM states', 'restored')).toEqual([{ n: 2 }]);
});
