import { createHmac, randomBytes } from 'node:crypto';
import { createPrivateFile, readPrivateFile } from '../host/private-file.ts';
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

function hmac(secret: Buffer, text: string): string {
  return createHmac('sha256', secret).update(text, 'utf8').digest('hex');
}

/** The secret at `path`, made (0600) when there is none. Throws KEY_UNREADABLE. */
export function loadOrMakeTagSecret(path: string): TagSecret {
  if (readPrivateFile(path) === undefined) createPrivateFile(path, randomBytes(SECRET_BYTES));
  const secret = readPrivateFile(path);
  if (secret?.length !== SECRET_BYTES)
    throw new GuardError('KEY_UNREADABLE', `${path} holds no secret of ${SECRET_BYTES} bytes`);
  const id = hmac(secret, 'guard tag secret id').slice(0, ID_CHARS);
  return { tag: (text) => `hmac:${id}:${hmac(secret, text).slice(0, TAG_CHARS)}` };
}
