import type { CopyLayout } from '../model/sql.ts';

/** One of COPY's two languages: where fields end, and what they mean. */
export interface CopyDialect {
  /**
   * Where the next field or row ends at or after `from`: the index of its delimiter or newline, or the length when it goes
   * on. Remembers what it must, so that input may be cut anywhere.
   */
  next(data: Uint8Array, from: number): number;
  /** Of the raw field `data[from..end)`. */
  isNull(data: Uint8Array, from: number, end: number): boolean;
  decode(raw: Uint8Array): Uint8Array;
  /** A value as a field; `null` is SQL NULL. */
  encode(value: Uint8Array | null): Uint8Array;
}

const encoder = new TextEncoder();
const NEWLINE = 10;
const RETURN = 13;
const BACKSLASH = 92;

function byteOf(text: string): number {
  return encoder.encode(text)[0] ?? 0;
}

function standsAt(
  data: Uint8Array,
  { from, end }: { readonly from: number; readonly end: number },
  wanted: Uint8Array,
): boolean {
  if (end - from !== wanted.length) return false;
  for (let at = 0; at < wanted.length; at++) if (data[from + at] !== wanted[at]) return false;
  return true;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return standsAt(a, { from: 0, end: a.length }, b);
}

/** Fields are short: a loop beats the native search. */
function hasByte(bytes: Uint8Array, wanted: number): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === wanted) return true;
  return false;
}

/** Letters after a backslash and the bytes they stand for (b, f, n, r, t, v). */
const NAMED: readonly (readonly [letter: number, byte: number])[] = [
  [98, 8],
  [102, 12],
  [110, 10],
  [114, 13],
  [116, 9],
  [118, 11],
];
const BYTE_OF_LETTER = new Map(NAMED);
const LETTER_OF_BYTE = new Map(NAMED.map(([letter, byte]) => [byte, letter]));
/** The largest byte that has a letter. */
const LAST_NAMED = RETURN;

/** Text format: backslash escapes, raw newlines only between rows. */
export class TextDialect implements CopyDialect {
  readonly #delimiter: number;
  readonly #null: Uint8Array;
  #escaped = false;

  constructor(layout: CopyLayout) {
    this.#delimiter = byteOf(layout.delimiter);
    this.#null = encoder.encode(layout.null);
  }

  next(data: Uint8Array, from: number): number {
    const delimiter = this.#delimiter;
    const { length } = data;
    let at = this.#escaped ? from + 1 : from;
    for (; at < length; at++) {
      const byte = data[at];
      if (byte === delimiter || byte === NEWLINE) break;
      if (byte === BACKSLASH) at++;
    }
    this.#escaped = at > length;
    return Math.min(at, length);
  }

  isNull(data: Uint8Array, from: number, end: number): boolean {
    return standsAt(data, { from, end }, this.#null);
  }

  decode(raw: Uint8Array): Uint8Array {
    if (!hasByte(raw, BACKSLASH)) return raw;
    const out: number[] = [];
    for (let at = 0; at < raw.length; at++) {
      const byte = raw[at] ?? 0;
      const next = raw[at + 1];
      if (byte !== BACKSLASH || next === undefined) out.push(byte);
      else {
        out.push(BYTE_OF_LETTER.get(next) ?? next);
        at++;
      }
    }
    return Uint8Array.from(out);
  }

  encode(value: Uint8Array | null): Uint8Array {
    if (value === null) return this.#null;
    if (!this.#needsEscapes(value)) return value;
    const out: number[] = [];
    for (const byte of value) {
      const letter = LETTER_OF_BYTE.get(byte);
      if (letter !== undefined) out.push(BACKSLASH, letter);
      else if (byte === BACKSLASH || byte === this.#delimiter) out.push(BACKSLASH, byte);
      else out.push(byte);
    }
    return Uint8Array.from(out);
  }

  /** Most values are written as they are. */
  #needsEscapes(value: Uint8Array): boolean {
    for (let at = 0; at < value.length; at++) {
      const byte = value[at] ?? 0;
      if (byte === BACKSLASH || byte === this.#delimiter || (byte <= LAST_NAMED && LETTER_OF_BYTE.has(byte)))
        return true;
    }
    return false;
  }
}

type CsvState = 'start' | 'plain' | 'quoted' | 'escaped' | 'closing';

/** CSV format: quotes keep newlines and delimiters inside a field. */
export class CsvDialect implements CopyDialect {
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #escape: number;
  readonly #null: Uint8Array;
  #state: CsvState = 'start';

  constructor(layout: CopyLayout) {
    this.#delimiter = byteOf(layout.delimiter);
    this.#quote = byteOf(layout.quote);
    this.#escape = byteOf(layout.escape);
    this.#null = encoder.encode(layout.null);
  }

  next(data: Uint8Array, from: number): number {
    for (let at = from; at < data.length; at++) {
      if (this.#ends(data[at] ?? 0)) return at;
    }
    return data.length;
  }

  #ends(byte: number): boolean {
    if (this.#state === 'escaped') this.#state = 'quoted';
    else if (this.#state === 'quoted') this.#state = this.#afterQuoted(byte);
    else return this.#endsOutside(byte);
    return false;
  }

  #afterQuoted(byte: number): CsvState {
    if (byte === this.#quote) return 'closing';
    return byte === this.#escape ? 'escaped' : 'quoted';
  }

  #endsOutside(byte: number): boolean {
    if (byte === this.#delimiter || byte === NEWLINE) {
      this.#state = 'start';
      return true;
    }
    // A quote right after a closing one was a doubled quote; one at the start opens the field.
    const opens = byte === this.#quote && this.#state !== 'plain';
    this.#state = opens ? 'quoted' : 'plain';
    return false;
  }

  isNull(data: Uint8Array, from: number, end: number): boolean {
    const quoted = from < end && data[from] === this.#quote;
    return !quoted && standsAt(data, { from, end }, this.#null);
  }

  decode(raw: Uint8Array): Uint8Array {
    if (raw[0] !== this.#quote) return raw;
    const out: number[] = [];
    for (let at = 1; at < raw.length - 1; at++) {
      const next = raw[at + 1];
      const escapes = raw[at] === this.#escape && at + 1 < raw.length - 1;
      if (escapes && (next === this.#quote || next === this.#escape)) at++;
      out.push(raw[at] ?? 0);
    }
    return Uint8Array.from(out);
  }

  encode(value: Uint8Array | null): Uint8Array {
    if (value === null) return this.#null;
    if (!this.#needsQuotes(value)) return value;
    const out: number[] = [this.#quote];
    for (const byte of value) {
      if (byte === this.#quote || byte === this.#escape) out.push(this.#escape);
      out.push(byte);
    }
    out.push(this.#quote);
    return Uint8Array.from(out);
  }

  #needsQuotes(value: Uint8Array): boolean {
    if (sameBytes(value, this.#null) || value[0] === BACKSLASH) return true;
    return value.some(
      (byte) => byte === this.#delimiter || byte === this.#quote || byte === NEWLINE || byte === RETURN,
    );
  }
}
