import { BigCheck } from './integer-pseudonym.ts';
import type { MaskKeys } from './mask-keys.ts';
import { holdsTextPseudonym, PseudonymCheck, UuidCheck } from './pseudonym.ts';
import { readUuid } from './uuid-text.ts';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/gi;
const BIG = /-[4-9]\d{18}(?!\d)/g;
const TEXT = /(?:MRN|ID|PLAN|ACCT)~[0-9a-hjkmnp-tv-z]{16}|(?<=')~[0-9a-hjkmnp-tv-z]{9,16}(?=')/g;

const INT8 = 20;
const UNKNOWN = 0;
const UUID_TYPE = 2950;
const UUID_BYTES = 16;
const UUID_TEXT = 36;
const BIG_BYTES = 8;
const BIG_TEXT = 20;
const TILDE = 0x7e;
const MINUS = 0x2d;

const encoder = new TextEncoder();
const decoder = new TextDecoder('latin1');

/** Where a mask stands in a text, in UTF-16 code units. */
export interface MaskPlace {
  readonly start: number;
  readonly end: number;
}

/**
 * Recognises the pseudonyms that carry the proof of this installation, wherever they stand and whichever session showed them.
 * Of texts of their shape one in 2^10 (in columns of 10 characters) to 2^30 passes for one by chance, of UUIDs of
 * version 8 one in 2^56, of 19-digit negative numbers one in 2^22: and no real data has these shapes but for UUIDs.
 */
export class ProvedMasks {
  readonly #text: PseudonymCheck;
  readonly #uuid: UuidCheck;
  readonly #big: BigCheck;

  constructor(keys: MaskKeys) {
    this.#text = new PseudonymCheck(keys);
    this.#uuid = new UuidCheck(keys);
    this.#big = new BigCheck(keys);
  }

  /** All masks in the text of a statement. */
  inStatement(text: string): readonly MaskPlace[] {
    return [
      ...(text.includes('~') ? places(text, TEXT, (found) => this.#isText(encoder.encode(found))) : []),
      ...places(text, UUID, (found) => this.#isUuidText(encoder.encode(found.toLowerCase()))),
      ...places(text, BIG, (found) => this.#big.isProved(BigInt(found))),
    ];
  }

  /** Whether a value in text format is or holds one. */
  inText(value: Uint8Array): boolean {
    if (value.includes(TILDE) && this.#isText(value)) return true;
    if (value.length < BIG_TEXT) return false;
    if (value.length === UUID_TEXT) return this.#isUuidText(value);
    if (value.length === BIG_TEXT && value[0] === MINUS)
      return this.inStatement(decoder.decode(value)).length > 0;
    // An array, a document, a note: rare enough to be read as a text.
    return value.includes(MINUS) && this.inStatement(decoder.decode(value)).length > 0;
  }

  /** Whether a value in binary format is or holds one; `type` 0 is one that nobody said. */
  inBinary(value: Uint8Array, type: number): boolean {
    if (value.includes(TILDE) && this.#isText(value)) return true;
    if (value.length === UUID_BYTES && (type === UUID_TYPE || type === UNKNOWN))
      return this.#uuid.isProved(value);
    if (value.length !== BIG_BYTES || (type !== INT8 && type !== UNKNOWN)) return false;
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    return this.#big.isProved(view.getBigInt64(0));
  }

  #isText(value: Uint8Array): boolean {
    return holdsTextPseudonym(value, this.#text);
  }

  #isUuidText(value: Uint8Array): boolean {
    const uuid = readUuid(value);
    return uuid !== undefined && this.#uuid.isProved(uuid);
  }
}

function places(text: string, shape: RegExp, isMask: (found: string) => boolean): readonly MaskPlace[] {
  return [...text.matchAll(shape)]
    .filter(([found]) => isMask(found))
    .map(({ index, 0: found }) => ({ start: index, end: index + found.length }));
}
