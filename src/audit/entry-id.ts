import { randomBytes } from 'node:crypto';

/** Crockford base 32, as in ULIDs: sorts like the time it holds, has no look-alike letters. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_CHARS = 10;
const RANDOM_BYTES = 16;
const BASE = 32;
const BITS = 5;

function timePart(milliseconds: number): string {
  let rest = Math.max(0, Math.floor(milliseconds));
  let text = '';
  for (let place = 0; place < TIME_CHARS; place++) {
    text = ALPHABET.charAt(rest % BASE) + text;
    rest = Math.floor(rest / BASE);
  }
  return text;
}

function randomPart(): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of randomBytes(RANDOM_BYTES)) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= BITS) {
      bits -= BITS;
      text += ALPHABET.charAt((held >>> bits) & (BASE - 1));
    }
    held &= (1 << bits) - 1;
  }
  return text + ALPHABET.charAt((held << (BITS - bits)) & (BASE - 1));
}

/** 36 characters: time in milliseconds, then 128 random bits, so that no entry's hash can be guessed from what it says. */
export function newEntryId(milliseconds: number): string {
  return timePart(milliseconds) + randomPart();
}
