import { setTimeout as sleep } from 'node:timers/promises';
import type { HoldableTerminal, TerminalHold, TerminalSize } from '../model/terminal-hold.ts';
import { PasteWatch } from '../terminal/paste-watch.ts';
import { Hold } from './bridge-hold.ts';
import { BridgeOutput } from './bridge-output.ts';
import type { ChildExit } from './child-exit.ts';
import { EndingSignals } from './ending-signals.ts';
import type { Argv, Launcher } from './launcher.ts';
import { readLineSettings } from './line-settings.ts';
import { PtyProgram } from './pty.ts';
import { RawMode } from './raw-mode.ts';
import type { TapPort, TerminalTap } from './terminal-tap.ts';

const DEFAULT_SIZE: TerminalSize = { columns: 80, rows: 24 };
/** How long a program may take to end after SIGHUP before it is killed. */
const END_GRACE_MS = 3_000;
/** How long a question may take to clear itself away. */
const HOLD_GRACE_MS = 1_000;
/** A full-screen program reads its size when it gets SIGWINCH: both sizes must last long enough to be seen. */
const REDRAW_STEP_MS = 60;

export interface BridgeOptions {
  readonly argv: Argv;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly inherit?: readonly number[];
  readonly launcher?: Launcher;
  /** Stands in the middle; without one every byte passes. */
  readonly tap?: (port: TapPort) => TerminalTap;
}

export interface BridgeEnd {
  readonly exit: ChildExit;
  /** The signal that ended guard itself; then guard's status is 128 + its number. */
  readonly endedBy?: NodeJS.Signals;
}

/**
 * Joins the user's terminal (standard input and output) and a program on a PTY of its own. Bytes pass untouched both ways; only the modes in the
 * output are read as they go by, so that a question can switch them off and on again.
 */
export class TerminalBridge implements HoldableTerminal {
  /** Resolves when the program has ended, its last byte is written and the terminal is as it was. */
  readonly done: Promise<BridgeEnd>;
  readonly #input = process.stdin;
  readonly #screen = process.stdout;
  readonly #program: PtyProgram;
  readonly #output: BridgeOutput;
  readonly #raw: RawMode;
  readonly #signals: EndingSignals;
  readonly #pastes = new PasteWatch();
  readonly #tap: TerminalTap | undefined;
  #hold: Hold | undefined;
  #killTimer: NodeJS.Timeout | undefined;

  /** @throws GuardError COMMAND_NOT_FOUND, PTY_FAILED. */
  constructor(options: BridgeOptions) {
    // Before the program starts: a signal that comes right after it must find somebody.
    this.#signals = new EndingSignals((again) => this.#end(again));
    this.#output = new BridgeOutput(this.#screen, {
      pause: () => this.#program.pause(),
      resume: () => this.#program.resume(),
    });
    this.#tap = options.tap?.(this.#tapPort());
    try {
      this.#program = this.#start(options);
    } catch (error) {
      this.#signals[Symbol.dispose]();
      throw error;
    }
    this.#raw = new RawMode();
    this.#connect();
    this.done = this.#finish();
  }

  get pid(): number {
    return this.#program.pid;
  }

  size(): TerminalSize {
    const { columns, rows } = this.#screen;
    // A terminal that does not know its size says 0.
    return { columns: columns || DEFAULT_SIZE.columns, rows: rows || DEFAULT_SIZE.rows };
  }

  hold(): TerminalHold {
    if (this.#hold !== undefined) throw new TypeError('the terminal is held already');
    const hold = new Hold(this.#output.hold(), {
      size: () => this.size(),
      midPaste: () => this.#pastes.pasting,
      write: (text) => this.#output.writeOwn(text),
      typeAhead: (bytes) => this.#deliver(bytes),
      released: (redraw) => this.#released(redraw),
    });
    this.#hold = hold;
    return hold;
  }

  /** Asks the program to end, as closing its window would; kills it when it does not. */
  end(): void {
    this.#end(false);
  }

  #start(options: BridgeOptions): PtyProgram {
    const lineSettings = readLineSettings(this.#input.fd);
    return new PtyProgram({
      ...options,
      size: this.size(),
      ...(lineSettings === undefined ? {} : { lineSettings }),
      output: (chunk) => (this.#tap === undefined ? this.#output.push(chunk) : this.#tap.output(chunk)),
      writable: () => this.#input.resume(),
    });
  }

  #connect(): void {
    this.#input.on('data', this.#typed);
    this.#input.on('end', this.#lost);
    this.#input.on('error', this.#lost);
    this.#screen.on('error', this.#lost);
    this.#screen.on('resize', this.#resized);
    process.on('SIGCONT', this.#resized);
    process.on('exit', this.#exiting);
    this.#raw.enter();
    this.#input.resume();
  }

  #disconnect(): void {
    this.#input.off('data', this.#typed);
    this.#input.off('end', this.#lost);
    this.#input.off('error', this.#lost);
    this.#screen.off('error', this.#lost);
    this.#screen.off('resize', this.#resized);
    process.off('SIGCONT', this.#resized);
    process.off('exit', this.#exiting);
    this.#input.pause();
    this.#input.unref();
  }

  readonly #typed = (bytes: Buffer): void => {
    this.#pastes.push(bytes);
    if (this.#hold === undefined) this.#deliver(bytes);
    else this.#hold.typed(bytes);
  };

  readonly #resized = (): void => {
    this.#program.resize(this.size());
    this.#hold?.resized();
  };

  readonly #lost = (): void => {
    this.#output.terminalLost();
    this.#end(false);
  };

  /** process.exit or an uncaught error in the middle: no time for the program's own good-bye. */
  readonly #exiting = (): void => {
    this.#output.resetTerminal();
    this.#program.hangUp();
  };

  #tapPort(): TapPort {
    return {
      program: (bytes) => this.#send(bytes),
      screen: (bytes) => this.#output.push(bytes),
      reading: () => this.#program.reading(),
      end: () => this.#end(false),
    };
  }

  #deliver(bytes: Uint8Array): void {
    if (this.#tap === undefined) this.#send(bytes);
    else this.#tap.typed(Buffer.from(bytes));
  }

  #send(bytes: Uint8Array): void {
    if (!this.#program.write(Buffer.from(bytes))) this.#input.pause();
  }

  #released(redraw: boolean): void {
    this.#hold = undefined;
    this.#output.release();
    if (redraw) this.#redraw();
  }

  #redraw(): void {
    const { columns, rows } = this.size();
    this.#program.resize({ columns, rows: Math.max(1, rows - 1) });
    setTimeout(() => this.#program.resize(this.size()), REDRAW_STEP_MS).unref();
  }

  /** The terminal is gone, or guard was told to end: the program gets what a closed window gives it. */
  #end(again: boolean): void {
    this.#hold?.lost();
    this.#program.kill('SIGHUP');
    this.#program.kill('SIGCONT');
    if (again) this.#kill();
    else this.#killTimer ??= setTimeout(() => this.#kill(), END_GRACE_MS);
  }

  #kill(): void {
    this.#program.kill('SIGKILL');
    this.#program.hangUp();
  }

  /** A question that is still open is taken off the screen, and whoever asked learns of it before the session ends. */
  async #endHold(): Promise<void> {
    const hold = this.#hold;
    if (hold === undefined) return;
    hold.lost();
    await Promise.race([hold.over, sleep(HOLD_GRACE_MS, undefined, { ref: false })]);
    hold.release();
    await sleep(0);
  }

  async #finish(): Promise<BridgeEnd> {
    try {
      const exit = await this.#program.done;
      this.#tap?.ended();
      await this.#endHold();
      await this.#output.flushed();
      const endedBy = this.#signals.received;
      if (endedBy !== undefined || exit.kind === 'signal') this.#output.resetTerminal();
      return endedBy === undefined ? { exit } : { exit, endedBy };
    } finally {
      clearTimeout(this.#killTimer);
      this.#disconnect();
      this.#signals[Symbol.dispose]();
      this.#raw[Symbol.dispose]();
    }
  }
}
