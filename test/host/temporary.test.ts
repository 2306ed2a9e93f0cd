import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../src/host/package-root.ts';
import { makeTemporaryFolder } from '../../src/host/temporary.ts';
import { bundleForChild } from './bundle.ts';
import { scratchFolders } from './scratch.ts';

const scratch = scratchFolders();
const LONG_AGO = new Date(Date.now() - 3_600_000);

let child = '';

beforeAll(() => {
  child = bundleForChild(join(packageRoot(), 'test/host/temporary-child.ts'));
});

afterAll(() => {
  rmSync(child, { force: true });
});

/** Another guard with a folder under `parent`. */
async function otherGuard(parent: string) {
  const running = spawn(process.execPath, [child, parent], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(running.stdout, 'data');
  return { running, path: String(said).trim() };
}

function age(path: string): void {
  utimesSync(path, LONG_AGO, LONG_AGO);
}

test('a folder is ours alone and gone with its owner', () => {
  const parent = scratch();
  const folder = makeTemporaryFolder(parent);
  expect(statSync(folder.path).mode & 0o777).toBe(0o700);
  writeFileSync(join(folder.path, 'passfile'), 'secret');
  folder[Symbol.dispose]();
  folder[Symbol.dispose]();
  expect(readdirSync(parent)).toEqual([]);
});

test('what a killed guard left behind goes with the next start, and a living one keeps its folder', async () => {
  const parent = scratch();
  const [killed, living] = await Promise.all([otherGuard(parent), otherGuard(parent)]);
  killed.running.kill('SIGKILL');
  await once(killed.running, 'exit');
  expect(existsSync(join(killed.path, 'passfile'))).toBe(true);
  for (const { path } of [killed, living]) age(path);
  using mine = makeTemporaryFolder(parent);
  expect(existsSync(killed.path)).toBe(false);
  expect(existsSync(join(living.path, 'passfile'))).toBe(true);
  living.running.kill('SIGKILL');
  await once(living.running, 'exit');
  expect(existsSync(mine.path)).toBe(true);
});

test('what is young, of another name or without an owner stays', async () => {
  const parent = scratch();
  const young = await otherGuard(parent);
  young.running.kill('SIGKILL');
  await once(young.running, 'exit');
  const others = ['sABCDEF', 'something'].map((name) => join(parent, name));
  for (const path of others) {
    mkdirSync(path);
    age(path);
  }
  using _mine = makeTemporaryFolder(parent);
  expect([young.path, ...others].every((path) => existsSync(path))).toBe(true);
});
