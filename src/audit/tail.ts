import { createHash } from 'node:crypto';
import { closeSync, constants, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { PRIVATE_FILE_MODE } from '../host/private-file.ts';
import { GuardError } from '../model/errors.ts';
import { MAX_LINE_BYTES, NO_HASH, openLine, sha256 } from './entry-line.ts';
import { isObject } from './entry-shape.ts';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 65_536;
/** So much of an unfinished line is kept aside; the rest is only hashed. */
const MAX_KEPT_BYTES = MAX_LINE_BYTES;

/** No honest log gets here; leaves room to count on. */
const MAX_SEQUENCE = 1e15;
const MAX_LINES_BACK = 1000;

/** What the next entry continues. */
export interface Head {
  /** Bytes of the file up to here. */
  readonly size: number;
  readonly seq: number;
  /** Hash of the last line. */
  readonly hash: string;
  /** Key id in the last line's signature; undefined when the file is empty or the line is not one of ours. */
  readonly keyId: string | undefined;
}

export const EMPTY_HEAD: Head = { size: 0, seq: -1, hash: NO_HASH, keyId: undefined };

export interface Tail {
  readonly head: Head;
  /** Bytes after the last newline: a line nobody finished. */
  readonly torn: number;
}

function readAt(fd: number, start: number, end: number): Buffer {
  const bytes = Buffer.alloc(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const got = readSync(fd, bytes, filled, bytes.length - filled, start + filled);
    if (got === 0) break;
    filled += got;
  }
  return bytes.subarray(0, filled);
}

/** Offset of the last newline before `end`, or -1. */
function lastNewline(fd: number, end: number): number {
  for (let stop = end; stop > 0; stop -= CHUNK_BYTES) {
    const start = Math.max(0, stop - CHUNK_BYTES);
    const at = readAt(fd, start, stop).lastIndexOf(NEWLINE);
    if (at >= 0) return start + at;
  }
  return -1;
}

function sequenceOf(line: string): number | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    const seq = isObject(entry) ? entry['seq'] : undefined;
    return typeof seq === 'number' && Number.isSafeInteger(seq) && seq < MAX_SEQUENCE ? seq : undefined;
  } catch {
    return undefined;
  }
}

/** The last line's number; where that line is unreadable, counted on from the last readable one nearby. */
function lastSequence(lines: readonly string[]): number {
  for (let back = 1; back <= Math.min(lines.length, MAX_LINES_BACK); back++) {
    const seq = sequenceOf(lines.at(-back) ?? '');
    if (seq !== undefined) return seq + back - 1;
  }
  return lines.length - 1;
}

/** Reads the end of a log as it is on disk; must run under the lock. Throws AUDIT_UNREADABLE when the last line is too long to be one. */
export function readTail(fd: number, size: number): Tail {
  const end = lastNewline(fd, size) + 1;
  if (end === 0) return { head: EMPTY_HEAD, torn: size };
  const windowStart = Math.max(0, end - 1 - MAX_LINE_BYTES);
  const window = readAt(fd, windowStart, end - 1);
  const lineStart = window.lastIndexOf(NEWLINE) + 1;
  if (lineStart === 0 && windowStart > 0)
    throw new GuardError('AUDIT_UNREADABLE', 'the last line of the audit log is too long to be an entry', {
      hint: 'keep the file as evidence under another name; guard then begins a new one',
    });
  const line = window.subarray(lineStart);
  const seq = lastSequence(window.toString('utf8').split('\n'));
  return {
    head: { size: end, seq, hash: sha256(line), keyId: openLine(line)?.keyId },
    torn: size - end,
  };
}

/** Cuts `torn` bytes off the end of the log and keeps them in `aside`. Returns their hash. Must run under the lock. */
export function moveTornTail(fd: number, tail: Tail, aside: string): string {
  const { size } = tail.head;
  const digest = createHash('sha256');
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
  const out = openSync(aside, flags, PRIVATE_FILE_MODE);
  try {
    for (let at = 0; at < tail.torn; at += CHUNK_BYTES) {
      const chunk = readAt(fd, size + at, size + Math.min(at + CHUNK_BYTES, tail.torn));
      digest.update(chunk);
      if (at < MAX_KEPT_BYTES) writeSync(out, chunk);
    }
  } finally {
    closeSync(out);
  }
  ftruncateSync(fd, size);
  return digest.digest('hex');
}
