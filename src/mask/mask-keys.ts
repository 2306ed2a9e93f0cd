/** Bytes of every key below. */
export const MASK_KEY_BYTES = 16;

/**
 * Keys of masks, each derived for one purpose (`phi.mrn`, `check`). What a pseudonym shows hangs on the session's key, so
 * that it says nothing outside; that guard made it is proved under the installation's, so that one in yesterday's file is
 * known today.
 */
export interface MaskKeys {
  session(purpose: string): Uint8Array;
  installation(purpose: string): Uint8Array;
}
