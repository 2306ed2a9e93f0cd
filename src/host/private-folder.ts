import { chmodSync, lstatSync, mkdirSync, type Stats, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { GuardError } from '../model/errors.ts';

export const PRIVATE_FOLDER_MODE = 0o700;
const OTHERS = 0o077;
const PERMISSIONS = 0o777;

/** Our effective user id; guard runs on systems that have one. */
export function ownUid(): number {
  return process.geteuid?.() ?? userInfo().uid;
}

function refuse(path: string, why: string, cause?: unknown): never {
  throw new GuardError('CONFIG_INVALID', `guard can't use the folder ${path}: ${why}`, {
    cause,
    hint: 'it must be a folder that belongs to you and that nobody else can enter (mode 0700)',
  });
}

function inspect(path: string, followLinks: boolean): Stats {
  try {
    return followLinks ? statSync(path) : lstatSync(path);
  } catch (cause) {
    return refuse(path, 'it can not be read', cause);
  }
}

/**
 * Makes `path` (and what is missing above it) a folder that only we can enter. `strict` is for shared parents like
 * /tmp: no symbolic link, and an existing folder must already be 0700, because what lies in it could be planted.
 * Throws CONFIG_INVALID.
 */
export function ensurePrivateFolder(path: string, mode: 'usual' | 'strict' = 'usual'): string {
  try {
    mkdirSync(path, { recursive: mode === 'usual', mode: PRIVATE_FOLDER_MODE });
  } catch (cause) {
    if (!isErrno(cause, 'EEXIST')) refuse(path, 'it can not be made', cause);
  }
  const stats = inspect(path, mode === 'usual');
  if (!stats.isDirectory()) refuse(path, 'it is not a folder');
  if (stats.uid !== ownUid()) refuse(path, 'it belongs to somebody else');
  if ((stats.mode & OTHERS) !== 0 && mode === 'strict') refuse(path, 'others can enter it');
  if ((stats.mode & PERMISSIONS) !== PRIVATE_FOLDER_MODE) chmodSync(path, PRIVATE_FOLDER_MODE);
  return path;
}

/** True when `path` is a folder (no link) of ours that nobody else can enter. */
export function isPrivateFolder(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === ownUid() && (stats.mode & OTHERS) === 0;
}

/** True when `error` is a system error with this code (`ENOENT`, `EEXIST`…). */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
