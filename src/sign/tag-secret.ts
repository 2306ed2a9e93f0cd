import { createHmac, randomBytes } from 'node:crypto';
import { GuardError } from '../model/errors.ts';
import type { RawText } from '../model/text.ts';

const SECRET_BYTES = 32;
const ID_CHARS = 8;
const TAG_CHARS = 32;

/** Marks texts so that equal ones correlate within this host. A plain hash would let short secrets be guessed back. */
export interface TagSecret {
  /** `hmac:<secret's id>:<16 bytes hex>` */
  tag(text: RawText): string;
}

function hmac(secret: Uint8Array, text: string): string {
  return createHmac('sha256', secret).update(text, 'utf8').digest('hex');
}

/** A new secret, to be kept in a private file. */
export function newTagSecret(): Uint8Array {
  return randomBytes(SECRET_BYTES);
}

/** Throws KEY_UNREADABLE when `secret` has another length than ours. */
export function readTagSecret(secret: Uint8Array): TagSecret {
  if (secret.length !== SECRET_BYTES)
    throw new GuardError('KEY_UNREADABLE', `the secret of the audit tags has not ${SECRET_BYTES} bytes`);
  const id = hmac(secret, 'guard tag secret id').slice(0, ID_CHARS);
  return { tag: (text) => `hmac:${id}:${hmac(secret, text).slice(0, TAG_CHARS)}` };
}
