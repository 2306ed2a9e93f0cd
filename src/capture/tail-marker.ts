import { randomBytes } from 'node:crypto';

const NONCE_BYTES = 16;

/**
 * Finds a mark in the output that guard itself wrote behind the program's last byte. An OSC with a number
 * nobody uses and a nonce nobody can guess: a terminal that sees it by accident shows nothing.
 */
export class TailMarker {
  readonly mark = Buffer.from(`\x1b]5577;guard;${randomBytes(NONCE_BYTES).toString('hex')}\x07`, 'latin1');
  #held: Buffer = Buffer.alloc(0);
  #found = false;

  get found(): boolean {
    return this.#found;
  }

  /** What may be passed on now: everything before the mark; a possible beginning of it is held back. */
  push(chunk: Buffer): Buffer {
    if (this.#found) return Buffer.alloc(0);
    const all = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const at = all.indexOf(this.mark);
    this.#found = at !== -1;
    const end = this.#found ? at : all.length - this.#beginning(all);
    this.#held = this.#found ? Buffer.alloc(0) : Buffer.from(all.subarray(end));
    return all.subarray(0, end);
  }

  /** The mark never came: what was held back is output after all. */
  give(): Buffer {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    return held;
  }

  /** Length of the longest end of `all` that the mark begins with. */
  #beginning(all: Buffer): number {
    for (let length = Math.min(this.mark.length - 1, all.length); length > 0; length -= 1) {
      if (all.subarray(all.length - length).equals(this.mark.subarray(0, length))) return length;
    }
    return 0;
  }
}
