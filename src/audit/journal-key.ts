import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createPrivateFile, readPrivateFile } from '../host/private-file.ts';
import { GuardError } from '../model/errors.ts';
import { newSigningKeyPem, readSigningKey, type SigningKey } from '../sign/signing-key.ts';
import { newTagSecret, readTagSecret, type TagSecret } from '../sign/tag-secret.ts';
import type { VerificationKey } from '../sign/verification-key.ts';

/** Name in the verification key's text form. */
const KEY_NAME = 'guard-audit';
const KEY_FILE = 'audit.pem';
const PUBLIC_FILE = 'audit.vkey';
const TAG_FILE = 'tag.secret';

/** The secret at `path`, made when there is none; two processes that start together end up with the same one. */
function readOrMake(path: string, make: () => string | Uint8Array): Buffer {
  const present = readPrivateFile(path);
  if (present !== undefined) return present;
  createPrivateFile(path, make());
  const kept = readPrivateFile(path);
  if (kept === undefined) throw new GuardError('KEY_UNREADABLE', `${path} vanished while it was made`);
  return kept;
}

/** The key that signs the log, made (0600) on the first run. Its public half lies beside it, to be kept elsewhere. Throws KEY_UNREADABLE and system errors. */
export function journalKey(keysFolder: string): SigningKey {
  const key = readSigningKey(readOrMake(join(keysFolder, KEY_FILE), newSigningKeyPem), KEY_NAME);
  const publicFile = join(keysFolder, PUBLIC_FILE);
  if (!existsSync(publicFile)) createPrivateFile(publicFile, `${key.public.text}\n`);
  return key;
}

/** The secret that marks command texts, made (0600) on the first run. Throws KEY_UNREADABLE and system errors. */
export function journalTagSecret(keysFolder: string): TagSecret {
  return readTagSecret(readOrMake(join(keysFolder, TAG_FILE), newTagSecret));
}

/** This host's verification key, for `verifyJournal`; undefined before the first run. Throws KEY_UNREADABLE. */
export function knownJournalKey(keysFolder: string): VerificationKey | undefined {
  const pem = readPrivateFile(join(keysFolder, KEY_FILE));
  return pem === undefined ? undefined : readSigningKey(pem, KEY_NAME).public;
}
