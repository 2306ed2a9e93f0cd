import { PassThrough, Writable } from 'node:stream';
import type { TerminalSize } from '../model/terminal-hold.ts';

/**
 * What ink takes for its output. In ink's debug mode every write is one whole frame, so that guard
 * draws it where it wants and ink itself never moves a cursor.
 */
export class FrameStream extends Writable {
  readonly isTTY = false;
  readonly #frame: (lines: readonly string[]) => void;
  #size: TerminalSize;

  constructor(size: TerminalSize, frame: (lines: readonly string[]) => void) {
    super({ decodeStrings: false });
    this.#size = size;
    this.#frame = frame;
  }

  get columns(): number {
    return this.#size.columns;
  }

  get rows(): number {
    return this.#size.rows;
  }

  resizeTo(size: TerminalSize): void {
    this.#size = size;
  }

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    const frame = String(chunk);
    if (frame !== '') this.#frame(frame.split('\n'));
    done();
  }
}

/** What ink takes for its input: only keys that may count are written to it. */
export class KeyStream extends PassThrough {
  readonly isTTY = true;

  setRawMode(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
