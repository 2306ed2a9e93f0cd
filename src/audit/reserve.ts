import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { PRIVATE_FILE_MODE } from '../host/private-file.ts';

const RESERVE_BYTES = 1024 * 1024;
const RETRY_MS = 1000;

/** Disk space put by, so that a refusal can still be written when the disk is full. */
export interface Reserve {
  /** True when the space is set aside (tries to, at most once a second). */
  held(): boolean;
  /** Gives the space back to the file system; false when there was none. */
  spend(): boolean;
}

/** Real zeros: a sparse file would hold nothing. */
function fill(path: string): boolean {
  try {
    const fd = openSync(path, 'w', PRIVATE_FILE_MODE);
    try {
      const done = writeSync(fd, Buffer.alloc(RESERVE_BYTES), 0, RESERVE_BYTES, 0) === RESERVE_BYTES;
      if (done) fsyncSync(fd);
      if (done) return true;
    } finally {
      closeSync(fd);
    }
  } catch {
    // Falls through: a reserve that can't be made is no reserve.
  }
  rmSync(path, { force: true });
  return false;
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === RESERVE_BYTES;
}

export function openReserve(path: string): Reserve {
  let triedAt = Number.NEGATIVE_INFINITY;
  return {
    held() {
      if (isThere(path)) return true;
      if (performance.now() - triedAt < RETRY_MS) return false;
      triedAt = performance.now();
      return fill(path);
    },
    spend() {
      if (!isThere(path)) return false;
      rmSync(path, { force: true });
      triedAt = performance.now();
      return true;
    },
  };
}
