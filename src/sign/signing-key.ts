import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { createPrivateFile, readPrivateFile } from '../host/private-file.ts';
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

function fromPem(path: string, name: string, pem: Buffer): SigningKey {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return signingKey(name, key);
  } catch (cause) {
    throw new GuardError('KEY_UNREADABLE', `${path} holds no private key`, { cause });
  }
  throw new GuardError('KEY_UNREADABLE', `${path} holds no Ed25519 key`);
}

/** A new key that exists in memory only. */
export function newSigningKey(name: string): SigningKey {
  return signingKey(name, generateKeyPairSync('ed25519').privateKey);
}

/** The key in the PKCS #8 PEM file `path`, or undefined when there is no file. Throws KEY_UNREADABLE. */
export function loadSigningKey(path: string, name: string): SigningKey | undefined {
  const pem = readPrivateFile(path);
  return pem === undefined ? undefined : fromPem(path, name, pem);
}

/** The key at `path`, made (0600) when there is none; two processes that start together end up with the same one. */
export function loadOrMakeSigningKey(path: string, name: string): SigningKey {
  const present = loadSigningKey(path, name);
  if (present !== undefined) return present;
  const { privateKey } = generateKeyPairSync('ed25519');
  createPrivateFile(path, privateKey.export({ format: 'pem', type: 'pkcs8' }));
  const kept = loadSigningKey(path, name);
  if (kept === undefined) throw new GuardError('KEY_UNREADABLE', `${path} vanished while it was made`);
  return kept;
}

/** True when `signature` is `key`'s over exactly these bytes. Never throws. */
export function isSignedBy(key: VerificationKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return signature.length === SIGNATURE_BYTES && verify(null, bytes, key.key, signature);
  } catch {
    return false;
  }
}
