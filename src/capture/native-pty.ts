import { createRequire } from 'node:module';
import { native } from '../host/native.ts';
import { GuardError } from '../model/errors.ts';

/** The part of node-pty's addon that guard uses; `spawn()` of that package loses output at the end, so it is not. */
export interface NativePty {
  /** openpty(3), both descriptors with close-on-exec where koffi can set it. `pty` is the path of the slave. */
  open(
    columns: number,
    rows: number,
  ): { readonly master: number; readonly slave: number; readonly pty: string };
  /** TIOCSWINSZ. */
  resize(fd: number, columns: number, rows: number): void;
}

const PACKAGE = '@lydell/node-pty';

let loaded: NativePty | undefined;

/**
 * Loads the addon from node-pty's platform package, the way that package itself finds it.
 * @throws GuardError PTY_FAILED where there is no build for this system.
 */
export function nativePty(): NativePty {
  loaded ??= load();
  return loaded;
}

function load(): NativePty {
  try {
    const inPackage = createRequire(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`));
    const addon: NativePty = inPackage(`${PACKAGE}-${process.platform}-${process.arch}/pty.node`);
    return {
      open: (columns, rows) => {
        const pair = addon.open(columns, rows);
        for (const fd of [pair.master, pair.slave]) native()?.closeOnExec(fd);
        return pair;
      },
      resize: (fd, columns, rows) => addon.resize(fd, columns, rows),
    };
  } catch (cause) {
    throw new GuardError('PTY_FAILED', `no terminal support for ${process.platform} ${process.arch}`, {
      cause,
      hint: 'Reinstall guard with npm on this machine, optional dependencies included.',
    });
  }
}
