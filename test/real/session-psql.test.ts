import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import {
  descendants,
  type GuardHome,
  type GuardTerminal,
  guardBelow,
  homeFor,
  isAlive,
  openPsql,
  programBelow,
} from './guard-process.ts';
import { sleep } from './pty-harness.ts';

let cluster: Cluster;
let home: GuardHome;
let terminal: GuardTerminal | undefined;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql('CREATE DATABASE annex OWNER nina');
  await cluster.sql('ALTER SCHEMA public OWNER TO nina', 'clinic');
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  home = homeFor(cluster);
  await cluster.sql(
    `DROP SCHEMA IF EXISTS spare CASCADE; DROP TABLE IF EXISTS patients, jobs;
     CREATE SCHEMA spare AUTHORIZATION nina; CREATE TABLE spare.leaf(a int); ALTER TABLE spare.leaf OWNER TO nina;
     CREATE TABLE patients(id int PRIMARY KEY, first_name text, ssn text, state text);
     INSERT INTO patients SELECT i, 'Anna' || i, '900-22-' || lpad(i::text, 4, '0'), 'NV' FROM generate_series(1, 300) i;
     CREATE TABLE jobs(id int PRIMARY KEY, kind int);
     INSERT INTO jobs SELECT i, i % 10 FROM generate_series(1, 200) i;
     ALTER TABLE patients OWNER TO nina; ALTER TABLE jobs OWNER TO nina; ANALYZE`,
    'clinic',
  );
});
afterEach(async () => {
  await terminal?.close();
  terminal = undefined;
  home[Symbol.dispose]();
});

async function open(...guard: readonly string[]): Promise<GuardTerminal> {
  terminal = await openPsql(cluster, home, { guard });
  return terminal;
}

async function leave(psql: GuardTerminal): Promise<void> {
  psql.line('\\q');
  expect(await psql.status()).toBe(0);
}

async function count(table: string): Promise<number> {
  const [row] = await cluster.sql(`SELECT count(*)::int AS n FROM ${table}`, 'clinic');
  return Number(row?.['n']);
}

const PANEL = /y yes {2}n no/;

/** Runs a program from psql, which guard asks about. */
async function ranShell(psql: GuardTerminal, command: string, answer: string | RegExp): Promise<void> {
  await psql.ask(`\\! ${command}`, PANEL);
  await psql.answer('y');
  await psql.see(answer);
}

describe('an ordinary psql', () => {
  test('one line at the start, a person at work, rows masked', async () => {
    const psql = await open();
    expect(psql.rows()[0]).toMatch(/^guard: 127\.0\.0\.1\/clinic · dev \(PostgreSQL of this machine\)/);
    await psql.ask('SHOW guard.status;', /\(\d+ rows\)/);
    expect(psql.text()).toMatch(/actor +\| human/);
    await psql.ask('SELECT * FROM patients ORDER BY id LIMIT 2;', '(2 rows)');
    expect(psql.text()).toMatch(/1 \| \*{5} +\| \*{5} +\| NV/);
    await leave(psql);
    expect(psql.raw).not.toContain('900-22-');
  });

  test('history, several lines, a resize', async () => {
    const psql = await open('--quiet');
    await psql.ask('SELECT 40 + 2 AS "answer";', '(1 row)');
    await psql.clear();
    psql.type('\x1b[A');
    await psql.see('SELECT 40 + 2 AS "answer";');
    psql.type('\r');
    await psql.see('42');
    await psql.clear();
    psql.line('SELECT 7 * 6');
    await psql.see('clinic->');
    psql.line('  AS lines;');
    await psql.see('lines');
    await psql.see('42');
    psql.resize(70, 20);
    await ranShell(psql, 'stty size', '20 70');
    await leave(psql);
  });

  test('several statements pasted at once', async () => {
    const psql = await open('--quiet');
    await psql.clear();
    psql.paste("SELECT 'first' AS a;\nSELECT 'second'\n AS b;\n");
    psql.type('\r');
    await psql.see(/first[\s\S]*second/);
    await leave(psql);
  });

  test('Ctrl-C cancels what runs on the server', async () => {
    const psql = await open('--quiet');
    await psql.clear();
    psql.line('SELECT pg_sleep(60);');
    const running = async () =>
      Number(
        (
          await cluster.sql(
            "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND state = 'active' AND pid <> pg_backend_pid()",
          )
        )[0]?.['n'],
      );
    while ((await running()) === 0) await sleep(20);
    psql.type('\x03');
    await psql.see('canceling statement due to user request');
    expect(await running()).toBe(0);
    await psql.ask('SELECT 1 AS one;', '(1 row)');
    await leave(psql);
  });

  test('\\d stays readable, \\c leads through guard again', async () => {
    const psql = await open('--quiet');
    await psql.ask('\\d patients', '"patients_pkey" PRIMARY KEY, btree (id)');
    expect(psql.text()).toMatch(/first_name \| text/);
    await psql.ask('\\c annex', 'annex=>');
    await psql.ask('SHOW guard.status;', /target +\| 127\.0\.0\.1\/annex/);
    await leave(psql);
  });

  test('\\c to somewhere else says where that is', async () => {
    const psql = await open();
    await psql.ask('\\c annex', 'annex=>');
    expect(psql.text()).toContain('guard: 127.0.0.1/annex · dev (PostgreSQL of this machine)');
    await leave(psql);
  });

  test('FETCH_COUNT reads through a cursor, masked', async () => {
    const psql = await open('--quiet');
    await psql.ask('\\set FETCH_COUNT 10', '=>');
    await psql.ask('SELECT id, ssn FROM patients WHERE id <= 25 ORDER BY id;', '(25 rows)');
    expect(psql.text()).toMatch(/25 \| \*{5}/);
    await leave(psql);
    expect(psql.raw).not.toContain('900-22-');
  });

  test('ticket and purpose are said on the wire, and SHOW guard.why explains', async () => {
    const psql = await open('--quiet');
    await psql.ask("SET guard.ticket = 'OPS-7';", 'SET');
    await psql.ask('SHOW guard.ticket;', 'OPS-7');
    await psql.ask('SELECT ssn FROM patients WHERE id = 1;', '(1 row)');
    await psql.ask('SHOW guard.why;', /verdict +\| allow/);
    await leave(psql);
  });

  test('the session has a name, and no secret lies in command lines or environments', async () => {
    const psql = await open();
    await ranShell(psql, 'echo session=$GUARD_SESSION', /session=[0-9a-f]{16}/);
    const all = descendants(await psql.pid());
    expect(all.length).toBeGreaterThan(0);
    for (const pid of [...all, await psql.pid()]) {
      for (const file of ['cmdline', 'environ'])
        expect(readFileSync(`/proc/${pid}/${file}`, 'latin1')).not.toContain(cluster.user.password);
    }
    await leave(psql);
  });
});

describe('a question', () => {
  test.each([
    ['n', 'n'],
    ['Esc', '\x1b'],
    ['Ctrl-C', '\x03'],
  ])('%s is a no', async (_name, keys) => {
    const psql = await open('--quiet');
    await psql.ask('DELETE FROM jobs;', PANEL);
    expect(psql.text()).toContain('about 200 of 200 rows');
    await psql.answer(keys);
    await psql.see('DETAIL:  The answer was no.');
    await psql.quiet();
    expect(psql.text()).not.toMatch(PANEL);
    expect(psql.text()).toContain('ERROR:  guard refused this: Deletes every row of jobs.');
    expect(await count('jobs')).toBe(200);
    await leave(psql);
  });

  test('e and d tell more, y lets it run, and nothing of the panel is left', async () => {
    const psql = await open('--quiet');
    await psql.ask('DELETE FROM jobs;', PANEL);
    await psql.answer('e');
    await psql.see('decided by');
    psql.type('d');
    await psql.see('tables jobs');
    await psql.answer('y');
    await psql.see('DELETE 200');
    await psql.quiet();
    expect(
      psql
        .rows()
        .map((row) => row.trimEnd())
        .filter((row) => row !== ''),
    ).toEqual(['clinic=> DELETE FROM jobs;', 'DELETE 200', 'clinic=>']);
    expect(await count('jobs')).toBe(0);
    await leave(psql);
  });

  test('s allows the same shape for a while', async () => {
    const psql = await open('--quiet');
    await psql.ask('UPDATE jobs SET kind = 1;', PANEL);
    await psql.answer('s');
    await psql.see('UPDATE 200');
    await psql.ask('UPDATE jobs SET kind = 2;', 'UPDATE 200');
    await psql.ask('DELETE FROM jobs;', PANEL);
    await psql.answer('n');
    await psql.see('The answer was no');
    await leave(psql);
  });

  test('what is worst wants its name typed', async () => {
    const psql = await open('--quiet');
    await psql.ask('DROP SCHEMA spare CASCADE;', 'and Enter to go on');
    await psql.answer('y\r');
    await sleep(300);
    expect(await count('spare.leaf')).toBe(0);
    const word = /type (\S+) and Enter/.exec(psql.text())?.[1] ?? '';
    psql.type(word);
    await psql.see(`go on: ${word}`);
    psql.type('\r');
    await psql.see('DROP SCHEMA\n');
    await leave(psql);
  });

  test('a resize while asking keeps question and screen whole', async () => {
    const psql = await open('--quiet');
    await psql.ask('DELETE FROM jobs;', PANEL);
    psql.resize(72, 30);
    await psql.quiet();
    await psql.see(PANEL);
    await psql.answer('n');
    await psql.see('The answer was no');
    await ranShell(psql, 'stty size', '30 72');
    await leave(psql);
  });

  test('\\watch asks once', async () => {
    const psql = await open('--quiet');
    await psql.clear();
    psql.line('UPDATE jobs SET kind = kind + 1 \\watch 0.3');
    await psql.see(PANEL);
    await psql.answer('y');
    await psql.see(() => psql.raw.split('UPDATE 200').length > 3);
    expect(psql.raw.split('no in 4:59').length).toBeLessThanOrEqual(2);
    psql.type('\x03');
    await psql.quiet();
    await psql.clear();
    await leave(psql);
  });
});

describe('a refusal', () => {
  test('keeps the open transaction of a person', async () => {
    const psql = await open('--quiet', '--env', 'staging');
    await psql.ask('BEGIN;', 'clinic=*>');
    await psql.ask('INSERT INTO jobs VALUES (1000, 1);', 'INSERT 0 1');
    await psql.ask('DROP SCHEMA spare CASCADE;', 'guard refused this: Drops schema spare');
    await psql.ask('COMMIT;', 'COMMIT\n');
    expect(await count('jobs')).toBe(201);
    expect(await count('spare.leaf')).toBe(0);
    await leave(psql);
  });

  test('goes together with ON_ERROR_ROLLBACK', async () => {
    const psql = await open('--quiet', '--env', 'staging');
    await psql.ask('\\set ON_ERROR_ROLLBACK on', '=>');
    await psql.ask('BEGIN;', 'clinic=*>');
    await psql.ask('INSERT INTO jobs VALUES (1000, 1);', 'INSERT 0 1');
    await psql.ask('DROP SCHEMA spare CASCADE;', 'guard refused this');
    await psql.ask('SELECT nothing_here;', 'does not exist');
    await psql.ask('COMMIT;', 'COMMIT\n');
    expect(await count('jobs')).toBe(201);
    await leave(psql);
  });
});

describe('the terminal afterwards', () => {
  const AROUND = ['sh', '-c', 'stty -a > before; "$@"; echo $? > code; stty -a > after', 'sh'];
  const kept = (name: string): string => readFileSync(join(home.home, name), 'utf8');

  async function openInShell(): Promise<{ psql: GuardTerminal; guard: number }> {
    terminal = await openPsql(cluster, home, { guard: ['--quiet'], terminal: { around: AROUND } });
    return { psql: terminal, guard: guardBelow(await terminal.pid()) };
  }

  const ways: readonly (readonly [string, (psql: GuardTerminal, guard: number) => void, RegExp])[] = [
    ['an ordinary end', (psql) => psql.line('\\q'), /^0$/],
    ['SIGTERM for guard', (_psql, guard) => process.kill(guard, 'SIGTERM'), /^143$/],
    ['psql killed', (_psql, guard) => process.kill(programBelow(guard, 'psql'), 'SIGKILL'), /^137$/],
  ];
  test.each(ways)('%s leaves the line settings as they were', async (_name, end, status) => {
    const { psql, guard } = await openInShell();
    end(psql, guard);
    await psql.program.done;
    expect(kept('after')).toBe(kept('before'));
    expect(kept('code').trim()).toMatch(status);
    expect(readdirSync(join(home.folder, 'run', 'guard'))).toEqual([]);
  });

  test('SIGTERM while guard asks: the same, and nothing ran', async () => {
    const { psql, guard } = await openInShell();
    await psql.ask('DELETE FROM jobs;', PANEL);
    process.kill(guard, 'SIGTERM');
    await psql.program.done;
    expect(kept('after')).toBe(kept('before'));
    expect(await count('jobs')).toBe(200);
  });

  test.each([
    ['at the prompt', false],
    ['while guard asks', true],
  ])('a closed window %s ends guard and psql', async (_name, asking) => {
    terminal = await openPsql(cluster, home, { guard: ['--quiet'] });
    const pid = await terminal.pid();
    const client = programBelow(pid, 'psql');
    if (asking) await terminal.ask('DELETE FROM jobs;', PANEL);
    expect(await terminal.close()).toBe(129);
    expect([isAlive(pid), isAlive(client)]).toEqual([false, false]);
    expect(await count('jobs')).toBe(200);
    terminal = undefined;
  });
});
