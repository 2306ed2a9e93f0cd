import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { PRIVATE_FILE_MODE } from './private-file.ts';
import { isErrno } from './private-folder.ts';
import { isAlive, startTime } from './process-identity.ts';

/**
 * The lock for systems where flock(2) can't be called: a file that only one process can create, with its pid and start
 * time inside. A lock whose owner is dead is taken over by whoever creates the marker named after the dead owner's nonce,
 * so that two processes never take over the same lock. Should that one die in between, the lock stays taken (fails closed).
 */
const EXCLUSIVE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const NONCE_BYTES = 12;
/** `pid start-time nonce`; a start time holds spaces on macOS, so the nonce comes second. */
const OWNER = /^(\d{1,10}) ([0-9a-f]{24}) (.{0,64})$/;

let ownStart: string | undefined;

function createExclusive(path: string, content: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, EXCLUSIVE, PRIVATE_FILE_MODE);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
  try {
    writeFileSync(fd, content);
  } finally {
    closeSync(fd);
  }
  return true;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return '';
    throw error;
  }
}

/** The nonce of an owner that is gone; undefined while he lives or can't be told. */
function deadOwner(content: string): string | undefined {
  const [, pid = '', nonce, start = ''] = OWNER.exec(content) ?? [];
  if (nonce === undefined) return undefined;
  if (!isAlive(Number(pid))) return nonce;
  return start !== '' && startTime(Number(pid)) !== start ? nonce : undefined;
}

function clearDead(path: string): void {
  const content = read(path);
  const nonce = deadOwner(content);
  if (nonce === undefined) return;
  const marker = `${path}.${nonce}`;
  if (!createExclusive(marker, '')) return;
  // Only the marker's creator may remove this owner's file, and it is still his: nobody else can have replaced it.
  if (read(path) === content) rmSync(path, { force: true });
  rmSync(marker, { force: true });
}

/** One attempt; true when the lock is ours. Undo with {@link releaseLockFile}. */
export function tryLockFile(path: string): boolean {
  ownStart ??= startTime(process.pid);
  const content = `${process.pid} ${randomBytes(NONCE_BYTES).toString('hex')} ${ownStart}`;
  if (createExclusive(path, content)) return true;
  clearDead(path);
  return false;
}

export function releaseLockFile(path: string): void {
  rmSync(path, { force: true });
}
