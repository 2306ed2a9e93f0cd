import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { verifyJournal } from '../../src/audit/verify.ts';
import { packageRoot } from '../../src/host/package-root.ts';
import { bundleForChild } from '../host/bundle.ts';
import { scratchFolders } from '../host/scratch.ts';
import { decision, desk, read, writeLog } from './samples.ts';

/** Says when every write of entries (not of the zeros of a reserve) meets a full disk. */
let fullWhile = (): boolean => false;

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const writeSync = (fd: number, bytes: Buffer, ...where: [number, number, number | null]): number => {
    const isReserve = Buffer.isBuffer(bytes) && bytes.length >= 1024 * 1024;
    if (Buffer.isBuffer(bytes) && (fullWhile() || (isReserve && spent)))
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    if (isReserve) spent = true;
    return fs.writeSync(fd, bytes, ...where);
  };
  return { ...fs, writeSync };
});

/** A spent reserve can't be filled again. */
let spent = false;

const unwritable = expect.objectContaining({ code: 'AUDIT_UNWRITABLE' });
const scratch = scratchFolders();
let child = '';
beforeAll(() => {
  child = bundleForChild(join(packageRoot(), 'test/audit/full-disk-child.ts'));
});

/** A file system of 3 MB, where this machine lets us have one. */
function mountSmallDisk(): string | undefined {
  const path = mkdtempSync(join(tmpdir(), 'guard-test-'));
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=0700', 'guard-test', path]);
  if (made.status === 0) return path;
  rmdirSync(path);
  return undefined;
}

const disk = mountSmallDisk();
afterAll(() => {
  if (disk === undefined) return;
  spawnSync('umount', [disk]);
  rmdirSync(disk);
});

function run(command: string, args: readonly string[]): Record<string, unknown> {
  const ran = spawnSync(command, args, { encoding: 'utf8' });
  expect(ran.stderr).toBe('');
  return JSON.parse(ran.stdout);
}

test('a file that may not grow stops what must be recorded, and the log stays whole', () => {
  const state = scratch();
  const place = desk(state);
  const outcome = run('bash', [
    '-c',
    'ulimit -f 1200; exec "$0" "$@"',
    process.execPath,
    child,
    state,
    '1000',
  ]);
  expect(outcome).toMatchObject({ last: 'AUDIT_UNWRITABLE full', again: 'AUDIT_UNWRITABLE full' });
  expect(Number(outcome['allowed'])).toBeGreaterThan(50);
  expect(readFileSync(place.file, 'utf8').endsWith('\n')).toBe(true);
  expect(verifyJournal(place.folder).problems).toEqual([]);
  writeLog(place, (journal) => journal.append(decision('block'), 'durable'));
  expect(verifyJournal(place.folder).problems).toEqual([]);
});

test('the last space is for refusals', () => {
  spent = false;
  const place = desk(scratch());
  const reserve = join(place.folder, 'reserve');
  const journal = place.open();
  journal.append(decision('allow'), 'durable');
  // From here on the disk has no more room than the reserve.
  fullWhile = () => existsSync(reserve);
  expect(() => journal.append(decision('allow'), 'durable')).toThrow(unwritable);
  expect(existsSync(reserve)).toBe(true);
  expect(journal.append(decision('block'), 'durable')).toMatchObject({ seq: 2 });
  expect(existsSync(reserve)).toBe(false);
  expect(() => journal.append(decision('allow'), 'durable')).toThrow(/reserve/);
  expect(() => journal.noteRead(read())).toThrow(unwritable);
  expect(journal.append(decision('block'), 'durable')).toMatchObject({ seq: 3 });
  fullWhile = () => false;
  journal[Symbol.dispose]();
  expect(verifyJournal(place.folder).problems).toEqual([]);
});

// Only where a disk can be had; the test above tells the same with a disk that is said to be full.
if (disk !== undefined)
  test('a full disk stops what must be recorded, but its refusal is still written', () => {
    const place = desk(disk);
    const outcome = run(process.execPath, [child, disk, '1000']);
    expect(outcome).toMatchObject({
      last: 'AUDIT_UNWRITABLE full',
      refusal: 'written',
      again: 'AUDIT_UNWRITABLE',
    });
    expect(Number(outcome['allowed'])).toBeGreaterThan(50);
    expect(verifyJournal(place.folder).problems).toEqual([]);
    expect(readFileSync(place.file, 'utf8').match(/"verdict":"block"/g)).toHaveLength(1);
  });
