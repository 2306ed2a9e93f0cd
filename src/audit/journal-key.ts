import { join } from 'node:path';
import { createPrivateFile } from '../host/private-file.ts';
import { loadOrMakeSigningKey, loadSigningKey, type SigningKey } from '../sign/signing-key.ts';
import type { VerificationKey } from '../sign/verification-key.ts';

/** Name in the verification key's text form. */
const KEY_NAME = 'guard-audit';

function keyPath(keysFolder: string): string {
  return join(keysFolder, 'audit.pem');
}

export function tagSecretPath(keysFolder: string): string {
  return join(keysFolder, 'tag.secret');
}

/** The key that signs the log, made on the first run. Its public half lies beside it as `audit.vkey`, to be kept elsewhere. Throws KEY_UNREADABLE. */
export function journalKey(keysFolder: string): SigningKey {
  const key = loadOrMakeSigningKey(keyPath(keysFolder), KEY_NAME);
  createPrivateFile(join(keysFolder, 'audit.vkey'), `${key.public.text}\n`);
  return key;
}

/** This host's verification key, for `verifyJournal`; undefined before the first run. Throws KEY_UNREADABLE. */
export function knownJournalKey(keysFolder: string): VerificationKey | undefined {
  return loadSigningKey(keyPath(keysFolder), KEY_NAME)?.public;
}
