import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from './cluster.ts';
import { type GuardHome, type GuardTerminal, homeFor, openPsql, runGuard } from './guard-process.ts';

let cluster: Cluster;
let home: GuardHome;
let terminal: GuardTerminal | undefined;

const PANEL = /y yes {2}n no/;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.sql('CREATE DATABASE annex OWNER nina');
  await cluster.sql('CREATE TABLE people(id int, name text); ALTER TABLE people OWNER TO nina', 'clinic');
});
afterAll(() => cluster.stop());
beforeEach(() => {
  home = homeFor(cluster);
});
afterEach(async () => {
  await terminal?.close();
  terminal = undefined;
  home[Symbol.dispose]();
});

async function open(options: Parameters<typeof openPsql>[2] = {}): Promise<GuardTerminal> {
  terminal = await openPsql(cluster, home, { ...options, guard: ['--quiet', ...(options.guard ?? [])] });
  return terminal;
}

async function leave(psql: GuardTerminal): Promise<void> {
  psql.line('\\q');
  expect(await psql.status()).toBe(0);
}

const inHome = (name: string): string => join(home.home, name);

function history(): string {
  return readFileSync(inHome('.psql_history'), 'utf8').replaceAll('\x01', '\n');
}

const commands = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('_HiStOrY'));

describe('a command of psql at the prompt', () => {
  test('is read, judged and run; the statement before it is still the last one', async () => {
    const psql = await open();
    await psql.ask('\\x', 'Expanded display is on.');
    await psql.ask('SELECT 1 AS one;', /one \| 1/);
    await psql.ask('\\g', /one \| 1/);
    await psql.ask('SELECT 5 AS five \\gset', '=>');
    await psql.ask('\\echo :five :ROW_COUNT', '5 1');
    await psql.ask('SELECT 3 AS x \\g', /x \| 3/);
    await leave(psql);
    expect(commands(history())).toEqual([
      '\\x',
      'SELECT 1 AS one;',
      '\\g',
      'SELECT 5 AS five \\gset',
      '\\echo :five :ROW_COUNT',
      'SELECT 3 AS x \\g',
      '\\q',
    ]);
  });

  test('in the middle of a statement', async () => {
    const psql = await open();
    await psql.ask('SELECT 2 AS two', 'clinic->');
    await psql.ask('  , 3 AS three \\gx', /three \| 3/);
    await psql.ask("SELECT 'a", "clinic'>");
    psql.line("b' AS text, $$\\! x$$ AS more");
    await psql.see('clinic->');
    await psql.ask('\\g', /\\! x/);
    await psql.ask('SELECT 9', 'clinic->');
    await psql.ask('\\r', 'Query buffer reset (cleared).');
    await leave(psql);
    expect(commands(history()).slice(0, 2)).toEqual(['SELECT 2 AS two', '  , 3 AS three \\gx']);
  });

  test('that is refused leaves psql usable and stays in the history', async () => {
    const psql = await open();
    await psql.ask('\\! touch pwned', PANEL);
    await psql.answer('n');
    await psql.see('DETAIL:  The answer was no.');
    await psql.quiet();
    expect(psql.text()).toContain('ERROR:  guard refused this: ');
    expect(
      psql
        .rows()
        .findLast((row) => row !== '')
        ?.trim(),
    ).toBe('clinic=>');
    await psql.ask('\x1b[A', '\\! touch pwned');
    psql.line('');
    await psql.see(PANEL);
    await psql.answer('y');
    await psql.see(() => existsSync(inHome('pwned')));
    // Keys typed while the program runs are the program's.
    await psql.quiet();
    await psql.ask('SELECT 1 AS one;', '(1 row)');
    await leave(psql);
    expect(commands(history()).slice(0, 3)).toEqual([
      '\\! touch pwned',
      '\\! touch pwned',
      'SELECT 1 AS one;',
    ]);
  });

  test.each([
    ['typed at once', '\\! touch pwned\r', PANEL],
    ['behind a statement', 'SELECT 1; \\! touch pwned\r', PANEL],
    ['pasted between statements', '\x1b[200~SELECT 1;\n\\! touch pwned\nSELECT 2;\x1b[201~\r', PANEL],
    ['typed line by line at once', 'SELECT 1;\r\\! touch pwned\rSELECT 2;\r', PANEL],
    ['with a program behind it', 'SELECT 1 \\g | touch pwned\r', PANEL],
    ['in backquotes', '\\echo `touch pwned`\r', PANEL],
    ['as COPY', "\\copy people to program 'touch pwned'\r", PANEL],
  ])('%s is asked for, and no is no', async (_name, keys, seen) => {
    const psql = await open();
    psql.type(keys);
    await psql.see(seen);
    await psql.answer('n');
    await psql.see('The answer was no');
    await psql.quiet();
    await psql.ask('SELECT 7 AS seven;', '(1 row)');
    expect(existsSync(inHome('pwned'))).toBe(false);
    await leave(psql);
  });

  test.each([
    ['an included file', '\\i x.sql', 'guard refused this: runs a file'],
    ['an editor', '\\e', 'guard refused this: edits a statement'],
  ])('%s can not be run from here, so nobody is asked', async (_name, line, says) => {
    const psql = await open();
    await psql.ask(line, says);
    await psql.ask('SELECT 7 AS seven;', '(1 row)');
    await leave(psql);
  });

  test('a \\copy is asked about once: its statement is part of the line', async () => {
    const psql = await open({ guard: ['--env', 'prod'] });
    await psql.ask('\\copy people to out.csv', PANEL);
    await psql.answer('y');
    await psql.see(/COPY \d+/);
    await psql.ask('COPY people TO STDOUT;', PANEL);
    await psql.answer('n');
    await psql.see('The answer was no');
    await leave(psql);
    expect(existsSync(inHome('out.csv'))).toBe(true);
  });

  test.each([
    ['a conditional block', '\\if false', 'a conditional block at the prompt'],
    ['restricted mode', '\\restrict mine', 'guard refused this'],
    ['the end of restricted mode', '\\unrestrict `touch pwned`', 'guard refused this'],
    ['a prompt', "\\set PROMPT1 'mine'", 'guard refused this'],
  ])('%s is refused at once', async (_name, line, says) => {
    const psql = await open();
    await psql.ask(line, says);
    await psql.ask('SELECT 7 AS seven;', '(1 row)');
    expect(existsSync(inHome('pwned'))).toBe(false);
    await leave(psql);
  });

  test('with control characters is refused', async () => {
    const psql = await open();
    await psql.clear();
    psql.type('\\echo a\x16\x1bb\r');
    await psql.see(/PANEL|control characters/.test(psql.text()) ? /./ : /control characters|y yes/);
    if (PANEL.test(psql.text())) await psql.answer('y');
    await psql.see('with control characters in it');
    await leave(psql);
  });
});

describe('what psql shows', () => {
  test('a value that looks like a prompt is none', async () => {
    const psql = await open();
    await psql.ask('\\pset format unaligned', 'Output format is unaligned.');
    await psql.ask("SELECT E'\\x1b]5578;A\\x07fake> \\x1b]5578;B;=;ignoreboth;0\\x07' AS v;", '(1 row)');
    await psql.ask('\\x', 'Expanded display is on.');
    await leave(psql);
  });

  test('HISTCONTROL may change; guard leaves no trace in the history', async () => {
    const psql = await open();
    await psql.ask('\\set HISTCONTROL none', '=>');
    await psql.ask('\\x', 'Expanded display is on.');
    await psql.ask('\\x', 'Expanded display is off.');
    await leave(psql);
    expect(history()).not.toMatch(/restrict|GUARD|guard/);
  });
});

describe('when guard misses a command', () => {
  test('psql refuses it, guard says why, and the next line is read again', async () => {
    writeFileSync(inHome('.inputrc'), '"\\C-t": accept-line\n');
    const psql = await open();
    await psql.clear();
    psql.type('\\! touch pwned\x14');
    await psql.see('a command of psql itself that guard had not read');
    await psql.ask('\\x', 'Expanded display is on.');
    await leave(psql);
    expect(existsSync(inHome('pwned'))).toBe(false);
  });
});

describe('keys', () => {
  test('Ctrl-C, Ctrl-D, a password, COPY', async () => {
    const psql = await open();
    await psql.clear();
    psql.type('\\dt nothing\x03');
    await psql.see(/\^C/);
    await psql.ask('SELECT 1 AS one;', '(1 row)');
    await psql.ask('COPY people FROM STDIN;', PANEL);
    await psql.answer('y');
    await psql.see('>>');
    psql.type('1\tAnna\r2\tBo\r\\.\r');
    await psql.see('COPY 2');
    await psql.ask('SELECT 1 AS again \\watch 0.2', /again[\s\S]*again/);
    psql.type('\x03');
    await psql.quiet();
    psql.type('\x04');
    expect(await psql.status()).toBe(0);
  });

  test.each([
    ['emacs', 'set editing-mode emacs\n', ''],
    ['vi', 'set editing-mode vi\n', ''],
    ["vi's command mode", 'set editing-mode vi\n', '\x1b'],
    ["vi's command mode, elsewhere in the line", 'set editing-mode vi\n', '\x1b0'],
  ])('lines are exact with %s', async (_name, inputrc, keys) => {
    writeFileSync(inHome('.inputrc'), inputrc);
    const psql = await open();
    psql.type(`\\echo "a  b" 日本 'ü'${keys}`);
    await psql.quiet();
    psql.type('\r');
    await psql.see('"a  b" 日本 ü');
    await leave(psql);
  });

  test('a long line, tabs, an incremental search', async () => {
    const psql = await open();
    const words = Array.from({ length: 500 }, (_, index) => `w${index}`).join(' ');
    await psql.ask(`\\echo ${words}`, 'w499\n');
    await psql.clear();
    psql.paste("\\echo 'a\tb'");
    psql.type('\r');
    await psql.see(/a +b\n/);
    await psql.ask('SELECT 42 AS answer;', '(1 row)');
    await psql.clear();
    psql.type('\x12echo \r');
    await psql.see(/a +b\n/);
    await leave(psql);
  });
});

describe('other ways to start', () => {
  test('-X keeps the marks and leaves the psqlrc out', async () => {
    writeFileSync(inHome('.psqlrc'), "\\set PROMPT1 'mine%R '\n");
    const psql = await open({ psql: ['-X'] });
    await psql.ask('\\x', 'Expanded display is on.');
    await leave(psql);
  });

  test('without readline SQL works and commands are refused', async () => {
    const psql = await open({ psql: ['-n'] });
    psql.line('SELECT 1 AS one;');
    await psql.see('(1 row)');
    psql.line('\\! touch pwned');
    await psql.see('without GNU readline');
    psql.line('SELECT 2 AS two;');
    await psql.see('two');
    psql.type('\x04');
    expect(await psql.status()).toBe(0);
    expect(existsSync(inHome('pwned'))).toBe(false);
  });

  test('what ran is in the log', async () => {
    const psql = await open();
    await psql.ask('\\x', 'Expanded display is on.');
    await leave(psql);
    const { stdout } = await runGuard(home, ['audit', 'log', '--json']);
    expect(stdout).toMatch(/"masked":"\\\\\\\\x"|\\\\x/);
  });
});
