import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, test } from 'vitest';
import { openLock, withLock } from '../../src/host/lock.ts';
import { native } from '../../src/host/native.ts';
import { packageRoot } from '../../src/host/package-root.ts';
import { isAlive, startTime, statFields } from '../../src/host/process-identity.ts';
import { bundleForChild } from './bundle.ts';
import { scratchFolders } from './scratch.ts';

const scratch = scratchFolders();
let child = '';
beforeAll(() => {
  child = bundleForChild(join(packageRoot(), 'test/host/lock-child.ts'));
});

test('flock can be called on this system', () => {
  expect(native()).toBeDefined();
});

describe.each(['flock', 'file'] as const)('a %s lock', (mechanism) => {
  test('lets one process at a time in', async () => {
    const path = join(scratch(), 'lock');
    writeFileSync(`${path}.count`, '0');
    const start = () => spawn(process.execPath, [child, path, mechanism, '400'], { stdio: 'inherit' });
    const children: readonly ChildProcess[] = [start(), start(), start(), start()];
    const codes = await Promise.all(children.map((one) => once(one, 'exit')));
    expect(codes.map(([code]) => code)).toEqual([0, 0, 0, 0]);
    expect(readFileSync(`${path}.count`, 'utf8')).toBe('1600');
  });

  test('lets one thread at a time in', async () => {
    const path = join(scratch(), 'lock');
    writeFileSync(`${path}.count`, '0');
    const workers = [1, 2, 3].map(() => new Worker(child, { workerData: [path, mechanism, '200'] }));
    await Promise.all(workers.map((one) => once(one, 'exit')));
    expect(readFileSync(`${path}.count`, 'utf8')).toBe('600');
  });

  test('gives up in time, and is free again afterwards', () => {
    const path = join(scratch(), 'lock');
    const one = openLock(path, mechanism);
    const two = openLock(path, mechanism);
    expect(() => one.during(() => two.during(() => 'in', 30))).toThrow(/stayed locked/);
    expect(two.during(() => 'in')).toBe('in');
    one[Symbol.dispose]();
    two[Symbol.dispose]();
  });

  test('is let go when the work throws', () => {
    const lock = openLock(join(scratch(), 'lock'), mechanism);
    expect(() =>
      lock.during(() => {
        throw new Error('work');
      }),
    ).toThrow('work');
    expect(lock.during(() => 1, 0)).toBe(1);
    lock[Symbol.dispose]();
  });
});

describe('the lock file without flock', () => {
  const nonce = 'ab'.repeat(12);

  test('is taken over from a process that died by SIGKILL', async () => {
    const path = join(scratch(), 'lock');
    const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const pid = holder.pid ?? 0;
    writeFileSync(`${path}.owner`, `${pid} ${nonce} ${startTime(pid)}`);
    expect(() => openLock(path, 'file').during(() => 1, 20)).toThrow(/stayed locked/);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(openLock(path, 'file').during(() => 1, 1000)).toBe(1);
    expect(existsSync(`${path}.owner`)).toBe(false);
  });

  test('is taken over when another process has the pid now', () => {
    const path = join(scratch(), 'lock');
    writeFileSync(`${path}.owner`, `${process.pid} ${nonce} 1`);
    expect(openLock(path, 'file').during(() => 1, 1000)).toBe(1);
  });

  test.each(['', 'garbage', `0 ${nonce}`, `99999999999 ${nonce} 1`])(
    'stays taken when its owner can not be told (%j)',
    (content) => {
      const path = join(scratch(), 'lock');
      writeFileSync(`${path}.owner`, content);
      expect(() => openLock(path, 'file').during(() => 1, 20)).toThrow(/stayed locked/);
    },
  );
});

test('withLock opens, runs, closes', () => {
  const path = join(scratch(), 'lock');
  expect(withLock(path, () => withLock(`${path}2`, () => 7))).toBe(7);
  expect(() => withLock(path, () => withLock(path, () => 7, 10))).toThrow(/stayed locked/);
});

test('process identity', () => {
  expect(isAlive(process.pid)).toBe(true);
  expect(isAlive(0x7fff_fffe)).toBe(false);
  expect(startTime(process.pid)).not.toBe('');
  expect(startTime(0x7fff_fffe)).toBe('');
  expect(statFields('12 (a) b (c) S 1 2')).toEqual(['S', '1', '2']);
});
