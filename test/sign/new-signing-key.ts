import { newSigningKeyPem, readSigningKey, type SigningKey } from '../../src/sign/signing-key.ts';

/** A key that exists in memory only. */
export function newSigningKey(name: string): SigningKey {
  return readSigningKey(Buffer.from(newSigningKeyPem()), name);
}
