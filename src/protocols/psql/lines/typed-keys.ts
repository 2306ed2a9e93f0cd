const CTRL_C = 0x03;
const ENTER = 0x0d;
const LINE_FEED = 0x0a;
const ACCEPT_AND_NEXT = 0x0f;
const BACKSLASH = 0x5c;
/** Readline's quoted-insert: the next key is text. */
const QUOTES: ReadonlySet<number> = new Set([0x11, 0x16]);
const BACKSPACE = 0x08;
const ESC = 0x1b;
const FIRST_PRINTABLE = 0x20;

const PASTE_BEGIN = Buffer.from('\x1b[200~', 'latin1');
const PASTE_END = Buffer.from('\x1b[201~', 'latin1');

/** What was typed at a prompt. `bytes` go to readline; the others are for guard to carry out. */
export type TypedPiece =
  | {
      readonly kind: 'bytes';
      readonly bytes: Buffer;
      readonly backslash: boolean;
      /** Keys that can change the line to something that was not typed: history, completion, yanking. */
      readonly editing: boolean;
    }
  | { readonly kind: 'enter'; readonly next: boolean }
  | { readonly kind: 'interrupt' };

/** Takes typed bytes apart at the keys that end a line. Where they are cut does not matter. */
export class TypedKeys {
  #pasting = false;
  #quoted = false;
  /** How much of the paste mark that is looked for has been seen. */
  #seen = 0;

  /** A new line begins: nothing of the line before is still going on. */
  begin(): void {
    this.#quoted = false;
  }

  /** The first piece of `bytes` and how many of them it takes. */
  next(bytes: Buffer): { readonly piece: TypedPiece; readonly length: number } {
    let backslash = false;
    let editing = false;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      const ending = this.#ending(byte);
      if (ending !== undefined) {
        if (at > 0)
          return { piece: { kind: 'bytes', bytes: bytes.subarray(0, at), backslash, editing }, length: at };
        return { piece: ending, length: 1 };
      }
      this.#pass(byte);
      backslash ||= byte === BACKSLASH;
      editing ||= !this.#pasting && isEditing(byte);
    }
    return { piece: { kind: 'bytes', bytes, backslash, editing }, length: bytes.length };
  }

  #ending(byte: number): TypedPiece | undefined {
    if (this.#pasting || this.#quoted) return undefined;
    if (byte === ENTER || byte === LINE_FEED) return { kind: 'enter', next: false };
    if (byte === ACCEPT_AND_NEXT) return { kind: 'enter', next: true };
    return byte === CTRL_C ? { kind: 'interrupt' } : undefined;
  }

  #pass(byte: number): void {
    this.#quoted = !this.#pasting && !this.#quoted && QUOTES.has(byte);
    const mark = this.#pasting ? PASTE_END : PASTE_BEGIN;
    if (byte === mark[this.#seen]) this.#seen += 1;
    else this.#seen = byte === ESC ? 1 : 0;
    if (this.#seen < mark.length) return;
    this.#seen = 0;
    this.#pasting = !this.#pasting;
  }
}

function isEditing(byte: number): boolean {
  return byte < FIRST_PRINTABLE && byte !== BACKSPACE;
}

/** Bytes that would be one of guard's own keys are not passed on, wherever they are cut. */
export class KeyFence {
  readonly #mark: Buffer;
  #seen = 0;

  constructor(mark: string) {
    this.#mark = Buffer.from(mark, 'latin1');
  }

  /** The bytes that may be passed on: all of them, or those before the one that would complete the mark. */
  push(bytes: Buffer): Buffer {
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === this.#mark[this.#seen]) this.#seen += 1;
      else this.#seen = byte === this.#mark[0] ? 1 : 0;
      if (this.#seen === this.#mark.length) {
        this.#seen = 0;
        return bytes.subarray(0, at);
      }
    }
    return bytes;
  }
}
