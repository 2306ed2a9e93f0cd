import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createPrivateFile, readPrivateFile } from '../../host/private-file.ts';
import { ensurePrivateFolder } from '../../host/private-folder.ts';
import { MASK_KEY_BYTES, type MaskKeys } from '../../mask/mask-keys.ts';
import { GuardError } from '../../model/errors.ts';
import { keysFolder } from '../state-places.ts';

const SECRET_BYTES = 32;
const FILE = 'mask-key';

function readOrMake(path: string): Uint8Array {
  const there = readPrivateFile(path);
  if (there !== undefined) return there;
  createPrivateFile(path, randomBytes(SECRET_BYTES));
  // Somebody else may have been faster: then his counts.
  return readPrivateFile(path) ?? new Uint8Array();
}

/** The key that proves, also tomorrow, that this installation made a mask. Throws KEY_UNREADABLE and system errors. */
export function installationMaskKey(stateFolder: string): Uint8Array {
  const path = join(ensurePrivateFolder(keysFolder(stateFolder)), FILE);
  const key = readOrMake(path);
  if (key.length === SECRET_BYTES) return key;
  throw new GuardError('KEY_UNREADABLE', `${path} has not ${SECRET_BYTES} bytes`, {
    hint: 'Remove it: a new one is made. Masks of earlier sessions are then no longer known as such.',
  });
}

/** Keys for single purposes, by HMAC-SHA-256, each computed once. */
function derivedFrom(secret: Uint8Array): (purpose: string) => Uint8Array {
  const known = new Map<string, Uint8Array>();
  return (purpose) => {
    const key =
      known.get(purpose) ?? createHmac('sha256', secret).update(purpose).digest().subarray(0, MASK_KEY_BYTES);
    known.set(purpose, key);
    return key;
  };
}

/** The keys of a session's masks: what they show hangs on a secret that nobody keeps. */
export function sessionMaskKeys(installation: Uint8Array): MaskKeys {
  return { session: derivedFrom(randomBytes(SECRET_BYTES)), installation: derivedFrom(installation) };
}
