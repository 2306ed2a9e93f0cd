import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { PRIVATE_FILE_MODE } from '../host/private-file.ts';

/**
 * How far the log had come, beside the log: "number hash". Never trusted for what the log says, only used to notice that
 * entries are missing at its end. Whoever can change the log can change this file, too (level L0).
 */
const NOTE = /^(\d{1,16}) ([0-9a-f]{64})\n$/;
const NUMBER_CHARS = 16;
const NOTE_BYTES = NUMBER_CHARS + 1 + 64 + 1;
const NAME = 'head';

export interface HeadNote {
  readonly seq: number;
  readonly hash: string;
}

export function headNotePath(folder: string): string {
  return `${folder}/${NAME}`;
}

function readNote(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.alloc(NOTE_BYTES + 1);
    return fstatSync(fd).isFile() ? bytes.toString('latin1', 0, readSync(fd, bytes)) : '';
  } finally {
    closeSync(fd);
  }
}

/** Undefined when there is none or it can't be read. */
export function readHeadNote(folder: string): HeadNote | undefined {
  try {
    const [, seq, hash = ''] = NOTE.exec(readNote(headNotePath(folder))) ?? [];
    return seq === undefined || !Number.isSafeInteger(Number(seq)) ? undefined : { seq: Number(seq), hash };
  } catch {
    return undefined;
  }
}

/**
 * Keeps the note in place, always the same length and never synced. It is an extra: a note that can't be written is no
 * failure of the log.
 */
export interface HeadNoteFile extends Disposable {
  write(note: HeadNote): void;
}

function openQuietly(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, PRIVATE_FILE_MODE);
  } catch {
    return undefined;
  }
}

export function openHeadNote(folder: string): HeadNoteFile {
  const fd = openQuietly(headNotePath(folder));
  return {
    write({ seq, hash }) {
      if (fd === undefined) return;
      try {
        writeSync(fd, `${String(seq).padStart(NUMBER_CHARS, '0')} ${hash}\n`, 0, 'latin1');
      } catch {
        // A full disk: the log itself says so.
      }
    },
    [Symbol.dispose]() {
      if (fd !== undefined) closeSync(fd);
    },
  };
}
