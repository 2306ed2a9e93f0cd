import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GuardError } from '../../src/model/errors.ts';
import { DISK } from '../../src/policy/files.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-files-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text = 'x', mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(GuardError);
    if (error instanceof GuardError) {
      expect(error.code).toBe('CONFIG_INVALID');
      return error.message;
    }
  }
  throw new Error('read without an error');
}

describe('reading a file', () => {
  test('gives its text, or nothing when it is not there', () => {
    expect(DISK.read(write('a.yaml', 'häuser: 1'))).toBe('häuser: 1');
    expect(DISK.read(join(folder, 'gone.yaml'))).toBeUndefined();
    expect(DISK.read(join(write('file'), 'below.yaml'))).toBeUndefined();
  });

  test('refuses what everybody may write, naming it', () => {
    const path = write('a.yaml', 'x', 0o666);
    expect(refusal(() => DISK.read(path))).toBe(`${path}: everybody may write to it`);
  });

  test('refuses what is no file, without waiting for it', () => {
    const fifo = join(folder, 'fifo.yaml');
    execFileSync('mkfifo', [fifo]);
    expect(refusal(() => DISK.read(fifo))).toBe(`${fifo}: not a file`);
    expect(refusal(() => DISK.read('/dev/null'))).toBe('/dev/null: not a file');
    expect(refusal(() => DISK.read(folder))).toBe(`${folder}: not a file`);
  });

  test('refuses what can not be opened', () => {
    const loop = join(folder, 'loop.yaml');
    symlinkSync(loop, loop);
    expect(refusal(() => DISK.read(loop))).toBe(`${loop}: can not be read (ELOOP)`);
    expect(refusal(() => DISK.isFolder(loop))).toBe(`${loop}: can not be read (ELOOP)`);
    expect(refusal(() => DISK.list(loop))).toBe(`${loop}: can not be read (ELOOP)`);
  });

  test('reads no more than a policy may have', () => {
    const path = write('big.yaml', 'x'.repeat(3_000_000));
    expect(DISK.read(path)?.length).toBe(1024 * 1024 + 1);
  });
});

describe('listing a folder', () => {
  test('gives its YAML files by name', () => {
    for (const name of ['b.yaml', 'a.yml', '.hidden.yaml', 'c.txt', 'd.yaml~']) write(name);
    expect(DISK.list(folder)).toEqual([join(folder, 'a.yml'), join(folder, 'b.yaml')]);
    expect(DISK.list(join(folder, 'gone'))).toEqual([]);
  });

  test('refuses more than anybody reads', () => {
    for (let index = 0; index <= 200; index++) write(`${index}.yaml`);
    expect(refusal(() => DISK.list(folder))).toContain('more than 200 files');
  });

  test('a folder is told from a file', () => {
    mkdirSync(join(folder, 'below'));
    expect(DISK.isFolder(join(folder, 'below'))).toBe(true);
    expect(DISK.isFolder(write('a.yaml'))).toBe(false);
    expect(DISK.isFolder(join(folder, 'gone'))).toBe(false);
  });
});
