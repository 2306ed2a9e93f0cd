import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BigCheck, bigPseudonym, smallPseudonym } from '../../src/mask/integer-pseudonym.ts';
import {
  holdsTextPseudonym,
  PseudonymCheck,
  pseudonymForm,
  textPseudonym,
  UuidCheck,
  uuidPseudonym,
} from '../../src/mask/pseudonym.ts';
import { keysOf } from '../mask/mask-keys.ts';

const today = keysOf('today');
const tomorrow = keysOf('tomorrow');
const elsewhere = keysOf('today', 'another installation');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const CLASSES = ['phi.mrn', 'phi.id', 'pii.account', 'phi.name'] as const;
const WIDTHS = [undefined, 10, 11, 13, 15, 17, 19, 25] as const;

const issueText = (value: string, dataClass: (typeof CLASSES)[number], width?: number): Uint8Array => {
  const form = pseudonymForm(dataClass, width);
  if (form === undefined) throw new TypeError('no room');
  return textPseudonym(dataClass, form, today)(bytes(value)).slice();
};

describe('texts', () => {
  const check = new PseudonymCheck(tomorrow);
  test('what this installation issued is known in another session, and fits', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom(...CLASSES),
        fc.constantFrom(...WIDTHS),
        (value, name, width) => {
          const made = issueText(value, name, width);
          expect(made.length).toBeLessThanOrEqual(width ?? Number.POSITIVE_INFINITY);
          expect(holdsTextPseudonym(made, check)).toBe(true);
        },
      ),
    );
  });
  test('also inside a longer text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (value, before, after) => {
        const made = new TextDecoder().decode(issueText(value, 'phi.mrn'));
        expect(holdsTextPseudonym(bytes(`${before}~${made}${after}`), check)).toBe(true);
      }),
    );
  });
  test('what another installation issued is not, nor one with a letter changed', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat({ max: 15 }), (value, at) => {
        const made = issueText(value, 'phi.id');
        expect(holdsTextPseudonym(made, new PseudonymCheck(elsewhere))).toBe(false);
        made[3 + at] = made[3 + at] === 48 ? 49 : 48;
        expect(holdsTextPseudonym(made, check)).toBe(false);
      }),
    );
  });
  test('random texts of the same shape are not', () => {
    const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
    for (let i = 0; i < 20_000; i++) {
      const letters = [...randomBytes(16)].map((byte) => alphabet[byte & 31]).join('');
      expect(holdsTextPseudonym(bytes(`MRN~${letters}`), check)).toBe(false);
    }
  });
  test('equal if and only if the values are', () => {
    const seen = new Map<string, string>();
    for (let i = 0; i < 50_000; i++) {
      const made = new TextDecoder().decode(issueText(`P-${i}`, 'phi.mrn'));
      expect(seen.get(made)).toBeUndefined();
      seen.set(made, `P-${i}`);
    }
    expect(issueText('P-7', 'phi.mrn')).toEqual(issueText('P-7', 'phi.mrn'));
  });
});

describe('uuids', () => {
  test('are known again, random ones are not', () => {
    const made = uuidPseudonym('phi.id', today);
    const check = new UuidCheck(tomorrow);
    for (let i = 0; i < 10_000; i++) {
      const uuid = made(randomBytes(16));
      expect(check.isProved(uuid)).toBe(true);
      const random = randomBytes(16);
      random[6] = ((random[6] ?? 0) & 0x0f) | 0x80;
      random[8] = ((random[8] ?? 0) & 0x3f) | 0x80;
      expect(check.isProved(random)).toBe(false);
    }
    expect(new UuidCheck(elsewhere).isProved(made(randomBytes(16)))).toBe(false);
  });
});

describe('integers', () => {
  const silent = (keys = today) => ({ keys, issued: () => undefined });
  test('of two bytes: each has one of its own, none is 0 or more', () => {
    const made = smallPseudonym('phi.id', 2, silent());
    const shown = new Set(Array.from({ length: 2 ** 15 }, (_, id) => made(id)));
    expect(shown.size).toBe(2 ** 15);
    expect(Math.max(...shown)).toBe(-1);
    expect(Math.min(...shown)).toBe(-(2 ** 15));
  });
  test('of four bytes: different ids look different', () => {
    const made = smallPseudonym('phi.id', 4, silent());
    const shown = new Set<number>();
    for (let id = 0; id < 100_000; id++) shown.add(made(id));
    expect(shown.size).toBe(100_000);
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 - 1 }), (id) => {
        expect(made(id)).toBeLessThan(0);
        expect(made(id)).toBeGreaterThanOrEqual(-(2 ** 31));
        expect(made(id)).toBe(smallPseudonym('phi.id', 4, silent())(id));
      }),
    );
  });
  test('of four bytes: those that could be a code are told', () => {
    const told: number[] = [];
    const made = smallPseudonym('phi.id', 4, { keys: today, issued: (small) => told.push(small) });
    const small = Array.from({ length: 100_000 }, (_, id) => made(id)).filter((each) => each > -1_000_000);
    expect(small.length).toBeGreaterThan(10);
    expect(told).toEqual(small);
  });
  test('of eight bytes: 19 digits, known again in another session', () => {
    const made = bigPseudonym('phi.id', today);
    const check = new BigCheck(tomorrow);
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (id) => {
        const shown = made(id);
        expect(String(shown)).toMatch(/^-[4-9]\d{18}$/);
        expect(shown).toBeGreaterThanOrEqual(-(2n ** 63n));
        expect(check.isProved(shown)).toBe(true);
        expect(new BigCheck(elsewhere).isProved(shown)).toBe(false);
        expect(made(id)).toBe(shown);
      }),
    );
    const shown = new Set<bigint>();
    for (let id = 0n; id < 100_000n; id++) shown.add(made(id));
    expect(shown.size).toBe(100_000);
  });
  test('of eight bytes: numbers nobody issued are none', () => {
    const check = new BigCheck(today);
    let taken = 0;
    for (let i = 0; i < 20_000; i++) if (check.isProved(randomBytes(8).readBigInt64BE())) taken++;
    // One in 2^24 of random numbers passes: two of them here would be a defect.
    expect(taken).toBeLessThan(2);
    for (const id of [0n, -1n, 1n, -7n, -(2n ** 63n), 2n ** 63n - 1n]) expect(check.isProved(id)).toBe(false);
  });
  test('another session shows other numbers', () => {
    expect(smallPseudonym('phi.id', 4, silent())(7)).not.toBe(
      smallPseudonym('phi.id', 4, silent(tomorrow))(7),
    );
    expect(bigPseudonym('phi.id', today)(7n)).not.toBe(bigPseudonym('phi.id', tomorrow)(7n));
  });
});
