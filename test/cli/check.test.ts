import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratchFolders } from '../host/scratch.ts';
import { runGuard } from './run-guard.ts';

const scratch = scratchFolders();

function jsonLines(text: string) {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

describe('guard check TEXT', () => {
  test.each([
    ['SELECT 1', [], 0],
    ['DROP TABLE claims', [], 75],
    ['DROP DATABASE claims', [], 77],
    ['DROP DATABASE claims', ['--env', 'dev'], 77],
    ['INSERT INTO t VALUES (1)', [], 77],
    ['INSERT INTO t VALUES (1)', ['--env', 'dev', '--actor', 'agent'], 0],
    ['echo SELECT', ['--lang', 'shell'], 0],
  ])('%s %j exits with %i', (text, options, status) => {
    expect(runGuard(scratch(), ['check', ...options, text]).status).toBe(status);
  });

  test('underlines what a finding is about, also behind wide characters', () => {
    const { stdout } = runGuard(scratch(), ['check', "SELECT '😀'; DROP TABLE claims"]);
    const lines = stdout.split('\n');
    const at = lines.findLastIndex((line) => line.includes('^'));
    expect(lines[at - 1]).toBe("    SELECT '😀'; DROP TABLE claims");
    expect(lines[at]).toBe(`                 ${'^'.repeat('DROP TABLE claims'.length)}`);
    expect(stdout).toMatch(/^approve: /);
    expect(stdout).not.toContain('\u001b');
  });

  test('writes out what would move the cursor', () => {
    const { stdout } = runGuard(scratch(), ['check', 'SELECT 1 /* \u001b[2J\u202e */']);
    expect(stdout).toContain('\\e[2J\\u{202e}');
    expect(stdout).not.toContain('\u001b');
  });

  test('--json is one object without colour; nothing is kept', () => {
    const home = scratch();
    const { stdout } = runGuard(home, ['check', '--json', 'SELECT ssn FROM patients']);
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'allow', parsed: 'complete' });
    expect(existsSync(join(home, 'state'))).toBe(false);
  });

  test('reads standard input', () => {
    const home = scratch();
    expect(runGuard(home, ['check', '-'], 'DROP DATABASE x').status).toBe(77);
    expect(runGuard(home, ['check'], 'SELECT 1').status).toBe(0);
    expect(runGuard(home, ['check', '--json'], Buffer.from([0x53, 0xff])).stdout).toContain('check.bad-text');
  });

  test('--schema: a table from DDL, also as pg_dump writes it', () => {
    const home = scratch();
    const schema = join(home, 'schema.sql');
    writeFileSync(
      schema,
      "\\restrict abc\nCREATE TABLE t (id bigint, note text);\nCOMMENT ON COLUMN t.note IS 'phi.text';\n\\unrestrict abc\n",
    );
    const answer = JSON.parse(
      runGuard(home, ['check', '--json', '--schema', schema, 'SELECT note FROM t']).stdout,
    );
    expect(answer.obligations.mask).not.toEqual([]);
    writeFileSync(schema, 'CREATE TABLE t (id bigint);\nCREATE TABEL u ();\n');
    const { status, stderr } = runGuard(home, ['check', '--schema', schema, 'SELECT 1']);
    expect(status).toBe(78);
    expect(stderr).toContain(`${schema}:2:8`);
  });

  test.each([
    [['check', '--env', 'nowhere', 'x']],
    [['check', '--lang', 'perl', 'x']],
    [['check', '--jsonl', 'x']],
  ])('%j is wrong usage', (args) => {
    const { status, stderr } = runGuard(scratch(), args);
    expect(status).toBe(64);
    expect(stderr).not.toBe('');
  });
});

describe('guard check --jsonl', () => {
  test('answers every line in order, whatever it is', () => {
    const deep = JSON.stringify({ id: 'deep', text: `SELECT ${'1+'.repeat(20_000)}1` });
    const lines = [
      '{"id":1,"text":"SELECT 1"}',
      '',
      'x',
      '{"id":2}',
      deep,
      '{"id":3,"text":"DROP DATABASE x"}',
    ];
    const { status, stdout } = runGuard(scratch(), ['check', '--jsonl'], lines.join('\n'));
    expect(status).toBe(0);
    expect(jsonLines(stdout).map(({ id, verdict, parsed }) => [id, verdict, parsed])).toEqual([
      [1, 'allow', 'complete'],
      [undefined, 'block', 'partial'],
      [undefined, 'block', 'partial'],
      [2, 'block', 'partial'],
      ['deep', 'prompt', 'beyond-limits'],
      [3, 'block', 'complete'],
    ]);
  });

  test('options fill what lines leave open', () => {
    const lines = '{"text":"DROP DATABASE x"}\n{"text":"DROP DATABASE x","env":"prod"}\n';
    const { stdout } = runGuard(scratch(), ['check', '--jsonl', '--env', 'dev'], lines);
    expect(jsonLines(stdout).map(({ verdict }) => verdict)).toEqual(['prompt', 'block']);
  });

  test('no input, no output', () => {
    expect(runGuard(scratch(), ['check', '--jsonl'])).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  test('a wrong option is told at once, without reading the input', () => {
    expect(runGuard(scratch(), ['check', '--jsonl', '--env', 'nowhere'], '{}\n')).toMatchObject({
      status: 64,
      stdout: '',
    });
  });

  test('an answer comes before the next line, and a reader that leaves is no failure', async () => {
    const guard = new URL('../../bin/guard', import.meta.url).pathname;
    const home = scratch();
    const env = { PATH: process.env['PATH'], HOME: home };
    const child = spawn(process.execPath, [guard, 'check', '--jsonl'], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.on('error', () => undefined);
    child.stdin.write('{"id":1,"text":"SELECT 1"}\n');
    const [first] = await once(child.stdout, 'data');
    expect(JSON.parse(String(first))).toMatchObject({ id: 1, verdict: 'allow' });
    child.stdout.destroy();
    const ended = once(child, 'exit');
    child.stdin.end('{"text":"SELECT 1"}\n'.repeat(20_000));
    expect(await ended).toEqual([0, null]);
  });
});
