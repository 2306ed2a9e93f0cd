import type { WriteStream } from 'node:tty';
import { ModeTracker } from '../terminal/modes.ts';

/** Output of the program that is kept while a question is open; then the program has to wait. */
const MAX_HELD_BYTES = 1024 * 1024;
/** An unfinished sequence longer than this (a picture, a clipboard) is not repeated after a question. */
const MAX_UNFINISHED_BYTES = 64 * 1024;
/** CAN: makes a terminal forget the sequence it is in the middle of (ECMA-48, 8.3.6; xterm, VTE and others do). */
const CANCEL = '\x18';

/** The tap at the program's end. */
export interface Flow {
  pause(): void;
  resume(): void;
}

/** What the hold needs to know of the screen. */
export interface ScreenState {
  readonly screen: 'main' | 'alternate';
}

/** The way from the program to the user's screen: passes bytes on, keeps them while a question is open. */
export class BridgeOutput {
  readonly #stream: WriteStream;
  readonly #flow: Flow;
  readonly #modes = new ModeTracker();
  #unfinished: Buffer = Buffer.alloc(0);
  #held: Buffer[] | undefined;
  #heldBytes = 0;
  #waiting = false;
  #gone = false;

  constructor(stream: WriteStream, flow: Flow) {
    this.#stream = stream;
    this.#flow = flow;
  }

  push(chunk: Buffer): void {
    if (this.#held === undefined) this.#pass(chunk);
    else this.#keep(this.#held, chunk);
  }

  /** From now on output is kept; the terminal is made ready for drawing and plain keys. */
  hold(): ScreenState {
    this.#held = [];
    this.#heldBytes = 0;
    this.writeOwn((this.#unfinished.length > 0 ? CANCEL : '') + this.#modes.suspend());
    return { screen: this.#modes.screen };
  }

  /** Undoes `hold`: modes first, then what was kept, in order. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#heldBytes = 0;
    this.writeOwn(this.#modes.resume());
    if (this.#unfinished.length > 0) this.#write(this.#unfinished);
    for (const chunk of held) this.#pass(chunk);
    if (!this.#waiting) this.#flow.resume();
  }

  /** Nobody reads any more: what the program still writes goes nowhere, so that it can end. */
  terminalLost(): void {
    this.#gone = true;
    this.#held = undefined;
    this.#flow.resume();
  }

  /** guard's own text, past the program's. */
  writeOwn(text: string): void {
    if (text !== '') this.#write(text);
  }

  /** Resolves when everything passed on has reached the terminal, or it is gone. */
  async flushed(): Promise<void> {
    if (this.#gone || this.#stream.destroyed || this.#stream.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      this.#stream.once('close', () => resolve());
      this.#stream.write('', () => resolve());
    });
  }

  /** Switches off what the program left on because it could not end by itself. */
  resetTerminal(): void {
    this.writeOwn(this.#modes.reset());
  }

  #pass(chunk: Buffer): void {
    const at = this.#modes.push(chunk);
    const earlier = at === 0 ? this.#unfinished : Buffer.alloc(0);
    this.#unfinished = at === chunk.length ? Buffer.alloc(0) : joined(earlier, chunk.subarray(at));
    this.#write(chunk);
  }

  #keep(held: Buffer[], chunk: Buffer): void {
    held.push(Buffer.from(chunk));
    this.#heldBytes += chunk.length;
    if (this.#heldBytes >= MAX_HELD_BYTES) this.#flow.pause();
  }

  #write(bytes: Buffer | string): void {
    if (this.#gone || this.#stream.destroyed) return;
    if (this.#stream.write(bytes) || this.#waiting) return;
    this.#waiting = true;
    this.#flow.pause();
    this.#stream.once('drain', () => {
      this.#waiting = false;
      if (this.#heldBytes < MAX_HELD_BYTES) this.#flow.resume();
    });
  }
}

function joined(earlier: Buffer, later: Buffer): Buffer {
  if (earlier.length + later.length > MAX_UNFINISHED_BYTES) return Buffer.alloc(0);
  return Buffer.concat([earlier, later]);
}
