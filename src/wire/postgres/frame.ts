import { Buffer } from 'node:buffer';
import { HEADER_BYTES, violation } from './message.ts';

/**
 * What to do with a message, known from its header: `whole` collects it, `stream` hands its bytes on as
 * they come, `discard` drops them, `wait` stops before it until `resume`.
 */
export type FramePlan = 'whole' | 'stream' | 'discard' | 'wait';

export interface FrameSink {
  /** May be asked twice for one `whole` message, once for the others. `length` counts type byte and length field. */
  plan(type: number, length: number): FramePlan;
  /** One complete message, header included, at `bytes[start..end)`. */
  whole(bytes: Buffer, start: number, end: number): void;
  /** The next bytes of a streamed message. */
  piece(bytes: Buffer, start: number, end: number): void;
  /** A message was dropped to its last byte. */
  discarded(type: number): void;
}

/** Largest message of the protocol as PostgreSQL itself bounds it (MaxAllocSize, bytes). */
const LARGEST_MESSAGE = 0x3fffffff;

function lengthAt(bytes: Buffer, at: number): number {
  const length = bytes.readInt32BE(at + 1) + 1;
  if (length < HEADER_BYTES || length > LARGEST_MESSAGE) throw violation('impossible message length');
  return length;
}

/**
 * Cuts one direction of a connection into messages. Where the input is cut does not matter. Holds at most
 * one incomplete `whole` message plus the chunk that came last (more while stalled: the caller stops reading).
 */
export class FrameReader {
  readonly #sink: FrameSink;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #wanted = 0;
  #left = 0;
  #leftType = 0;
  #dropping = false;
  #stalled = false;
  #running = false;
  #stopped = false;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** True when the sink said `wait`: nothing goes on before `resume`. */
  get stalled(): boolean {
    return this.#stalled;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Drops what is held; nothing is delivered any more. */
  stop(): void {
    this.#stopped = true;
    this.#held = [];
    this.#heldBytes = 0;
  }

  push(chunk: Buffer): void {
    if (this.#stopped || chunk.length === 0) return;
    if (this.#stalled || this.#running || this.#heldBytes + chunk.length < this.#wanted) {
      this.#hold(chunk);
      return;
    }
    this.#run(this.#heldBytes > 0 ? this.#joined(chunk) : chunk);
  }

  /** Asks the sink again for the message it wanted to wait for. */
  resume(): void {
    if (!this.#stalled || this.#running || this.#stopped) return;
    this.#stalled = false;
    if (this.#heldBytes >= this.#wanted && this.#heldBytes > 0) this.#run(this.#joined());
  }

  #hold(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
  }

  #joined(chunk?: Buffer): Buffer {
    const all = chunk === undefined ? this.#held : [...this.#held, chunk];
    this.#held = [];
    this.#heldBytes = 0;
    const [only] = all;
    return all.length === 1 && only !== undefined ? only : Buffer.concat(all);
  }

  #run(bytes: Buffer): void {
    this.#running = true;
    this.#wanted = 0;
    try {
      const at = this.#walk(bytes, this.#continue(bytes));
      if (at < bytes.length && !this.#stopped) {
        // What came in meanwhile (a sink that pushes) stands behind the rest of this chunk.
        this.#held.unshift(bytes.subarray(at));
        this.#heldBytes += bytes.length - at;
      }
    } finally {
      this.#running = false;
    }
  }

  /** Serves the message that an earlier chunk began; returns where the next one starts. */
  #continue(bytes: Buffer): number {
    if (this.#left === 0) return 0;
    return this.#pour(bytes, 0, this.#left);
  }

  #pour(bytes: Buffer, at: number, length: number): number {
    const end = Math.min(bytes.length, at + length);
    this.#left = at + length - end;
    if (!this.#dropping) this.#sink.piece(bytes, at, end);
    else if (this.#left === 0) this.#sink.discarded(this.#leftType);
    return end;
  }

  #walk(bytes: Buffer, start: number): number {
    const sink = this.#sink;
    let at = start;
    while (bytes.length - at >= HEADER_BYTES && !this.#stopped) {
      const type = bytes[at] ?? 0;
      const length = lengthAt(bytes, at);
      const plan = sink.plan(type, length);
      if (plan === 'stream' || plan === 'discard') {
        this.#dropping = plan === 'discard';
        this.#leftType = type;
        at = this.#pour(bytes, at, length);
      } else {
        if (!this.#reachable(plan, length, bytes.length - at)) return at;
        sink.whole(bytes, at, at + length);
        at += length;
      }
    }
    return at;
  }

  #reachable(plan: 'whole' | 'wait', length: number, available: number): boolean {
    this.#stalled = plan === 'wait';
    if (this.#stalled) return false;
    if (length > available) this.#wanted = length;
    return length <= available;
  }
}
