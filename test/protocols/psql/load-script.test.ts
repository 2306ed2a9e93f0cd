import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadScript, type ScriptAction } from '../../../src/protocols/psql/load-script.ts';
import { scriptText } from '../../../src/protocols/psql/script-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-load-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

const file = (path: string): ScriptAction => ({ kind: 'file', path });

function load(actions: readonly ScriptAction[], variables: Readonly<Record<string, string>> = {}) {
  return loadScript(actions, { cwd: folder, home: folder, variables, singleLine: false });
}

const told = (script: ReturnType<typeof load>) =>
  script.parts.map(({ file: at, line, text, problem }) => `${at}:${line} ${problem ?? text}`);

describe('what psql would run, in order', () => {
  test('files, and what they include, with the names psql shows', () => {
    write({
      'db/a.sql': 'SELECT 1;\n\\i more/b.sql\nSELECT 4;',
      'more/b.sql': '\n\\ir sub/c.sql\nSELECT 3;\n',
      'more/sub/c.sql': 'SELECT 2;',
    });
    const script = load([file('./db/a.sql'), { kind: 'argument', text: 'SELECT 5; SELECT 6' }]);
    expect(told(script)).toEqual(
      [
        'db/a.sql:1 SELECT 1',
        'more/sub/c.sql:1 SELECT 2',
        'more/b.sql:3 SELECT 3',
        'db/a.sql:3 SELECT 4',
        '-c:1 SELECT 5; SELECT 6',
      ].map((line) => expect.stringMatching(new RegExp(`^${line.replaceAll('.', '\\.')};?$`))),
    );
    expect(script.commands).toBe(false);
    expect(script.files.map(({ name }) => name)).toEqual(['db/a.sql', '-c', 'more/b.sql', 'more/sub/c.sql']);
    expect(script.files[0]?.includes).toEqual([{ start: 10, end: 23, target: 2 }]);
  });

  test('a folder that \\cd leads to counts, one that only psql knows does not', () => {
    write({ 'a.sql': '\\cd sub\n\\i b.sql\n\\cd :where\n\\i b.sql', 'sub/b.sql': 'SELECT 1;' });
    expect(told(load([file('a.sql')]))).toEqual([
      'a.sql:1 \\cd sub',
      expect.stringMatching(/^b\.sql:1 SELECT 1;?$/),
      'a.sql:3 \\cd :where',
      'b.sql:1 its folder is known at run time only',
    ]);
  });

  test('variables from -v are in it', () => {
    write({ 'a.sql': "DELETE FROM :t WHERE id = :'id';\nSELECT :other;" });
    const { parts } = load([file('a.sql')], { t: 'claims', id: "o'x" });
    expect(parts[0]).toMatchObject({
      text: expect.stringMatching(/^DELETE FROM claims WHERE id = 'o''x';?$/),
    });
    expect(parts[0]?.doubt).toBeUndefined();
    expect(parts[1]?.doubt).toBeDefined();
  });

  test('data of COPY is no statement, but commands in it would run if the COPY failed', () => {
    write({ 'a.sql': 'COPY t FROM stdin;\n1\t\\N\n\\! id\n\\.\nSELECT 1;' });
    expect(told(load([file('a.sql')]))).toEqual([
      expect.stringMatching(/^a\.sql:1 COPY t FROM stdin;?$/),
      'a.sql:3 \\! id',
      expect.stringMatching(/^a\.sql:5 SELECT 1;?$/),
    ]);
  });

  test('a command in a second level include is seen', () => {
    write({ 'a.sql': '\\i b.sql', 'b.sql': '\\i c.sql', 'c.sql': 'SELECT 1;\n\\! id' });
    expect(told(load([file('a.sql')]))).toContain('c.sql:2 \\! id');
  });
});

describe('what can not be read is said', () => {
  const problems = (script: ReturnType<typeof load>) => script.parts.flatMap(({ problem }) => problem ?? []);

  test.each([
    ['a NUL', Buffer.from('SELECT 1;\0'), /zero byte/],
    ['Latin-1', Buffer.from([0x53, 0xe9]), /UTF-8/],
    ['a name that is decided at run time', Buffer.from('\\i :file'), /run time/],
    ['standard input', Buffer.from('\\i -'), /standard input/],
    ['a circle', Buffer.from('\\i a.sql'), /too deeply/],
  ])('%s', (_, content, expected) => {
    write({ 'a.sql': content });
    expect(problems(load([file('a.sql')]))).toEqual([expect.stringMatching(expected)]);
  });

  test('two files that include each other many times end', () => {
    write({ 'a.sql': '\\i a.sql\n'.repeat(40) });
    expect(load([file('a.sql')]).files.length).toBeLessThanOrEqual(2_001);
  });

  test('a file that is not there is psql’s to report', () => {
    write({ 'a.sql': '\\i gone.sql' });
    expect(load([file('a.sql'), file('none.sql')])).toMatchObject({
      parts: [],
      absent: ['gone.sql: there is no such file', 'none.sql: there is no such file'],
    });
  });

  test('a byte order mark and CRLF', () => {
    write({ 'a.sql': '\ufeffSELECT 1;\r\nSELECT 2;\r\n' });
    const script = load([file('a.sql')]);
    expect(script.parts.map(({ line }) => line)).toEqual([1, 2]);
    expect(script.files[0]?.content).toEqual({ kind: 'text', text: '\ufeffSELECT 1;\r\nSELECT 2;\r\n' });
  });

  test('standard input', () => {
    const script = load([{ kind: 'input', content: scriptText(Buffer.from('SELECT 1;\n\\i gone.sql\n')) }]);
    expect(script.files.map(({ name }) => name)).toEqual(['<stdin>', 'gone.sql']);
  });
});

test('200 migrations are read', () => {
  for (let at = 0; at < 200; at += 1)
    write({ [`m/${at}.sql`]: `CREATE TABLE t${at} (id int);\nINSERT INTO t${at} VALUES (1);\n` });
  const script = load(Array.from({ length: 200 }, (_, at) => file(`m/${at}.sql`)));
  expect(script.parts).toHaveLength(400);
});
