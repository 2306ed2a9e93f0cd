import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { olderDebugFile, writeDebug } from '../../src/session/debug-file.ts';
import { scratchFolders } from '../host/scratch.ts';

const scratch = scratchFolders();
const TIME = new Date('2026-11-20T10:00:00Z');
const MEBIBYTE = 1024 * 1024;

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('the debug file', () => {
  test('gets one report a line with its time, for its owner alone', () => {
    const path = join(scratch(), 'debug.log');
    writeDebug(path, 'a cancel request did not reach the server', TIME);
    writeDebug(path, 'TypeError', TIME);
    expect(readFileSync(path, 'utf8')).toBe(
      '2026-11-20T10:00:00.000Z a cancel request did not reach the server\n2026-11-20T10:00:00.000Z TypeError\n',
    );
    expect(modeOf(path)).toBe(0o600);
  });

  test('is closed to others when somebody opened it', () => {
    const path = join(scratch(), 'debug.log');
    writeFileSync(path, '');
    chmodSync(path, 0o644);
    writeDebug(path, 'x', TIME);
    expect(modeOf(path)).toBe(0o600);
  });

  test('hides what looks like somebody’s', () => {
    const path = join(scratch(), 'debug.log');
    writeDebug(path, 'could not send 078-05-1120 to nina@example.org', TIME);
    expect(readFileSync(path, 'utf8')).not.toMatch(/078-05|nina@/);
  });

  test('stays bounded: the full one is moved over the one moved before', () => {
    const path = join(scratch(), 'debug.log');
    writeFileSync(olderDebugFile(path), 'older');
    writeFileSync(path, 'x'.repeat(MEBIBYTE));
    writeDebug(path, 'new', TIME);
    expect(readFileSync(path, 'utf8')).toMatch(/ new\n$/);
    expect(statSync(olderDebugFile(path)).size).toBe(MEBIBYTE);
  });

  test('one report is bounded too', () => {
    const path = join(scratch(), 'debug.log');
    writeDebug(path, 'x'.repeat(MEBIBYTE), TIME);
    expect(statSync(path).size).toBeLessThan(20_000);
  });

  test('a link is not followed, and nothing that goes wrong ends a session', () => {
    const folder = scratch();
    const aim = join(folder, 'aim');
    symlinkSync(aim, join(folder, 'debug.log'));
    expect(() => writeDebug(join(folder, 'debug.log'), 'x', TIME)).not.toThrow();
    expect(existsSync(aim)).toBe(false);
    expect(() => writeDebug(join(folder, 'missing', 'debug.log'), 'x', TIME)).not.toThrow();
  });
});
