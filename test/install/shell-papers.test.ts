import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'shell-quote';
import { describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { CHECKOUT } from './stage.ts';

const share = (name: string) => join(CHECKOUT, 'share', name);

function run(file: string, ...args: readonly string[]) {
  return spawnSync(file, args, { encoding: 'utf8', env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' } });
}

describe('bash completion, in bash', () => {
  test.each([
    ['the commands', ['guard', ''], ['exec', 'check', 'demo', 'audit', '--policy', '--']],
    ['a part of a command', ['guard', 'ca'], ['catalog']],
    ['an option of a command', ['guard', 'check', '--js'], ['--json', '--jsonl']],
    ['below a command', ['guard', 'audit', ''], ['verify', 'log']],
    ['a fixed argument', ['guard', 'completion', 'z'], ['zsh']],
    ['nothing after --', ['guard', '--', 'psq'], []],
  ])('%s', (_, words, offered) => {
    const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _guard; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const ran = run('bash', '--norc', '-uc', script, 'bash', share('completions/guard.bash'), ...words);
    expect(ran.stderr).toBe('');
    const got = ran.stdout.split('\n').filter((word) => word !== '');
    expect(got).toEqual(expect.arrayContaining([...offered]));
    if (words.at(-1) !== '') expect(got).toEqual(offered);
  });
});

test('zsh reads its completion, and offers from it', () => {
  expect(run('zsh', '-nf', share('completions/guard.zsh'))).toMatchObject({ status: 0, stderr: '' });
  const script = `compadd() { shift; print -l -- "$@" }; compdef() { : }; source "$1"; words=(guard audit ''); CURRENT=3; _guard`;
  const ran = run('zsh', '-fc', script, 'zsh', share('completions/guard.zsh'));
  expect(ran.stdout.split('\n')).toEqual(expect.arrayContaining(['verify', 'log']));
});

test('fish: every line is one complete command with closed quotes', () => {
  const lines = readFileSync(share('completions/guard.fish'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines.length).toBeGreaterThan(20);
  for (const line of lines) {
    expect(line.match(/'/g)?.length ?? 0).toSatisfy((quotes: number) => quotes % 2 === 0);
    expect(parse(line).slice(0, 4)).toEqual(['complete', '-c', 'guard', '-n']);
  }
  const fish = ['/usr/bin/fish', '/usr/local/bin/fish'].find((path) => existsSync(path));
  if (fish !== undefined) expect(run(fish, '-n', share('completions/guard.fish')).status).toBe(0);
});

test('the man page renders without a warning and knows every command', () => {
  const page = run('groff', '-man', '-ww', '-Tascii', '-P-cbu', '-rLL=100n', share('man/guard.1'));
  expect(page.stderr).toBe('');
  const program = buildProgram(() => undefined);
  for (const command of program.commands.filter((each) => each.name() !== 'help'))
    expect(page.stdout).toContain(`guard ${command.name()}`);
  expect(page.stdout).toContain('EXIT STATUS');
  expect(page.stdout).toMatch(/guard \[options\] -- COMMAND/);
});
