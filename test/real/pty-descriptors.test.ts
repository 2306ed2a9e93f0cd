import { closeSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { nativePty } from '../../src/capture/native-pty.ts';
import { runChild } from '../../src/host/children.ts';

const open: number[] = [];

afterEach(() => {
  for (const fd of open.splice(0)) closeSync(fd);
});

/** What the descriptors of a child of this process lead to. */
function descriptorsOfChild(): string {
  const run = runChild('sh', ['-c', 'for fd in /proc/self/fd/*; do readlink "$fd"; done']);
  return run.stdout.toString();
}

test('a program that is started while a terminal is open gets neither end of it', () => {
  const before = descriptorsOfChild();
  const pair = nativePty().open(80, 24);
  open.push(pair.master, pair.slave);
  expect(pair.pty).toMatch(/^\/dev\/pts\/\d+$/);
  const after = descriptorsOfChild();
  expect(after).not.toContain(pair.pty);
  expect(after.match(/ptmx/g) ?? []).toEqual(before.match(/ptmx/g) ?? []);
});
