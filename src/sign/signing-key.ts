import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { GuardError } from '../model/errors.ts';
import { type VerificationKey, verificationKey } from './verification-key.ts';

/** An Ed25519 key pair. The private half never leaves this object. */
export interface SigningKey {
  readonly public: VerificationKey;
  /** 64 bytes. */
  sign(bytes: Uint8Array): Buffer;
}

export const SIGNATURE_BYTES = 64;

function signingKey(name: string, key: KeyObject): SigningKey {
  return {
    public: verificationKey(name, createPublicKey(key)),
    sign: (bytes) => sign(null, bytes, key),
  };
}

/** A new private key as PKCS #8 PEM (RFC 8410), to be kept in a private file. */
export function newSigningKeyPem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** The key in a PKCS #8 PEM text. Throws KEY_UNREADABLE. */
export function readSigningKey(pem: Uint8Array, name: string): SigningKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(Buffer.from(pem));
  } catch (cause) {
    throw new GuardError('KEY_UNREADABLE', 'the key file holds no private key', { cause });
  }
  if (key.asymmetricKeyType === 'ed25519') return signingKey(name, key);
  throw new GuardError('KEY_UNREADABLE', 'the key file holds no Ed25519 key');
}

/** True when `signature` is `key`'s over exactly these bytes. Never throws. */
export function isSignedBy(key: VerificationKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return signature.length === SIGNATURE_BYTES && verify(null, bytes, key.key, signature);
  } catch {
    return false;
  }
}
