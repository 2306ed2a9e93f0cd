const FIRST_SIZE = 4_096;
/** Below this a loop beats a native copy (bytes). */
const SHORT_COPY = 32;

/** Bytes written one after another into one arena that grows and is used again. */
export class ByteSink {
  #bytes = new Uint8Array(FIRST_SIZE);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(bytes: Uint8Array): void {
    this.addPart(bytes, 0, bytes.length);
  }

  /** Adds `bytes[from..to)`, without a view where a loop is faster than a native copy. */
  addPart(bytes: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from);
    if (to - from > SHORT_COPY) this.#bytes.set(bytes.subarray(from, to), this.#length);
    else for (let at = from, out = this.#length; at < to; at++, out++) this.#bytes[out] = bytes[at] ?? 0;
    this.#length += to - from;
  }

  /** A view that is only good until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A copy of what was written; the sink is empty again. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  clear(): void {
    this.#length = 0;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.view());
    this.#bytes = grown;
  }
}
