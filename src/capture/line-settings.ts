import { spawnSync } from 'node:child_process';
import { isExecutable } from './launcher.ts';

const STTY_PATHS = ['/usr/bin/stty', '/bin/stty'] as const;
const TIMEOUT_MS = 2_000;

/** What `stty -g` prints: colon-separated hexadecimal words (POSIX leaves the form open; BSD writes name=value). */
const SAVED = /^[\w:=-]{1,1024}$/;

/**
 * libuv's raw mode leaves output processing on, which breaks programs that move down by a bare line feed;
 * this is cfmakeraw(3). The terminal comes back by libuv's own saved copy.
 */
const RAW = ['raw', '-echo', '-iexten'] as const;

/** The line settings of the terminal behind `fd`, to be given to another; undefined where stty can't tell. */
export function readLineSettings(fd: number): string | undefined {
  const saved = stty(fd, ['-g'])?.trim();
  return saved !== undefined && SAVED.test(saved) ? saved : undefined;
}

/** Gives the terminal behind `fd` settings that were read before. */
export function writeLineSettings(fd: number, saved: string): void {
  stty(fd, [saved]);
}

/** Every byte passes as it is, both ways. */
export function makeByteClean(fd: number): void {
  stty(fd, RAW);
}

function stty(fd: number, args: readonly string[]): string | undefined {
  const file = STTY_PATHS.find(isExecutable);
  if (file === undefined) return undefined;
  const run = spawnSync(file, args, {
    stdio: [fd, 'pipe', 'ignore'],
    encoding: 'latin1',
    timeout: TIMEOUT_MS,
    shell: false,
  });
  return run.status === 0 ? run.stdout : undefined;
}
