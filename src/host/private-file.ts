import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { GuardError } from '../model/errors.ts';
import { isErrno, ownUid } from './private-folder.ts';

export const PRIVATE_FILE_MODE = 0o600;
const OTHERS = 0o077;
const ROOT = 0;
/** No private file of guard's comes near this. */
const DEFAULT_LIMIT_BYTES = 4 * 1024 * 1024;

/** Makes a rename or a new name in `folder` survive a power cut. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function writeTemporary(path: string, content: string | Uint8Array): string {
  const temporary = join(dirname(path), `.${randomBytes(9).toString('hex')}.tmp`);
  const fd = openSync(
    temporary,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    PRIVATE_FILE_MODE,
  );
  try {
    writeFileSync(fd, content);
    fsyncSync(fd);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  return temporary;
}

/** Replaces `path` as a whole: a reader sees the old or the new content, also after a power cut. Mode 0600. Throws system errors. */
export function writePrivateFile(path: string, content: string | Uint8Array): void {
  const temporary = writeTemporary(path, content);
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** Like {@link writePrivateFile}, but never replaces: false when `path` is there already (somebody was faster). */
export function createPrivateFile(path: string, content: string | Uint8Array): boolean {
  const temporary = writeTemporary(path, content);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  syncFolder(dirname(path));
  return true;
}

function openNoFollow(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if (isErrno(cause, 'ENOENT', 'ENOTDIR')) return undefined;
    throw new GuardError('KEY_UNREADABLE', `${path} can't be opened`, { cause });
  }
}

/**
 * The bytes of a secret, or undefined when there is no such file. Refuses links, files of other people (root excepted),
 * files that others can read, and more than `limit` bytes. Throws KEY_UNREADABLE.
 */
export function readPrivateFile(path: string, limit = DEFAULT_LIMIT_BYTES): Buffer | undefined {
  const fd = openNoFollow(path);
  if (fd === undefined) return undefined;
  try {
    const stats = fstatSync(fd);
    const refuse = (why: string): never => {
      throw new GuardError('KEY_UNREADABLE', `${path} is not safe to use: ${why}`, {
        hint: `make it a file of yours with mode 0600: chmod 600 ${path}`,
      });
    };
    if (!stats.isFile()) refuse('it is not a regular file');
    if (stats.uid !== ownUid() && stats.uid !== ROOT) refuse('it belongs to somebody else');
    if ((stats.mode & OTHERS) !== 0) refuse('others can read or change it');
    if (stats.size > limit) refuse(`it is larger than ${limit} bytes`);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}
