import { createRequire } from 'node:module';
import { constants } from 'node:os';

/** The C functions guard calls; absent where koffi has no build for this system. */
export interface Native {
  /** flock(2): 0, or the positive errno. */
  flock(fd: number, operation: number): number;
  /** fcntl(2) with F_SETFD: programs started from now on do not get this descriptor. 0, or the positive errno. */
  closeOnExec(fd: number): number;
  /** tcgetattr(3): how the terminal behind `fd` gives out input; undefined when it can't be asked. */
  terminalInput(fd: number): TerminalInput | undefined;
}

export interface TerminalInput {
  /** ICANON: line by line. */
  readonly byLine: boolean;
  readonly echo: boolean;
}

/** Where `c_lflag` of struct termios is, its size, and two of its bits: <termios.h> of glibc and musl, and of macOS. */
const LOCAL_FLAGS =
  process.platform === 'darwin'
    ? { at: 24, canonical: 0x100, echo: 0x8 }
    : { at: 12, canonical: 0x2, echo: 0x8 };
/** More than any system's struct termios. */
const TERMIOS_BYTES = 256;

/** <fcntl.h>; the same on Linux and macOS. */
const F_SETFD = 2;
const FD_CLOEXEC = 1;

let loaded: Native | 'absent' | undefined;

function load(): Native | 'absent' {
  try {
    const koffi: typeof import('koffi') = createRequire(import.meta.url)('koffi');
    // `null`: the symbols of the process itself, whatever its C library is called.
    const symbols = koffi.load(null);
    const flock = symbols.func('int flock(int fd, int operation)');
    const fcntl = symbols.func('int fcntl(int fd, int command, ...)');
    const tcgetattr = symbols.func('int tcgetattr(int fd, void *termios)');
    const termios = Buffer.alloc(TERMIOS_BYTES);
    const errnoOf = (result: unknown): number => (result === 0 ? 0 : koffi.errno() || constants.errno.EIO);
    return {
      flock: (fd, operation) => errnoOf(flock(fd, operation)),
      closeOnExec: (fd) => errnoOf(fcntl(fd, F_SETFD, 'int', FD_CLOEXEC)),
      terminalInput: (fd) => {
        if (tcgetattr(fd, termios) !== 0) return undefined;
        // The wide one of macOS is little-endian: its low half is where the narrow one would be.
        const flags = termios.readUInt32LE(LOCAL_FLAGS.at);
        return {
          byLine: (flags & LOCAL_FLAGS.canonical) !== 0,
          echo: (flags & LOCAL_FLAGS.echo) !== 0,
        };
      },
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
