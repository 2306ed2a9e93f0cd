import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { GuardError } from '../model/errors.ts';

/** How policy and settings files are read; tests put another one in its place. */
export interface FileReader {
  /** The text of a file, `undefined` when there is none. Throws CONFIG_INVALID when it can't be read or trusted. */
  read(path: string): string | undefined;
  /** Paths of the YAML files in a folder, by name; none when there is no such folder. Throws CONFIG_INVALID. */
  list(folder: string): readonly string[];
  /** True for an existing folder. Throws CONFIG_INVALID where that can't be told. */
  isFolder(path: string): boolean;
}

/** More than any file of ours may be; the loader says so with the file's name. */
const MAX_BYTES = 1024 * 1024 + 1;
const MAX_FILES = 200;
const OTHERS_MAY_WRITE = 0o002;

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errorCode(error));
}

function unreadable(path: string, why: string, cause?: unknown): GuardError {
  const hint = 'guard does not go on without a policy or settings file that is there but can not be read.';
  return new GuardError('CONFIG_INVALID', `${path}: ${why}`, { cause, hint });
}

/** Whoever can write a file decides what it says: that may be root and we ourselves, nobody else. */
function checkTrust(path: string, stats: Stats): void {
  if (!stats.isFile()) throw unreadable(path, 'not a file');
  const own = process.getuid?.();
  if (own !== undefined && stats.uid !== 0 && stats.uid !== own)
    throw unreadable(path, 'belongs to another user');
  if ((stats.mode & OTHERS_MAY_WRITE) !== 0) throw unreadable(path, 'everybody may write to it');
}

function readAll(descriptor: number): string {
  const bytes = Buffer.alloc(MAX_BYTES);
  let length = 0;
  while (length < MAX_BYTES) {
    const read = readSync(descriptor, bytes, length, MAX_BYTES - length, null);
    if (read === 0) break;
    length += read;
  }
  return bytes.toString('utf8', 0, length);
}

function readFile(path: string): string | undefined {
  let descriptor: number;
  try {
    // Without O_NONBLOCK a FIFO in this place would hold guard up for ever.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw unreadable(path, `can not be read (${errorCode(cause)})`, cause);
  }
  try {
    checkTrust(path, fstatSync(descriptor));
    return readAll(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function listFolder(folder: string): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw unreadable(folder, `can not be read (${errorCode(cause)})`, cause);
  }
  const files = names.filter((name) => !name.startsWith('.') && /\.ya?ml$/.test(name)).toSorted();
  if (files.length > MAX_FILES) throw unreadable(folder, `more than ${MAX_FILES} files`);
  return files.map((name) => join(folder, name));
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    if (isMissing(cause)) return false;
    throw unreadable(path, `can not be read (${errorCode(cause)})`, cause);
  }
}

/** The real file system. */
export const DISK: FileReader = { read: readFile, list: listFolder, isFolder };
