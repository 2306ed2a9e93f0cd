import type { ChildProcess, StdioOptions } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { startChild } from '../host/children.ts';
import { native, type TerminalInput } from '../host/native.ts';
import { GuardError } from '../model/errors.ts';
import type { TerminalSize } from '../model/terminal-hold.ts';
import { type ChildExit, childExit } from './child-exit.ts';
import { findExecutable } from './executable.ts';
import { type Argv, findLauncher, type Launcher } from './launcher.ts';
import { writeLineSettings } from './line-settings.ts';
import { type NativePty, nativePty } from './native-pty.ts';
import { TailDrain } from './tail-drain.ts';

export interface PtyOptions {
  readonly argv: Argv;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly size: TerminalSize;
  /** Line settings of the user's own terminal (`readLineSettings`): erase key, UTF-8 input… */
  readonly lineSettings?: string;
  /** Descriptors the program gets as 3, 4, … */
  readonly inherit?: readonly number[];
  readonly launcher?: Launcher;
  /** Every byte of output, in order. */
  readonly output: (chunk: Buffer) => void;
  /** The program takes input again after `write` returned false. */
  readonly writable?: () => void;
}

/** Masters that are open in this process. Without koffi they lack close-on-exec, so the programs started here have them covered. */
const masters = new Set<number>();

/** Closes a leftover in the child by putting /dev/null over it. Descriptors 0–2 are the terminal anyway. */
function stdioFor(slave: number, inherit: readonly number[], nothing: number): StdioOptions {
  const given = [slave, slave, slave, ...inherit];
  const last = Math.max(slave, ...masters);
  const rest = Array.from({ length: Math.max(0, last + 1 - given.length) }, (_, index) => {
    const fd = given.length + index;
    return fd === slave || masters.has(fd) ? nothing : 'ignore';
  });
  return [...given, ...rest];
}

/**
 * A program on a pseudo-terminal of its own. `done` resolves after its last byte of output went to `output`,
 * also when other processes keep the terminal open.
 */
export class PtyProgram {
  readonly pid: number;
  readonly done: Promise<ChildExit>;
  readonly #master: ReadStream;
  readonly #masterFd: number;
  readonly #child: ChildProcess;
  readonly #drain: TailDrain;
  #open = true;

  /** @throws GuardError COMMAND_NOT_FOUND, PTY_FAILED. */
  constructor(options: PtyOptions) {
    const program = findExecutable(options.argv[0], options.env['PATH'], options.cwd);
    const launcher = options.launcher ?? findLauncher();
    const pair = openPair(options.size);
    const { child, tail } = startOn(pair, options, launcher.wrap([program, ...options.argv.slice(1)]));
    this.#child = child;
    this.#masterFd = pair.master;
    this.#master = new ReadStream(pair.master);
    this.#drain = new TailDrain(tail, options.output, () => this.#master.isPaused());
    this.pid = this.#child.pid ?? -1;
    this.done = this.#follow();
    this.#listen(options);
  }

  /** Sends input; false asks to wait for `writable`. */
  write(bytes: Uint8Array): boolean {
    return this.#open ? this.#master.write(bytes) : true;
  }

  pause(): void {
    this.#master.pause();
  }

  resume(): void {
    if (this.#open) this.#master.resume();
  }

  /** Tells the terminal its new size; the kernel tells the programs on it. */
  resize(size: TerminalSize): void {
    if (this.#open) nativePty().resize(this.#masterFd, size.columns, size.rows);
  }

  /** How the terminal gives out input now; undefined where the system does not tell. */
  reading(): TerminalInput | undefined {
    return this.#open ? native()?.terminalInput(this.#masterFd) : undefined;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Takes the terminal away, as closing its window would: everything on it gets SIGHUP. */
  hangUp(): void {
    if (!this.#open) return;
    this.#open = false;
    masters.delete(this.#masterFd);
    this.#drain.close();
    this.#master.destroy();
  }

  #listen(options: PtyOptions): void {
    this.#master.on('data', (chunk: Buffer) => this.#drain.push(chunk));
    this.#master.on('drain', () => options.writable?.());
    // EIO and EAGAIN mean that the other end is gone or going; the exit of the child says the rest.
    this.#master.on('error', () => this.#drain.abandon());
  }

  async #follow(): Promise<ChildExit> {
    const exit = await new Promise<ChildExit>((resolve, reject) => {
      this.#child.once('error', (cause) => {
        reject(new GuardError('PTY_FAILED', 'the program could not be started', { cause }));
      });
      this.#child.once('exit', (status, signal) => resolve(childExit(status, signal)));
    }).catch((error: unknown) => {
      this.hangUp();
      throw error;
    });
    if (this.#open) await this.#drain.finish();
    this.hangUp();
    return exit;
  }
}

type Pair = ReturnType<NativePty['open']>;

function openPair(size: TerminalSize): Pair {
  try {
    const pair = nativePty().open(size.columns, size.rows);
    masters.add(pair.master);
    return pair;
  } catch (cause) {
    if (cause instanceof GuardError) throw cause;
    throw new GuardError('PTY_FAILED', 'no pseudo-terminal could be opened', { cause });
  }
}

interface Started {
  readonly child: ChildProcess;
  /** A description of the slave of guard's own, never blocking: keeps the terminal open and takes the tail's mark. */
  readonly tail: number;
}

/** Starts the program; guard keeps the master and `tail`, or nothing when it fails. */
function startOn(pair: Pair, options: PtyOptions, argv: Argv): Started {
  let tail: number | undefined;
  try {
    tail = openSync(pair.pty, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
    if (options.lineSettings !== undefined) writeLineSettings(pair.slave, options.lineSettings);
    return { child: start(options, { slave: pair.slave, argv }), tail };
  } catch (cause) {
    if (tail !== undefined) closeSync(tail);
    masters.delete(pair.master);
    closeSync(pair.master);
    throw new GuardError('PTY_FAILED', 'the program could not be started', { cause });
  } finally {
    closeSync(pair.slave);
  }
}

function start(options: PtyOptions, how: { readonly slave: number; readonly argv: Argv }): ChildProcess {
  const nothing = openSync('/dev/null', 'r+');
  try {
    const [file, ...args] = how.argv;
    return startChild(file, args, {
      env: { ...options.env },
      stdio: stdioFor(how.slave, options.inherit ?? [], nothing),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
  } finally {
    closeSync(nothing);
  }
}
