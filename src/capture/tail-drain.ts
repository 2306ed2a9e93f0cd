import { closeSync, writeSync } from 'node:fs';
import { TailMarker } from './tail-marker.ts';

/** How often a full or stopped terminal is tried again. */
const RETRY_MS = 5;
/**
 * So many tries in a row without a byte (about a second): the mark got lost or the terminal is stopped (Ctrl-S).
 * Counted in tries and not in time, so that a process that was held up itself loses nothing.
 */
const SILENT_TRIES = 200;
/** A mark that does not come within this many bytes was torn apart by another program's output. */
const MAX_BYTES_AFTER_MARK = 4 * 1024 * 1024;

/**
 * Reads a terminal to its very last byte: after the program's exit a mark is written behind its output,
 * and reading goes on until the mark comes out at the other end.
 */
export class TailDrain {
  readonly #fd: number;
  readonly #output: (chunk: Buffer) => void;
  readonly #paused: () => boolean;
  readonly #marker = new TailMarker();
  #ending = false;
  #written = 0;
  #readAfterMark = 0;
  #silentTries = 0;
  #closed = false;
  #abandoned = false;
  #settle: () => void = () => {};

  /** `fd`: a non-blocking descriptor of the slave; it is closed with the drain. */
  constructor(fd: number, output: (chunk: Buffer) => void, paused: () => boolean) {
    this.#fd = fd;
    this.#output = output;
    this.#paused = paused;
  }

  push(chunk: Buffer): void {
    if (!this.#ending) {
      this.#output(chunk);
      return;
    }
    this.#silentTries = 0;
    if (this.#written === this.#marker.mark.length) this.#readAfterMark += chunk.length;
    const out = this.#marker.push(chunk);
    if (out.length > 0) this.#output(out);
    if (this.#marker.found || this.#readAfterMark > MAX_BYTES_AFTER_MARK) this.#settle();
  }

  /** Resolves when everything written before this call has been given out. */
  async finish(): Promise<void> {
    this.#ending = true;
    if (this.#abandoned) return;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => this.#tick(), RETRY_MS);
      this.#settle = () => {
        clearInterval(timer);
        resolve();
      };
      this.#tick();
    });
    const held = this.#marker.give();
    if (held.length > 0) this.#output(held);
  }

  /** The terminal can't be read any more. */
  abandon(): void {
    this.#abandoned = true;
    this.#settle();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
    this.#settle();
  }

  #tick(): void {
    if (this.#closed) return;
    // While nobody reads (a question is open, the user's terminal is slow) there is no silence.
    this.#silentTries = this.#paused() ? 0 : this.#silentTries + 1;
    if (this.#silentTries > SILENT_TRIES) this.#settle();
    else if (this.#written < this.#marker.mark.length) this.#writeMark();
  }

  #writeMark(): void {
    try {
      this.#written += writeSync(this.#fd, this.#marker.mark, this.#written);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) this.#settle();
    }
  }
}
