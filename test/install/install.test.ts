import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asNobody, CHECKOUT, installedRelease, type Machine, machine } from './stage.ts';

const PARTS = [
  'bin/guard',
  'lib/access-guard/dist/guard.js',
  'lib/access-guard/policies/default.json',
  'share/man/man1/guard.1',
  'share/bash-completion/completions/guard',
  'share/zsh/site-functions/_guard',
  'share/fish/vendor_completions.d/guard.fish',
];

function present(prefix: string): readonly string[] {
  return PARTS.filter((part) => existsSync(join(prefix, part)));
}

function expectWorking(on: Machine, prefix: string): void {
  const guard = join(prefix, 'bin/guard');
  const { version } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8'));
  expect(on.run([guard, '--version']).stdout).toBe(`${version}\n`);
  // Starts a program, judges it, writes and signs the log: locks, grammar and policy are all there.
  expect(on.run([guard, 'exec', '--quiet', '--', 'sh', '-c', 'exit 0']).stderr).toMatch(/guard/);
  expect(on.run([guard, 'audit', 'verify']).stdout).toMatch(/^OK: /);
}

test('from a checkout into a prefix: everything runs, and uninstalling leaves only the log', () => {
  using on = machine();
  const prefix = join(on.folder, 'opt');
  const first = on.install(CHECKOUT, '--prefix', prefix);
  expect(first).toMatchObject({ status: 0, stderr: '' });
  expect(first.stdout).toContain(`Add ${prefix}/bin to your PATH.`);
  expect(present(prefix)).toEqual(PARTS);
  expectWorking(on, prefix);
  // Once more over itself: an update.
  expect(on.install(CHECKOUT, '--prefix', prefix).status).toBe(0);
  expect(readdirSync(join(prefix, 'lib'))).toEqual(['access-guard']);
  const gone = on.install(CHECKOUT, '--prefix', prefix, '--uninstall');
  expect(gone.stdout).toContain(`stay in ${on.state}`);
  expect(present(prefix)).toEqual([]);
  expect(existsSync(join(on.state, 'keys'))).toBe(true);
  on.install(CHECKOUT, '--prefix', prefix, '--uninstall', '--purge');
  expect(existsSync(on.state)).toBe(false);
});

test('from a release that npm installed, by somebody who is not root, for himself alone', () => {
  using on = machine(asNobody);
  const release = installedRelease(on.folder);
  expect(on.install(release, '--user')).toMatchObject({ status: 0, stderr: '' });
  const prefix = join(on.home, '.local');
  expect(present(prefix)).toEqual(PARTS);
  expectWorking(on, prefix);
  expect(on.install(release, '--user', '--uninstall').status).toBe(0);
  expect(present(prefix)).toEqual([]);
});

test('what is installed for all is readable by all and writable by none of them', () => {
  using on = machine();
  const prefix = join(on.folder, 'opt');
  on.run(['sh', '-c', `umask 077; exec sh ${CHECKOUT}/install.sh --prefix ${prefix}`]);
  const all = readdirSync(prefix, { recursive: true, encoding: 'utf8' }).map((name) => join(prefix, name));
  expect(all.length).toBeGreaterThan(50);
  for (const path of [prefix, ...all]) {
    const mode = statSync(path).mode;
    expect({ path, mode: (mode & 0o004) !== 0 && (mode & 0o022) === 0 }).toEqual({ path, mode: true });
  }
});

test('--dry-run says what it would do and does nothing', () => {
  using on = machine();
  const prefix = join(on.folder, 'opt');
  const { status, stdout } = on.install(CHECKOUT, '--prefix', prefix, '--dry-run');
  expect(status).toBe(0);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .every((line) => line.startsWith('would run: ')),
  ).toBe(true);
  expect(existsSync(prefix)).toBe(false);
  on.install(CHECKOUT, '--prefix', prefix);
  expect(on.install(CHECKOUT, '--prefix', prefix, '--uninstall', '--dry-run').stdout).toContain(
    `rm -rf ${prefix}/lib`,
  );
  expect(present(prefix)).toEqual(PARTS);
});

test("somebody else's program of that name is left alone", () => {
  using on = machine();
  const prefix = join(on.folder, 'opt');
  mkdirSync(join(prefix, 'bin'), { recursive: true });
  writeFileSync(join(prefix, 'bin/guard'), 'another');
  const refused = on.install(CHECKOUT, '--prefix', prefix);
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('nothing was changed');
  expect(readdirSync(prefix)).toEqual(['bin']);
  on.install(CHECKOUT, '--prefix', prefix, '--uninstall');
  expect(readFileSync(join(prefix, 'bin/guard'), 'utf8')).toBe('another');
});

test('through a symlink to the symlink, from another folder', () => {
  using on = machine();
  const prefix = join(on.folder, 'opt');
  on.install(CHECKOUT, '--prefix', prefix);
  symlinkSync(join(prefix, 'bin/guard'), join(on.folder, 'g'));
  expect(on.run([join(on.folder, 'g'), 'completion', 'bash'], on.home).stdout).toContain(
    'complete -o default',
  );
});

test.each([
  ['a folder that is not ours', ['--prefix', '/proc/guard'], 1, 'run this as root, or with --user'],
  ['a relative prefix', ['--prefix', 'here'], 64, 'absolute'],
  ['--prefix alone', ['--prefix'], 64, 'needs a folder'],
  ['--purge alone', ['--purge'], 64, '--uninstall'],
  ['an unknown option', ['--force'], 64, 'unknown option: --force'],
])('%s is refused in a sentence', (_, args, status, says) => {
  using on = machine(asNobody);
  const refused = on.install(CHECKOUT, ...args);
  expect(refused.status).toBe(status);
  expect(refused.stderr).toContain(says);
});

test('without a build or an old Node it says what to do', () => {
  using on = machine();
  const copy = join(on.folder, 'copy');
  mkdirSync(copy);
  writeFileSync(join(copy, 'install.sh'), readFileSync(join(CHECKOUT, 'install.sh')));
  expect(on.install(copy, '--user').stderr).toContain('npm run ready');
  const old = join(on.folder, 'old');
  mkdirSync(old);
  writeFileSync(join(old, 'node'), '#!/bin/sh\n[ "$1" = --version ] && echo v18.1.0\nexit 1\n', {
    mode: 0o755,
  });
  const refused = on.run(['sh', '-c', `PATH=${old}:$PATH exec sh ${CHECKOUT}/install.sh --user`]);
  expect(refused).toMatchObject({
    status: 1,
    stderr: 'install: Node.js 20.19 or newer is needed; this is v18.1.0\n',
  });
});
