import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createPrivateFile, readPrivateFile, writePrivateFile } from '../../src/host/private-file.ts';
import { scratchFolders } from './scratch.ts';

const scratch = scratchFolders();

describe('private files', () => {
  test('are written 0600, replaced as a whole, and leave no temporary file', () => {
    const folder = scratch();
    const path = join(folder, 'secret');
    writePrivateFile(path, 'one');
    writePrivateFile(path, new Uint8Array([0, 255]));
    expect(readFileSync(path)).toEqual(Buffer.from([0, 255]));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['secret']);
  });

  test('a failed write leaves nothing behind', () => {
    const folder = scratch();
    mkdirSync(join(folder, 'taken/by-folder'), { recursive: true });
    expect(() => writePrivateFile(join(folder, 'taken'), 'x')).toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  test('create never replaces', () => {
    const folder = scratch();
    const path = join(folder, 'key');
    expect(createPrivateFile(path, 'first')).toBe(true);
    expect(createPrivateFile(path, 'second')).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('first');
    expect(readdirSync(folder)).toEqual(['key']);
  });

  test('reading gives the bytes, or undefined when there is none', () => {
    const path = join(scratch(), 'key');
    expect(readPrivateFile(path)).toBeUndefined();
    writePrivateFile(path, 'abc');
    expect(readPrivateFile(path)?.toString()).toBe('abc');
    expect(() => readPrivateFile(path, 2)).toThrow(/larger than 2 bytes/);
  });

  test.each([0o640, 0o604, 0o660, 0o620])('mode %o is refused', (mode) => {
    const path = join(scratch(), 'key');
    writePrivateFile(path, 'abc');
    chmodSync(path, mode);
    expect(() => readPrivateFile(path)).toThrow(expect.objectContaining({ code: 'KEY_UNREADABLE' }));
  });

  test('a link and a folder are refused', () => {
    const folder = scratch();
    writePrivateFile(join(folder, 'real'), 'abc');
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    expect(() => readPrivateFile(join(folder, 'link'))).toThrow(/can't be opened/);
    expect(() => readPrivateFile(folder)).toThrow(/not a regular file/);
  });
});
