import { closeSync, constants, mkdtempSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeFolder } from './folders.ts';
import { native } from './native.ts';

/** A folder that only we can enter; disposing removes it with everything in it. */
export interface TemporaryFolder extends Disposable {
  readonly path: string;
}

const PREFIX = 's';
/** mkdtemp(3) adds six characters. */
const NAME = /^s[A-Za-z0-9]{6}$/;
/** The kernel lets go of the lock on this file when its owner ends, whatever ended it. */
const OWNER_FILE = 'owner';
/** flock(2); the same on Linux and macOS. */
const LOCK_EXCLUSIVE_NOW = 2 | 4;
/** A younger folder may not be locked yet, in milliseconds. */
const YOUNGEST_LEFTOVER_MS = 60_000;
/** Folders that are looked at. */
const MOST_LOOKED_AT = 200;

/** Paths with the descriptors that hold their locks. */
const alive = new Map<string, number | undefined>();

function remove(path: string): void {
  const owner = alive.get(path);
  alive.delete(path);
  rmSync(path, { recursive: true, force: true });
  if (owner !== undefined) closeSync(owner);
}

function removeAll(): void {
  for (const path of [...alive.keys()]) remove(path);
}

/** Undefined where there are no such locks: then the folder has no such file either, and nobody takes it for a leftover. */
function lockOwner(path: string): number | undefined {
  const flock = native()?.flock;
  if (flock === undefined) return undefined;
  const file = join(path, OWNER_FILE);
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const fd = openSync(file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  if (flock(fd, LOCK_EXCLUSIVE_NOW) === 0) return fd;
  closeSync(fd);
  rmSync(file);
  return undefined;
}

/** True when the owner had a lock and has it no more. */
function isLeft(path: string, flock: (fd: number, operation: number) => number): boolean {
  try {
    if (Date.now() - statSync(path).mtimeMs < YOUNGEST_LEFTOVER_MS) return false;
    const fd = openSync(join(path, OWNER_FILE), constants.O_RDWR | constants.O_NOFOLLOW);
    try {
      return flock(fd, LOCK_EXCLUSIVE_NOW) === 0;
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}

/** Password files of a guard that was killed must not lie about for ever. */
function sweep(parent: string): void {
  const flock = native()?.flock;
  if (flock === undefined) return;
  const names = readdirSync(parent).filter((name) => NAME.test(name));
  for (const name of names.slice(0, MOST_LOOKED_AT)) {
    const path = join(parent, name);
    if (!alive.has(path) && isLeft(path, flock)) rmSync(path, { recursive: true, force: true });
  }
}

/**
 * A new 0700 folder under `parent` (default: guard's runtime folder). Removed by dispose, at the latest when the process
 * or the worker exits; what a SIGKILL leaves behind the next one removes. Short on purpose: a socket path in it must stay
 * below 90 bytes.
 */
export function makeTemporaryFolder(parent: string = runtimeFolder()): TemporaryFolder {
  if (alive.size === 0) process.once('exit', removeAll);
  sweep(parent);
  const path = mkdtempSync(join(parent, PREFIX));
  alive.set(path, lockOwner(path));
  return { path, [Symbol.dispose]: () => remove(path) };
}
