import { closeSync, constants, fchmodSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { maskText } from '../mask/text.ts';
import { rawText } from '../model/text.ts';

/** A fuller file is moved aside, over the one moved before: never more than two of them, in bytes. */
const MOST_BYTES = 1024 * 1024;
/** UTF-16 code units of one report. */
const LONGEST_REPORT = 16_000;
const MODE = 0o600;

/** Where `path` goes when it is full. */
export function olderDebugFile(path: string): string {
  return `${path}.1`;
}

function openForAppending(path: string): number {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, MODE);
  fchmodSync(fd, MODE);
  return fd;
}

function append(path: string, line: string): void {
  let fd = openForAppending(path);
  try {
    if (fstatSync(fd).size >= MOST_BYTES) {
      renameSync(path, olderDebugFile(path));
      closeSync(fd);
      fd = openForAppending(path);
    }
    writeSync(fd, line);
  } finally {
    closeSync(fd);
  }
}

/**
 * Adds one report of guard's own trouble, masked, to a file that only its owner reads. Never throws: a disk that is
 * full is no reason to end a session.
 */
export function writeDebug(path: string, text: string, time: Date): void {
  try {
    append(path, `${time.toISOString()} ${maskText(rawText(text.slice(0, LONGEST_REPORT)))}\n`);
  } catch {
    // What would be left to tell it to?
  }
}
