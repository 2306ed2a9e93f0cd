const BEGIN = Buffer.from('\x1b[200~', 'latin1');
const END = Buffer.from('\x1b[201~', 'latin1');

/**
 * Knows whether the input stops in the middle of a bracketed paste (xterm ctlseqs, "Bracketed Paste Mode"). Where the
 * bytes are cut does not matter.
 */
export class PasteWatch {
  #pasting: boolean;
  #tail: Buffer = Buffer.alloc(0);

  constructor(pasting = false) {
    this.#pasting = pasting;
  }

  get pasting(): boolean {
    return this.#pasting;
  }

  /** Returns how many of these bytes belong to a paste that was going on before them. */
  push(bytes: Uint8Array): number {
    const before = this.#tail.length;
    const all = Buffer.concat([this.#tail, bytes]);
    let inside = this.#pasting ? bytes.length : 0;
    let at = 0;
    for (;;) {
      const mark = this.#pasting ? END : BEGIN;
      const found = all.indexOf(mark, at);
      if (found === -1) break;
      at = found + mark.length;
      if (this.#pasting && inside === bytes.length) inside = Math.max(0, at - before);
      this.#pasting = !this.#pasting;
    }
    this.#tail = Buffer.from(all.subarray(Math.max(at, all.length - (BEGIN.length - 1))));
    return inside;
  }
}
