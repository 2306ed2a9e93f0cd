import type { DataClass } from '../model/data-class.ts';
import type { MaskKeys } from './mask-keys.ts';
import { SipHash } from './siphash.ts';

const ROUNDS = 6;
const INPUT_BYTES = 5;

/**
 * A keyed permutation of the numbers of `left + right` bits (an unbalanced Feistel network, Luby and Rackoff 1988, with
 * SipHash as its function): different numbers stay different, which a digest of so few bits could not promise.
 */
class Permutation {
  readonly #hash: SipHash;
  readonly #left: number;
  readonly #right: number;
  readonly #input = new Uint8Array(INPUT_BYTES);

  constructor(key: Uint8Array, left: number, right: number) {
    this.#hash = new SipHash(key);
    this.#left = 2 ** left;
    this.#right = 2 ** right;
  }

  of(number: number): number {
    let left = Math.floor(number / this.#right);
    let right = number % this.#right;
    for (let round = 0; round < ROUNDS; round++) {
      if (round % 2 === 0) left ^= this.#mix(right, round) & (this.#left - 1);
      else right ^= this.#mix(left, round) & (this.#right - 1);
    }
    return left * this.#right + right;
  }

  #mix(half: number, round: number): number {
    const input = this.#input;
    input[0] = half;
    input[1] = half >>> 8;
    input[2] = half >>> 16;
    input[3] = half >>> 24;
    input[4] = round;
    this.#hash.digest(input, INPUT_BYTES);
    return this.#hash.low;
  }
}

/** Masks of at most four bytes are negative; those below this are so large that no code of a system's own is. */
export const LARGE_MASK = -1_000_000;

/**
 * Pseudonyms of integers of two and four bytes: every number from 0 on has one of its own, all are negative. There is no
 * room for a proof in them, so that the few that are small are told to `issued`.
 */
export function smallPseudonym(
  dataClass: DataClass,
  bytes: 2 | 4,
  { keys, issued }: { readonly keys: MaskKeys; readonly issued: (small: number) => void },
): (value: number) => number {
  const key = keys.session(`${dataClass} int${bytes}`);
  const permutation = bytes === 2 ? new Permutation(key, 8, 7) : new Permutation(key, 16, 15);
  return (value) => {
    const made = -1 - permutation.of(value);
    if (made > LARGE_MASK) issued(made);
    return made;
  };
}

const VALUE_BITS = 40;
const HALF_BITS = VALUE_BITS / 2;
/** Ids from here on are digested instead: two of them could look alike, with a chance of one in this. */
const FIRST_DIGESTED = 2 ** VALUE_BITS;
const PROOF_BITS = 22n;
const PROOF_MASK = (1 << Number(PROOF_BITS)) - 1;
/** Every pseudonym has 19 digits. */
const TOP = 1n << 62n;

const encoder = new TextEncoder();

/** Writes a number below 2^40 for a proof. */
function proofOf(hash: SipHash, value: number, input: Uint8Array): number {
  let rest = value;
  for (let at = 0; at < INPUT_BYTES; at++) {
    input[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  hash.digest(input, INPUT_BYTES);
  return hash.low & PROOF_MASK;
}

/** Pseudonyms of integers of eight bytes: negative, 19 digits, 40 bits for the value and 22 of proof. */
export function bigPseudonym(dataClass: DataClass, keys: MaskKeys): (value: bigint) => bigint {
  const permutation = new Permutation(keys.session(`${dataClass} int8`), HALF_BITS, HALF_BITS);
  const digest = new SipHash(keys.session(`${dataClass} int8 large`));
  const proof = new SipHash(keys.installation('check int8'));
  const input = new Uint8Array(INPUT_BYTES);
  const large = (value: bigint): number => {
    const text = encoder.encode(String(value));
    digest.digest(text, text.length);
    return (digest.high % 2 ** (VALUE_BITS - 32)) * 2 ** 32 + digest.low;
  };
  return (value) => {
    const fits = value >= 0n && value < FIRST_DIGESTED;
    const shown = fits ? permutation.of(Number(value)) : large(value);
    return -(TOP | (BigInt(shown) << PROOF_BITS) | BigInt(proofOf(proof, shown, input)));
  };
}

/** Tells the eight-byte pseudonyms of this installation: of the numbers of their shape one in 2^22 passes for one. */
export class BigCheck {
  readonly #proof: SipHash;
  readonly #input = new Uint8Array(INPUT_BYTES);

  constructor(keys: MaskKeys) {
    this.#proof = new SipHash(keys.installation('check int8'));
  }

  isProved(value: bigint): boolean {
    const size = -value - TOP;
    if (size < 0n || size >= TOP) return false;
    const shown = Number(size >> PROOF_BITS);
    return proofOf(this.#proof, shown, this.#input) === Number(size & BigInt(PROOF_MASK));
  }
}
