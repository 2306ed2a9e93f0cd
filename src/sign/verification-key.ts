import { createPublicKey, hash, type KeyObject } from 'node:crypto';

/**
 * Public keys as one line of text, in the format of C2SP signed-note: `<name>+<8 hex>+<base64(algorithm, key)>`.
 * The algorithm byte stays open for later ones; 0x01 is Ed25519. https://c2sp.org/signed-note
 */
const ALGORITHM_ED25519 = 0x01;
const KEY_BYTES = 32;
const KEY_ID_CHARS = 8;
/** Fixed DER head of an Ed25519 SubjectPublicKeyInfo (RFC 8410, section 4); the 32 key bytes follow. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const FORMAT = /^([A-Za-z0-9._/@-]{1,128})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/;

export interface VerificationKey {
  readonly name: string;
  /** 8 hex digits: a hint which key is meant, not a proof. */
  readonly id: string;
  /** The line of text. */
  readonly text: string;
  readonly key: KeyObject;
}

function keyId(name: string, body: Buffer): string {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), body]), 'hex').slice(0, KEY_ID_CHARS);
}

/** The text form of a public Ed25519 key. */
export function verificationKey(name: string, key: KeyObject): VerificationKey {
  const raw = key.export({ format: 'der', type: 'spki' }).subarray(SPKI_HEAD.length);
  const body = Buffer.concat([Buffer.of(ALGORITHM_ED25519), raw]);
  const id = keyId(name, body);
  return { name, id, text: `${name}+${id}+${body.toString('base64')}`, key };
}

/** Reads the text form; undefined when it is not one, or its id does not belong to its key. */
export function parseVerificationKey(text: string): VerificationKey | undefined {
  const [, name = '', id = '', encoded = ''] = FORMAT.exec(text.trim()) ?? [];
  const body = Buffer.from(encoded, 'base64');
  if (body.length !== KEY_BYTES + 1 || body[0] !== ALGORITHM_ED25519 || keyId(name, body) !== id)
    return undefined;
  try {
    const der = Buffer.concat([SPKI_HEAD, body.subarray(1)]);
    return { name, id, text: text.trim(), key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
  } catch {
    return undefined;
  }
}
