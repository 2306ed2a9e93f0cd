import { Buffer } from 'node:buffer';

/** Size of a fresh arena for rewritten messages (bytes): one read of a socket. */
const ARENA_BYTES = 65_536;

/**
 * Output of one direction between two writes. Neighbouring views of one buffer are joined, so a chunk that
 * passes untouched leaves as one view of itself; rewritten messages share an arena.
 */
export class Outbox {
  #parts: Buffer[] = [];
  #open: Buffer | undefined;
  #start = 0;
  #end = 0;
  #arena = Buffer.alloc(0);
  #used = 0;

  get empty(): boolean {
    return this.#open === undefined;
  }

  pass(bytes: Buffer, start: number, end: number): void {
    if (bytes === this.#open && start === this.#end) {
      this.#end = end;
      return;
    }
    this.#seal();
    this.#open = bytes;
    this.#start = start;
    this.#end = end;
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
    this.#seal();
    const parts = this.#parts;
    this.#parts = [];
    const [only] = parts;
    return parts.length === 1 ? only : Buffer.concat(parts);
  }

  #seal(): void {
    const open = this.#open;
    if (open === undefined) return;
    const whole = this.#start === 0 && this.#end === open.length;
    this.#parts.push(whole ? open : open.subarray(this.#start, this.#end));
    this.#open = undefined;
  }
}
