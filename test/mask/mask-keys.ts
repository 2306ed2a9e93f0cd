import { createHmac } from 'node:crypto';
import { MASK_KEY_BYTES, type MaskKeys } from '../../src/mask/mask-keys.ts';

/** Keys of a session that is the same in every run. */
export function keysOf(session: string, installation = 'this installation'): MaskKeys {
  const derive = (secret: string) => (purpose: string) =>
    createHmac('sha256', secret).update(purpose).digest().subarray(0, MASK_KEY_BYTES);
  return { session: derive(session), installation: derive(installation) };
}
