import { expect, test } from 'vitest';
import { SipHash } from '../../src/mask/siphash.ts';

const KEY = Uint8Array.from({ length: 16 }, (_, at) => at);
const INPUT = Uint8Array.from({ length: 64 }, (_, at) => at);

/** The reference implementation's vectors (vectors_sip64, read as little-endian numbers). */
test.each([
  [0, '726fdb47dd0e0e31'],
  [1, '74f839c593dc67fd'],
  [2, '0d6c8009d9a94f5a'],
  [3, '85676696d7fb7e2d'],
  [7, 'ab0200f58b01d137'],
  [8, '93f5f5799a932462'],
  [15, 'a129ca6149be45e5'],
  [63, '958a324ceb064572'],
])('%i bytes', (length, expected) => {
  const hash = new SipHash(KEY);
  hash.digest(INPUT, length);
  const hex = (word: number): string => word.toString(16).padStart(8, '0');
  expect(hex(hash.high) + hex(hash.low)).toBe(expected);
});
