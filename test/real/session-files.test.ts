import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { GUARD, type GuardHome, GuardTerminal, homeFor, runGuard, targetArguments } from './guard-process.ts';
import type { Finished } from './wire-harness.ts';

let cluster: Cluster;
let home: GuardHome;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql(
    `CREATE TABLE claims(id int PRIMARY KEY, status text);
     INSERT INTO claims SELECT i, 'open' FROM generate_series(1, 5000) i;
     CREATE TABLE notes(id int, note text); INSERT INTO notes VALUES (1, 'a');
     ALTER TABLE claims OWNER TO nina; ALTER TABLE notes OWNER TO nina; ANALYZE`,
    'clinic',
  );
});
afterAll(() => cluster.stop());
beforeEach(() => {
  home = homeFor(cluster);
});
afterEach(() => home[Symbol.dispose]());

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home.home, name)), { recursive: true });
    writeFileSync(join(home.home, name), text);
  }
}

const exec = (args: readonly string[], input = '', env = 'dev'): Promise<Finished> =>
  runGuard(home, ['exec', '--env', env, '--', 'psql', ...targetArguments(cluster), ...args], { input });

function plain(args: readonly string[], input = ''): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn('psql', [...targetArguments(cluster), ...args], {
      cwd: home.home,
      env: { ...home.env },
    });
    const texts = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      texts.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      texts.stderr += chunk;
    });
    child.on('close', (status) => resolve({ status, ...texts }));
    child.stdin.end(input);
  });
}

describe('a script in which nothing is wrong notices nothing', () => {
  const FILES = {
    'db/a.sql':
      "\\set who 'x'\nSELECT :'who' AS who, :n AS n;\nSELECT 1/0;\n\\ir sub/b.sql\n\\i db/sub/c.sql\nSELECT 5;\n",
    'db/sub/b.sql': '\n\nSELECT nothing;\n\\echo from b\n',
    'db/sub/c.sql': 'SELECT 4 AS c;\nCREATE TABLE IF NOT EXISTS claims ();\n',
    'copy.sql':
      'CREATE TEMP TABLE t (a int, b text);\nCOPY t FROM stdin;\n1\tx\n2\t\\N\n\\.\nSELECT * FROM t;\n\\if true\n\\echo yes\n\\else\n\\echo no\n\\endif\n',
    'bom.sql': '\ufeffSELECT 1 AS a;\r\nSELECT 2;\r\n',
  };

  test.each([
    [['-X', '-v', 'n=7', '-f', 'db/a.sql']],
    [['-X', '-v', 'n=7', '-v', 'ON_ERROR_STOP=1', '-f', './db/a.sql', '-c', 'SELECT 9']],
    [['-X', '-At', '-c', 'SELECT 1', '-f', 'copy.sql', '-c', '\\echo end', '-c', 'SELECT 2; SELECT 3']],
    [['-X', '-1', '-f', 'copy.sql']],
    [['-X', '-f', 'bom.sql', '-f', 'gone.sql']],
    [['-X', '-f', 'gone.sql']],
    [['-X', '-e', '-f', 'copy.sql']],
  ])('%j', async (args) => {
    write(FILES);
    expect(await exec(args)).toEqual(await plain(args));
  });

  test.each([[['-X']], [['-X', '-f', '-']], [['-X', '-At', '-v', 'ON_ERROR_STOP=1']]])(
    'standard input, %j',
    async (args) => {
      write(FILES);
      const input = `${FILES['copy.sql']}\\i db/sub/b.sql\nSELECT 6;`;
      expect(await exec(args, input)).toEqual(await plain(args, input));
    },
  );

  test('results and errors stay in their order where both go to one pipe', async () => {
    write({ 'a.sql': 'SELECT 1;\nSELECT 1/0;\nSELECT 2;\nSELECT 1/0;\nSELECT 3;\n' });
    const both = (program: string) =>
      new Promise<string>((resolve) => {
        const child = spawn(
          'sh',
          ['-c', `${program} -XAt -f a.sql 2>&1`, 'sh', ...targetArguments(cluster)],
          {
            cwd: home.home,
            env: { ...home.env },
          },
        );
        let text = '';
        child.stdout.on('data', (chunk) => {
          text += chunk;
        });
        child.on('close', () => resolve(text));
        child.stdin.end();
      });
    const alone = await both('psql "$@"');
    expect(alone).toContain('psql:a.sql:2: ERROR:');
    expect(await both(`${GUARD} exec --env dev -- psql "$@"`)).toBe(alone);
  });
});

describe('one decision before anything runs', () => {
  const count = async () => {
    const [row] = await cluster.sql('SELECT count(*)::int AS n FROM notes', 'clinic');
    return Number(row?.['n']);
  };

  test.each([
    ['a file', ['-f', 'a.sql'], ''],
    ['several', ['-f', 'b.sql', '-f', 'c.sql'], ''],
    ['standard input', [], 'INSERT INTO notes VALUES (2);\nDROP SCHEMA spare;\n'],
    ['-c and a file', ['-c', 'INSERT INTO notes VALUES (2)', '-f', 'c.sql'], ''],
    ['an include', ['-f', 'd.sql'], ''],
  ])('%s: refused as a whole', async (_, args, input) => {
    write({
      'a.sql': 'INSERT INTO notes VALUES (2);\nDROP SCHEMA spare;\n',
      'b.sql': 'INSERT INTO notes VALUES (2);\n',
      'c.sql': '\nDROP SCHEMA spare;\n',
      'd.sql': 'INSERT INTO notes VALUES (2);\n\\i e.sql\n',
      'e.sql': '\\i c.sql\n',
    });
    const before = await count();
    const run = await exec(['-X', ...args], input, 'prod');
    expect(run).toMatchObject({ status: 77, stdout: '' });
    expect(run.stderr).toMatch(/(?:a\.sql|c\.sql|<stdin>):[12] schema spare, with all its rows/);
    expect(await count()).toBe(before);
  });

  test('what other people could approve ends with 75', async () => {
    write({ 'a.sql': 'CREATE TABLE a1 (id int);\nALTER TABLE claims DROP COLUMN status;\n' });
    const run = await exec(['-X', '-f', 'a.sql'], '', 'staging');
    expect(run).toMatchObject({ status: 75, stdout: '' });
  });
});

describe('what is not in the plan is judged on its own', () => {
  test('\\gexec that makes a DROP', async () => {
    write({ 'a.sql': "SELECT 1;\nSELECT 'DROP SCHEMA spare' \\gexec\nSELECT 2;\n" });
    const run = await exec(['-XAt', '-f', 'a.sql'], '', 'prod');
    expect(run).toMatchObject({ status: 77, stdout: '1\n' });
    expect(run.stderr).toContain('Drops schema spare');
  });

  test('a command that is hidden in a second level include', async () => {
    write({
      'a.sql': 'SELECT 1;\n\\i b.sql\n',
      'b.sql': '\\ir c.sql\n',
      'c.sql': 'SELECT 2;\n\\! touch seen\n',
    });
    const run = await exec(['-XAt', '-f', 'a.sql'], '', 'prod');
    expect(run).toMatchObject({ status: 77, stdout: '' });
    expect(run.stderr).toContain('c.sql:2');
  });

  test.each([
    ['not UTF-8', Buffer.from([0x53, 0xe9])],
    ['a NUL', Buffer.from('SELECT 1;\0')],
    ['an include whose name comes at run time', Buffer.from('SELECT 1 AS f \\gset\n\\i :f\n')],
  ])('%s: nothing runs', async (_, content) => {
    writeFileSync(join(home.home, 'a.sql'), content);
    expect(await exec(['-XAt', '-f', 'a.sql'])).toMatchObject({ status: 77, stdout: '' });
  });

  test('200 migrations', async () => {
    const names = Array.from({ length: 200 }, (_, at) => `m/${at}.sql`);
    for (const [at, name] of names.entries())
      write({
        [name]: `CREATE TEMP TABLE m${at} (id int);\nINSERT INTO m${at} VALUES (1);\nDROP TABLE m${at};\n`,
      });
    const run = await exec(['-XAtq', ...names.flatMap((name) => ['-f', name]), '-c', 'SELECT 7'], '', 'prod');
    expect(run).toEqual({ status: 0, stdout: '7\n', stderr: '' });
  });
});

describe('a person is asked once', () => {
  const SCRIPT =
    "UPDATE claims SET status = 'x';\nDELETE FROM claims WHERE id > 10;\nSELECT 'the old one' AS which;\n";

  async function ask(keys: string, meanwhile = () => {}): Promise<{ status: number; screen: string }> {
    write({ 'a.sql': SCRIPT });
    const terminal = new GuardTerminal(home, [
      '--env',
      'dev',
      '--quiet',
      '--',
      'psql',
      '-XAt',
      ...targetArguments(cluster),
      '-f',
      'a.sql',
    ]);
    await terminal.see('3 statements in a.sql: 1 delete, 1 update');
    meanwhile();
    await terminal.answer(keys);
    const status = await terminal.status();
    return { status, screen: terminal.raw };
  }

  test('no: nothing ran', async () => {
    const { screen } = await ask('n');
    expect(screen).toContain('The answer was no');
    const [row] = await cluster.sql('SELECT count(*)::int AS n FROM claims', 'clinic');
    expect(row?.['n']).toBe(5000);
  });

  test('yes: everything passes, and what was read is what runs', async () => {
    const { status, screen } = await ask('y', () => write({ 'a.sql': "SELECT 'the new one' AS which;\n" }));
    expect(status).toBe(0);
    expect(screen).toContain('UPDATE 5000');
    expect(screen).toContain('the old one');
    expect(screen).not.toContain('the new one');
  });
});
