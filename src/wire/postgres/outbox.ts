import { Buffer } from 'node:buffer';

/** Size of a fresh arena for rewritten messages (bytes): one read of a socket. */
const ARENA_BYTES = 65_536;

/**
 * Output of one direction between two writes. Neighbours in memory are joined, so a chunk that passes
 * untouched leaves as one view of itself; rewritten messages share an arena.
 */
export class Outbox {
  #parts: Buffer[] = [];
  /** The view that grows, as absolute offsets into its memory. */
  #open: ArrayBufferLike | undefined;
  #from = 0;
  #to = 0;
  #arena: Buffer = Buffer.alloc(0);
  #used = 0;

  get empty(): boolean {
    return this.#open === undefined;
  }

  pass(bytes: Buffer, start: number, end: number): void {
    const from = bytes.byteOffset + start;
    const to = bytes.byteOffset + end;
    if (this.#open === bytes.buffer && this.#to === from) {
      this.#to = to;
      return;
    }
    this.#seal();
    this.#open = bytes.buffer;
    this.#from = from;
    this.#to = to;
  }

  add(message: Buffer): void {
    if (message.length > 0) this.pass(message, 0, message.length);
  }

  /** An arena with at least `size` free bytes from `mark` on; they leave with `wrote`. */
  room(size: number): Buffer {
    if (this.#used + size > this.#arena.length) {
      this.#arena = Buffer.allocUnsafeSlow(Math.max(ARENA_BYTES, size));
      this.#used = 0;
    }
    return this.#arena;
  }

  get mark(): number {
    return this.#used;
  }

  wrote(count: number): void {
    this.pass(this.#arena, this.#used, this.#used + count);
    this.#used += count;
  }

  /** Everything since the last call as one buffer, or `undefined`. Never reuses bytes it gave away. */
  take(): Buffer | undefined {
    if (this.#open === undefined) return undefined;
    if (this.#parts.length === 0) return this.#view();
    this.#seal();
    const all = Buffer.concat(this.#parts);
    this.#parts = [];
    return all;
  }

  #view(): Buffer | undefined {
    const open = this.#open;
    this.#open = undefined;
    return open === undefined ? undefined : Buffer.from(open, this.#from, this.#to - this.#from);
  }

  #seal(): void {
    const view = this.#view();
    if (view !== undefined) this.#parts.push(view);
  }
}
