/** Longest parameter text of a control sequence that is kept; a longer one is passed over whole. */
const MAX_BODY_BYTES = 256;

const ESC = 0x1b;
const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;

/**
 * One escape sequence of a program's output (ECMA-48, section 5).
 * `csi`: `body` is everything between `ESC [` and the final byte. `escape`: `body` are the intermediates.
 */
export interface Sequence {
  readonly kind: 'csi' | 'escape';
  readonly body: string;
  readonly final: string;
}

type State = 'ground' | 'escape' | 'csi' | 'string' | 'string-escape';

/**
 * Finds escape sequences in a byte stream. Where the stream is cut does not matter. Only looks for ESC, so
 * that megabytes of plain text cost next to nothing; 8-bit controls, which UTF-8 terminals ignore, are not read.
 */
export class SequenceScanner {
  readonly #found: (sequence: Sequence) => void;
  #state: State = 'ground';
  #body = '';
  #overlong = false;

  constructor(found: (sequence: Sequence) => void) {
    this.#found = found;
  }

  /**
   * Returns where in `bytes` the sequence begins that they leave unfinished: 0 when it began earlier,
   * `bytes.length` when nothing is unfinished.
   */
  push(bytes: Uint8Array): number {
    let at = 0;
    let begun = 0;
    while (at < bytes.length) {
      if (this.#state === 'ground') {
        const start = bytes.indexOf(ESC, at);
        if (start === -1) return bytes.length;
        this.#begin('escape');
        begun = start;
        at = start + 1;
      } else {
        this.#step(bytes[at] ?? 0);
        at += 1;
      }
    }
    return this.#state === 'ground' ? bytes.length : begun;
  }

  #begin(state: State): void {
    this.#state = state;
    this.#body = '';
    this.#overlong = false;
  }

  #step(byte: number): void {
    if (byte === CAN || byte === SUB) this.#begin('ground');
    else if (byte === ESC) this.#begin(this.#inString() ? 'string-escape' : 'escape');
    else if (this.#state === 'escape') this.#escape(byte);
    else if (this.#state === 'csi') this.#csi(byte);
    else if (this.#state === 'string-escape') this.#stringEscape(byte);
    else if (byte === BEL) this.#begin('ground');
  }

  #inString(): boolean {
    return this.#state === 'string' || this.#state === 'string-escape';
  }

  /** ESC inside a string ends it: `ESC \` is the terminator, anything else begins a sequence of its own. */
  #stringEscape(byte: number): void {
    this.#begin('escape');
    if (byte === 0x5c) this.#begin('ground');
    else this.#escape(byte);
  }

  #escape(byte: number): void {
    if (byte < 0x20) return;
    if (byte < 0x30) {
      this.#keep(byte);
      return;
    }
    const first = this.#body === '';
    if (first && byte === 0x5b) this.#begin('csi');
    else if (first && STRING_OPENERS.has(byte)) this.#begin('string');
    else this.#emit('escape', byte);
  }

  #csi(byte: number): void {
    if (byte < 0x20 || byte >= 0x7f) return;
    if (byte < 0x40) this.#keep(byte);
    else this.#emit('csi', byte);
  }

  #keep(byte: number): void {
    if (this.#body.length < MAX_BODY_BYTES) this.#body += String.fromCharCode(byte);
    else this.#overlong = true;
  }

  #emit(kind: Sequence['kind'], byte: number): void {
    const sequence: Sequence = { kind, body: this.#body, final: String.fromCharCode(byte) };
    const kept = !this.#overlong;
    this.#begin('ground');
    if (kept) this.#found(sequence);
  }
}

/** DCS, SOS, OSC, PM, APC: what follows is a string up to ST or BEL. */
const STRING_OPENERS: ReadonlySet<number> = new Set([0x50, 0x58, 0x5d, 0x5e, 0x5f]);
