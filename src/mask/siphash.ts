/** SipHash's start (`somepseudorandomlygeneratedbytes`, little-endian words). */
const START = [
  0x70736575, 0x736f6d65, 0x6e646f6d, 0x646f7261, 0x6e657261, 0x6c796765, 0x79746573, 0x74656462,
] as const;
const KEY_WORDS = 4;
const BLOCK_BYTES = 8;
const WORD_BYTES = 4;
/** Compression and finalization rounds: SipHash-2-4. */
const COMPRESSION = 2;
const FINALIZATION = 4;
const LAST_BLOCK_MARK = 0xff;

/** The state's four 64-bit words as pairs of low and high 32 bits: v0l v0h v1l v1h v2l v2h v3l v3h. */
const state = new Int32Array(START.length);

/** The carry of the sum of two 32-bit words. */
function carry(sum: number, a: number): number {
  return sum >>> 0 < a >>> 0 ? 1 : 0;
}

function sipRounds(count: number): void {
  let v0l = state[0] ?? 0;
  let v0h = state[1] ?? 0;
  let v1l = state[2] ?? 0;
  let v1h = state[3] ?? 0;
  let v2l = state[4] ?? 0;
  let v2h = state[5] ?? 0;
  let v3l = state[6] ?? 0;
  let v3h = state[7] ?? 0;
  let swap = 0;
  for (let round = 0; round < count; round++) {
    v0l = (v0l + v1l) | 0;
    v0h = (v0h + v1h + carry(v0l, v1l)) | 0;
    swap = ((v1l << 13) | (v1h >>> 19)) ^ v0l;
    v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
    v1l = swap;
    swap = v0l;
    v0l = v0h;
    v0h = swap;
    v2l = (v2l + v3l) | 0;
    v2h = (v2h + v3h + carry(v2l, v3l)) | 0;
    swap = ((v3l << 16) | (v3h >>> 16)) ^ v2l;
    v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
    v3l = swap;
    v0l = (v0l + v3l) | 0;
    v0h = (v0h + v3h + carry(v0l, v3l)) | 0;
    swap = ((v3l << 21) | (v3h >>> 11)) ^ v0l;
    v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
    v3l = swap;
    v2l = (v2l + v1l) | 0;
    v2h = (v2h + v1h + carry(v2l, v1l)) | 0;
    swap = ((v1l << 17) | (v1h >>> 15)) ^ v2l;
    v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
    v1l = swap;
    swap = v2l;
    v2l = v2h;
    v2h = swap;
  }
  state[0] = v0l;
  state[1] = v0h;
  state[2] = v1l;
  state[3] = v1h;
  state[4] = v2l;
  state[5] = v2h;
  state[6] = v3l;
  state[7] = v3h;
}

function word(bytes: Uint8Array, at: number, end: number): number {
  if (at + WORD_BYTES <= end)
    return (
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)
    );
  let value = 0;
  for (let i = end - 1; i >= at; i--) value = (value << 8) | (bytes[i] ?? 0);
  return value;
}

function absorb(low: number, high: number): void {
  state[6] = (state[6] ?? 0) ^ low;
  state[7] = (state[7] ?? 0) ^ high;
  sipRounds(COMPRESSION);
  state[0] = (state[0] ?? 0) ^ low;
  state[1] = (state[1] ?? 0) ^ high;
}

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed pseudorandom function for short inputs, 20 times faster than an HMAC
 * for a cell. node:crypto has none, and what masks takes no Node module.
 */
export class SipHash {
  readonly #start = new Int32Array(START.length);
  /** The two halves of the last digest, as unsigned 32-bit numbers. */
  low = 0;
  high = 0;

  /** `key` has 16 bytes. */
  constructor(key: Uint8Array) {
    START.forEach((start, at) => {
      const from = (at % KEY_WORDS) * WORD_BYTES;
      this.#start[at] = start ^ word(key, from, from + WORD_BYTES);
    });
  }

  /** Digests `bytes[0..end)`; the result stands in `low` and `high`. */
  digest(bytes: Uint8Array, end: number): void {
    state.set(this.#start);
    const whole = end - (end % BLOCK_BYTES);
    for (let at = 0; at < whole; at += BLOCK_BYTES)
      absorb(word(bytes, at, end), word(bytes, at + WORD_BYTES, end));
    absorb(word(bytes, whole, end), word(bytes, whole + WORD_BYTES, end) | (end << 24));
    state[4] = (state[4] ?? 0) ^ LAST_BLOCK_MARK;
    sipRounds(FINALIZATION);
    this.low = ((state[0] ?? 0) ^ (state[2] ?? 0) ^ (state[4] ?? 0) ^ (state[6] ?? 0)) >>> 0;
    this.high = ((state[1] ?? 0) ^ (state[3] ?? 0) ^ (state[5] ?? 0) ^ (state[7] ?? 0)) >>> 0;
  }
}
