/** Takes one fixed text out of a stream. Where the stream is cut does not matter. */
export class TextCut {
  readonly #text: Buffer;
  #held: Buffer = Buffer.alloc(0);
  #found = false;

  constructor(text: string) {
    this.#text = Buffer.from(text);
  }

  /** It was there. */
  get found(): boolean {
    return this.#found;
  }

  /** What may be passed on; a possible beginning of the text is held back. */
  push(chunk: Buffer): Buffer {
    const all = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    if (this.#text.length === 0) return all;
    const kept: Buffer[] = [];
    let from = 0;
    for (let at = all.indexOf(this.#text); at !== -1; at = all.indexOf(this.#text, from)) {
      this.#found = true;
      kept.push(all.subarray(from, at));
      from = at + this.#text.length;
    }
    const end = all.length - this.#beginning(all.subarray(from));
    kept.push(all.subarray(from, end));
    this.#held = Buffer.from(all.subarray(end));
    return kept.length === 1 ? (kept[0] ?? all) : Buffer.concat(kept);
  }

  /** The end of the stream: what was held back was something else. */
  give(): Buffer {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    return held;
  }

  /** Length of the longest end of `bytes` that the text begins with. */
  #beginning(bytes: Buffer): number {
    for (let length = Math.min(this.#text.length - 1, bytes.length); length > 0; length -= 1) {
      if (bytes.subarray(bytes.length - length).equals(this.#text.subarray(0, length))) return length;
    }
    return 0;
  }
}
