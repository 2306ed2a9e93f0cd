import type { DataClass } from '../model/data-class.ts';
import type { MaskKeys } from './mask-keys.ts';
import { SipHash } from './siphash.ts';

/** Crockford's base 32, small letters. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const LETTER_BITS = 5;
const LETTER_MASK = 0x1f;
const LETTERS = Uint8Array.from(ALPHABET, (letter) => letter.charCodeAt(0));
/** Value of each letter's byte; 255 for every other byte. */
const VALUES = new Uint8Array(256).fill(255);
LETTERS.forEach((byte, value) => {
  VALUES[byte] = value;
});
const TILDE = 0x7e;

const LABELS: ReadonlyMap<string, string> = new Map([
  ['mrn', 'MRN'],
  ['id', 'ID'],
  ['plan', 'PLAN'],
  ['account', 'ACCT'],
]);
const OTHER_LABEL = 'ID';

/** Letters that tell values apart, and letters that prove who made it. */
export interface PseudonymForm {
  readonly label: string;
  readonly letters: number;
  readonly check: number;
}

/** 50 bits for the value: among a million of them two look alike with a chance of 1 in 2,000. 30 bits of proof. */
const FULL = { letters: 10, check: 6 };
/** Where a column is too narrow for that, from most room to least, with the `~` alone in front. */
const NARROW: readonly Omit<PseudonymForm, 'label'>[] = [
  FULL,
  { letters: 9, check: 5 },
  { letters: 8, check: 4 },
  { letters: 7, check: 3 },
  { letters: 7, check: 2 },
];

/** The pseudonym that fits into `width` characters; undefined when none does. */
export function pseudonymForm(
  dataClass: DataClass,
  width = Number.POSITIVE_INFINITY,
): PseudonymForm | undefined {
  const leaf = dataClass.slice(dataClass.indexOf('.') + 1);
  const label = LABELS.get(leaf) ?? OTHER_LABEL;
  if (label.length + 1 + FULL.letters + FULL.check <= width) return { label, ...FULL };
  const narrow = NARROW.find(({ letters, check }) => 1 + letters + check <= width);
  return narrow === undefined ? undefined : { label: '', ...narrow };
}

/** Writes the first `count` letters of a 64-bit digest, the low bits first. */
function writeLetters(out: Uint8Array, count: number, { low, high }: SipHash): void {
  let bits = low;
  let rest = high;
  for (let i = 0; i < count; i++) {
    out[i] = LETTERS[bits & LETTER_MASK] ?? 0;
    bits = (bits >>> LETTER_BITS) | (rest << (32 - LETTER_BITS));
    rest >>>= LETTER_BITS;
  }
}

/** Makes and recognises what only this installation makes. */
export class PseudonymCheck {
  readonly #proof: SipHash;
  readonly #letters = new Uint8Array(FULL.letters + 1);
  readonly #proved = new Uint8Array(FULL.check);

  constructor(keys: MaskKeys) {
    this.#proof = new SipHash(keys.installation('check'));
  }

  /** Writes the proof for the letters `out[from..from + letters)` behind them. */
  prove(out: Uint8Array, from: number, { letters, check }: PseudonymForm): void {
    this.#digest(out, from, letters);
    writeLetters(this.#proved, check, this.#proof);
    for (let at = 0; at < check; at++) out[from + letters + at] = this.#proved[at] ?? 0;
  }

  /** Whether `text[from..from + letters + check)` is such a pseudonym. */
  isProved(text: Uint8Array, from: number, { letters, check }: Omit<PseudonymForm, 'label'>): boolean {
    for (let at = from; at < from + letters + check; at++) if (VALUES[text[at] ?? 0] === 255) return false;
    this.#digest(text, from, letters);
    writeLetters(this.#proved, check, this.#proof);
    for (let at = 0; at < check; at++) if (this.#proved[at] !== text[from + letters + at]) return false;
    return true;
  }

  /** A proof of `letters` letters says nothing about one of another length. */
  #digest(bytes: Uint8Array, from: number, letters: number): void {
    for (let at = 0; at < letters; at++) this.#letters[at] = bytes[from + at] ?? 0;
    this.#letters[letters] = letters;
    this.#proof.digest(this.#letters, letters + 1);
  }
}

/** `MRN~k3f9x2ab7qh4m2c1`: stable within the session; the `~` says that it is none of the system's own numbers. */
export function textPseudonym(
  dataClass: DataClass,
  form: PseudonymForm,
  keys: MaskKeys,
): (cell: Uint8Array) => Uint8Array {
  const value = new SipHash(keys.session(dataClass));
  const check = new PseudonymCheck(keys);
  const { label, letters } = form;
  const from = label.length + 1;
  const out = new Uint8Array(from + letters + form.check);
  for (let at = 0; at < label.length; at++) out[at] = label.charCodeAt(at);
  out[from - 1] = TILDE;
  const shown = out.subarray(from);
  return (cell) => {
    value.digest(cell, cell.length);
    writeLetters(shown, letters, value);
    check.prove(out, from, form);
    return out;
  };
}

const PROVED_FORMS = [FULL, ...NARROW.slice(1)];

/** Whether a whole value is a pseudonym without a label, as narrow columns show them. */
function isNarrow(value: Uint8Array, check: PseudonymCheck): boolean {
  if (value[0] !== TILDE) return false;
  return PROVED_FORMS.some(
    (form) => value.length === 1 + form.letters + form.check && check.isProved(value, 1, form),
  );
}

/** Whether a pseudonym stands anywhere in a value: `call MRN~k3f9x2ab7qh4m2c1 back`. */
export function holdsTextPseudonym(value: Uint8Array, check: PseudonymCheck): boolean {
  const size = FULL.letters + FULL.check;
  let at = value.indexOf(TILDE);
  while (at !== -1 && at + size < value.length) {
    if (hasLabel(value, at) && check.isProved(value, at + 1, FULL)) return true;
    at = value.indexOf(TILDE, at + 1);
  }
  return isNarrow(value, check);
}

const LABEL_BYTES = [...new Set([...LABELS.values(), OTHER_LABEL])].map((label) =>
  Uint8Array.from(label, (letter) => letter.charCodeAt(0)),
);

function hasLabel(value: Uint8Array, tilde: number): boolean {
  return LABEL_BYTES.some((label) => label.every((byte, at) => value[tilde - label.length + at] === byte));
}

const UUID_BYTES = 16;
const UUID_VERSION_8 = 0x80;
const UUID_VARIANT = 0x80;
/** Bytes 0 to 8 tell values apart, the others prove: 66 and 56 bits. */
const UUID_PROOF_AT = 9;

/** A version 8 UUID (RFC 9562, 5.8), 16 bytes. The digest of a UUID is that of its bytes, in text and binary format alike. */
export function uuidPseudonym(dataClass: DataClass, keys: MaskKeys): (uuid: Uint8Array) => Uint8Array {
  const value = new SipHash(keys.session(dataClass));
  const more = new SipHash(keys.session(`${dataClass} more`));
  const proof = new SipHash(keys.installation('check uuid'));
  const out = new Uint8Array(UUID_BYTES);
  return (uuid) => {
    value.digest(uuid, UUID_BYTES);
    more.digest(uuid, UUID_BYTES);
    writeWord(out, 0, value.low);
    writeWord(out, 4, value.high);
    out[8] = more.low & 0xff;
    out[6] = ((out[6] ?? 0) & 0x0f) | UUID_VERSION_8;
    out[8] = ((out[8] ?? 0) & 0x3f) | UUID_VARIANT;
    proof.digest(out, UUID_PROOF_AT);
    writeWord(out, UUID_PROOF_AT, proof.low);
    writeTail(out, UUID_PROOF_AT + 4, proof.high);
    return out;
  };
}

function writeWord(out: Uint8Array, at: number, word: number): void {
  out[at] = word;
  out[at + 1] = word >>> 8;
  out[at + 2] = word >>> 16;
  out[at + 3] = word >>> 24;
}

function writeTail(out: Uint8Array, at: number, word: number): void {
  for (let i = 0; at + i < UUID_BYTES; i++) out[at + i] = word >>> (8 * i);
}

/** Tells the UUIDs that this installation made as pseudonyms from all others: one in 2^56 of version 8 passes for one. */
export class UuidCheck {
  readonly #proof: SipHash;
  readonly #proved = new Uint8Array(UUID_BYTES);

  constructor(keys: MaskKeys) {
    this.#proof = new SipHash(keys.installation('check uuid'));
  }

  isProved(uuid: Uint8Array): boolean {
    if (((uuid[6] ?? 0) & 0xf0) !== UUID_VERSION_8 || ((uuid[8] ?? 0) & 0xc0) !== UUID_VARIANT) return false;
    this.#proof.digest(uuid, UUID_PROOF_AT);
    writeWord(this.#proved, UUID_PROOF_AT, this.#proof.low);
    writeTail(this.#proved, UUID_PROOF_AT + 4, this.#proof.high);
    for (let at = UUID_PROOF_AT; at < UUID_BYTES; at++) if (this.#proved[at] !== uuid[at]) return false;
    return true;
  }
}
