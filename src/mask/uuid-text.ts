const UUID_BYTES = 16;
const TEXT_BYTES = 36;
const DASH = 45;
/** Bytes of a UUID before which a dash stands. */
const DASHES = new Set([4, 6, 8, 10]);
const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** Value of each hexadecimal digit's byte; 255 for every other byte. */
const VALUES = new Uint8Array(256).fill(255);
'0123456789'.split('').forEach((digit, value) => {
  VALUES[digit.charCodeAt(0)] = value;
});
'abcdef'.split('').forEach((digit, value) => {
  VALUES[digit.charCodeAt(0)] = value + 10;
  VALUES[digit.toUpperCase().charCodeAt(0)] = value + 10;
});

/** The 16 bytes of `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, as PostgreSQL writes it; undefined for anything else. */
export function readUuid(text: Uint8Array): Uint8Array | undefined {
  if (text.length !== TEXT_BYTES) return undefined;
  const uuid = new Uint8Array(UUID_BYTES);
  let at = 0;
  for (let i = 0; i < UUID_BYTES; i++) {
    if (DASHES.has(i) && text[at++] !== DASH) return undefined;
    const high = VALUES[text[at++] ?? 0] ?? 255;
    const low = VALUES[text[at++] ?? 0] ?? 255;
    if (high === 255 || low === 255) return undefined;
    uuid[i] = (high << 4) | low;
  }
  return uuid;
}

export function writeUuid(uuid: Uint8Array): Uint8Array {
  const text = new Uint8Array(TEXT_BYTES);
  let at = 0;
  for (let i = 0; i < UUID_BYTES; i++) {
    if (DASHES.has(i)) text[at++] = DASH;
    const byte = uuid[i] ?? 0;
    text[at++] = DIGITS[byte >> 4] ?? 0;
    text[at++] = DIGITS[byte & 0x0f] ?? 0;
  }
  return text;
}
