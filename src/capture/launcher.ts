import { accessSync, constants } from 'node:fs';
import { GuardError } from '../model/errors.ts';

/** A command line: the program and its arguments. */
export type Argv = readonly [string, ...string[]];

/**
 * Starts a program in a new session with descriptor 0 as its controlling terminal and becomes it by exec,
 * so that the process id is the program's.
 */
export interface Launcher {
  wrap(argv: Argv): Argv;
}

/** util-linux and BusyBox both understand `-c`. */
const SETSID_PATHS = ['/usr/bin/setsid', '/bin/setsid', '/run/current-system/sw/bin/setsid'] as const;

/** macOS has no setsid(1) but a Perl; 0x20007461 is TIOCSCTTY there (sys/ttycom.h). Not tested. */
const PERL = '/usr/bin/perl';
const PERL_SCRIPT =
  'POSIX::setsid() > 0 or die "setsid: $!\\n"; ioctl(STDIN, 0x20007461, 0); exec { $ARGV[0] } @ARGV or die "exec: $!\\n"';

/** The launcher of this system. @throws GuardError PTY_FAILED when there is none. */
export function findLauncher(): Launcher {
  const setsid = SETSID_PATHS.find(isExecutable);
  if (setsid !== undefined) return { wrap: (argv) => [setsid, '-c', '--', ...argv] };
  if (process.platform === 'darwin' && isExecutable(PERL)) {
    return { wrap: (argv) => [PERL, '-MPOSIX', '-e', PERL_SCRIPT, '--', ...argv] };
  }
  throw new GuardError('PTY_FAILED', 'setsid was not found', { hint: 'Install util-linux.' });
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
