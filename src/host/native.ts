import { createRequire } from 'node:module';
import { constants } from 'node:os';

/** The C functions guard calls; absent where koffi has no build for this system. */
export interface Native {
  /** flock(2): 0, or the positive errno. */
  flock(fd: number, operation: number): number;
}

let loaded: Native | 'absent' | undefined;

function load(): Native | 'absent' {
  try {
    const koffi: typeof import('koffi') = createRequire(import.meta.url)('koffi');
    // `null`: the symbols of the process itself, whatever its C library is called.
    const flock = koffi.load(null).func('int flock(int fd, int operation)');
    return {
      flock: (fd, operation) => (flock(fd, operation) === 0 ? 0 : koffi.errno() || constants.errno.EIO),
    };
  } catch {
    return 'absent';
  }
}

/** Loads koffi at the first call (a fraction of a millisecond); undefined when it can't be loaded here (musl, an unusual CPU). */
export function native(): Native | undefined {
  loaded ??= load();
  return loaded === 'absent' ? undefined : loaded;
}
