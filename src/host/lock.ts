import { closeSync, constants, openSync } from 'node:fs';
import { constants as systemConstants } from 'node:os';
import { GuardError } from '../model/errors.ts';
import { releaseLockFile, tryLockFile } from './lock-file.ts';
import { native } from './native.ts';
import { PRIVATE_FILE_MODE } from './private-file.ts';

/** flock(2) on Linux and macOS. */
const LOCK_EXCLUSIVE = 2;
const LOCK_NO_WAIT = 4;
const LOCK_RELEASE = 8;

const DEFAULT_TIMEOUT_MS = 10_000;
/** Sleeps between attempts: short first (a holder needs some 10 µs), then backing off. */
const FIRST_SLEEP_MS = 0.05;
const LONGEST_SLEEP_MS = 5;
const BACKOFF = 1.6;

const sleepCell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

function sleep(milliseconds: number): void {
  Atomics.wait(sleepCell, 0, 0, milliseconds);
}

/** An exclusive lock between processes and between threads. Not reentrant. The system lets go of it when its holder dies. */
export interface Lock extends Disposable {
  /** Runs `work` while holding the lock. Throws INTERNAL when it can't be had in time. */
  during<T>(work: () => T, timeoutMs?: number): T;
}

interface Mechanism {
  attempt(): boolean;
  release(): void;
  close(): void;
}

function flockMechanism(path: string, flock: (fd: number, operation: number) => number): Mechanism {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  const fd = openSync(path, flags, PRIVATE_FILE_MODE);
  const busy: readonly number[] = [
    systemConstants.errno.EWOULDBLOCK,
    systemConstants.errno.EAGAIN,
    systemConstants.errno.EINTR,
  ];
  return {
    attempt: () => {
      const errno = flock(fd, LOCK_EXCLUSIVE + LOCK_NO_WAIT);
      if (errno !== 0 && !busy.includes(errno))
        throw new GuardError('INTERNAL', `${path} can't be locked (errno ${errno})`);
      return errno === 0;
    },
    release: () => void flock(fd, LOCK_RELEASE),
    close: () => closeSync(fd),
  };
}

function fileMechanism(path: string): Mechanism {
  // Another name than flock's: a file left by a run with flock must not look like a taken lock.
  const taken = `${path}.owner`;
  return {
    attempt: () => tryLockFile(taken),
    release: () => releaseLockFile(taken),
    close: () => {},
  };
}

function waitFor(mechanism: Mechanism, path: string, timeoutMs: number): void {
  const deadline = performance.now() + timeoutMs;
  let pause = FIRST_SLEEP_MS;
  while (!mechanism.attempt()) {
    if (performance.now() >= deadline)
      throw new GuardError('INTERNAL', `${path} stayed locked for ${timeoutMs} ms`, {
        hint: 'another guard holds it: wait for it, or end it if it hangs',
      });
    sleep(pause * (0.5 + Math.random()));
    pause = Math.min(pause * BACKOFF, LONGEST_SLEEP_MS);
  }
}

/**
 * Opens the lock that `path` stands for (an empty file, never removed): flock(2), or where that can't be called a file
 * with its owner's pid. All processes of one installation choose the same. Throws system errors.
 */
export function openLock(path: string, mechanism: 'flock' | 'file' | 'best' = 'best'): Lock {
  const flock = mechanism === 'file' ? undefined : native()?.flock;
  if (flock === undefined && mechanism === 'flock')
    throw new GuardError('INTERNAL', "flock(2) can't be called here");
  const held = flock === undefined ? fileMechanism(path) : flockMechanism(path, flock);
  return {
    during(work, timeoutMs = DEFAULT_TIMEOUT_MS) {
      waitFor(held, path, timeoutMs);
      try {
        return work();
      } finally {
        held.release();
      }
    },
    [Symbol.dispose]: () => held.close(),
  };
}

/** Runs `work` under the lock of `path` and closes it again: for what happens seldom. Throws INTERNAL when it can't be had in time. */
export function withLock<T>(path: string, work: () => T, timeoutMs: number = DEFAULT_TIMEOUT_MS): T {
  const lock = openLock(path);
  try {
    return lock.during(work, timeoutMs);
  } finally {
    lock[Symbol.dispose]();
  }
}
