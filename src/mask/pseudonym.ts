import type { DataClass } from '../model/data-class.ts';

/**
 * A keyed digest (HMAC-SHA-256 with a key that lives as long as the session) of at least 16 bytes: equal values
 * of one class stay equal within a session, and nobody without the key can try values out.
 */
export type KeyedDigest = (domain: string, value: Uint8Array) => Uint8Array;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** 10 characters of Crockford's base 32: 50 bits, so that a million patients hardly collide. */
const LENGTH = 10;
const BITS = 0x1f;
const UUID_VERSION_8 = 0x80;
const UUID_VARIANT = 0x80;

const LABELS: ReadonlyMap<string, string> = new Map([
  ['mrn', 'MRN'],
  ['id', 'ID'],
  ['plan', 'PLAN'],
  ['account', 'ACCT'],
]);

/** Classes whose values are names of a row and stay useful as stable pseudonyms. */
export function hasPseudonym(dataClass: DataClass | 'opaque'): boolean {
  return (
    dataClass === 'phi.id' || dataClass === 'phi.mrn' || dataClass === 'pii.id' || dataClass === 'pii.mrn'
  );
}

/** `MRN~k3f9x2ab7q`: stable within the session, and the `~` says that it is none of the system's own numbers. */
export function pseudonym(dataClass: DataClass, digest: Uint8Array): string {
  const leaf = dataClass.slice(dataClass.indexOf('.') + 1);
  let letters = '';
  for (let at = 0; at < LENGTH; at++) letters += ALPHABET[(digest[at] ?? 0) & BITS] ?? '';
  return `${LABELS.get(leaf) ?? 'ID'}~${letters}`;
}

/** A version 8 UUID (RFC 9562, 5.8) from a digest. */
export function pseudonymUuid(digest: Uint8Array): string {
  const bytes = [...digest.subarray(0, 16)];
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | UUID_VERSION_8;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | UUID_VARIANT;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
