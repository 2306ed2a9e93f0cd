import { describe, expect, test } from 'vitest';
import { cellMasker, type Treatment } from '../../src/mask/cells.ts';
import { cellKind } from '../../src/mask/pg-types.ts';
import { keysOf } from './mask-keys.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const keys = keysOf('session key');

const mask = (oid: number, cell: string, treatment: Treatment, width?: number): string | null => {
  const shape = { kind: cellKind(oid), format: 'text' as const, ...(width === undefined ? {} : { width }) };
  const out = cellMasker(shape, treatment)(bytes(cell));
  return out === null ? null : new TextDecoder().decode(out);
};

const OPAQUE: Treatment = { class: 'opaque', style: 'stars' };
const NAME: Treatment = { class: 'phi.name', style: 'stars' };
const SSN: Treatment = { class: 'phi.ssn', style: 'last4' };
const DATE: Treatment = { class: 'phi.date', style: 'year', year: 2026 };
const TEXT: Treatment = { class: 'phi.text', style: 'stars' };
const GONE: Treatment = { class: 'phi.text', style: 'remove' };
const WIDE: Treatment = { class: 'phi.name', style: 'same-width' };

test.each<[number, string, Treatment, string | null]>([
  [25, 'Jane Doe', NAME, '*****'],
  [25, 'J', NAME, '*****'],
  [25, '999-12-3456', SSN, '*****3456'],
  [25, '1234', SSN, '*****'],
  [23, '123456789', SSN, '0'],
  [1082, '1984-07-12', DATE, '1984-01-01'],
  [1082, '1931-07-12', DATE, '1900-01-01'],
  [1082, '12.07.1984', DATE, '1900-01-01'],
  [1082, 'infinity', DATE, '1900-01-01'],
  [1082, '1984-07-12 BC', DATE, '1900-01-01'],
  [1082, '1984-07-12', { class: 'phi.date', style: 'year' }, '1900-01-01'],
  [1082, '1984-07-12', { ...DATE, style: 'stars' }, '1900-01-01'],
  [1082, '1984-07-12', OPAQUE, '1900-01-01'],
  [1184, '2024-07-12 10:11:12.5+02', DATE, '2024-01-01 00:00:00+00'],
  [25, '1984-07-12', DATE, '*****'],
  [16, 't', OPAQUE, null],
  [17, '\\xdeadbeef', { class: 'phi.photo', style: 'stars' }, '\\x'],
  [1009, '{a,b}', NAME, '{}'],
  [99_999, '(1,secret)', OPAQUE, null],
  [3802, '{"name":"Jane","n":[1,true],"Jane Doe":1}', TEXT, '{"name":"*****","n":[0,null],"*****2":0}'],
  [3802, '"x"', TEXT, '"*****"'],
  [114, '{broken', TEXT, 'null'],
  [25, 'Jane is well', GONE, '[removed]'],
  [3802, '{"a":1}', GONE, '"[removed]"'],
  [23, '7', GONE, null],
  [25, 'Jürgen Doe', WIDE, '****** ***'],
  [25, '山田', WIDE, '****'],
  [23, '7', WIDE, '0'],
])('type %i %j', (oid, cell, treatment, expected) => {
  expect(mask(oid, cell, treatment)).toBe(expected);
});

test.each<[number, Treatment, string]>([
  [3, NAME, '***'],
  [9, GONE, '[removed]'],
  [4, GONE, '****'],
])('in %i characters', (width, treatment, expected) => {
  expect(mask(1043, 'some value', treatment, width)).toBe(expected);
});

describe('pseudonyms', () => {
  const treatment: Treatment = { class: 'phi.mrn', style: 'pseudonym', keys };
  test('are stable, different for different values, and no longer the value', () => {
    const [a, b, again] = ['A-1', 'A-2', 'A-1'].map((value) => mask(25, value, treatment));
    expect(a).toMatch(/^MRN~[0-9a-z]{16}$/);
    expect([a === again, a === b]).toEqual([true, false]);
  });
  test('are others in another session', () => {
    expect(mask(25, 'A-1', { ...treatment, keys: keysOf('tomorrow') })).not.toBe(mask(25, 'A-1', treatment));
  });
  test('of uuids are uuids', () => {
    expect(mask(2950, '9e886a7a-8005-c51c-1c8a-80fd103ec297', treatment)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
  test('of integers are negative and fit their type', () => {
    expect(Number(mask(21, '7', treatment))).toBeGreaterThanOrEqual(-(2 ** 15));
    expect(Number(mask(23, '7', treatment))).toBeGreaterThanOrEqual(-(2 ** 31));
    expect(mask(20, '7', treatment)).toMatch(/^-[4-9]\d{18}$/);
    expect(mask(1700, '7', treatment)).toBe(mask(20, '7', treatment));
    expect(mask(1700, '7', treatment, 10)).toBe(mask(23, '7', treatment));
    for (const oid of [21, 23, 20, 1700]) expect(Number(mask(oid, '7', treatment))).toBeLessThan(0);
  });
  test.each<[number, string, number | undefined]>([
    [23, '-7', undefined],
    [1700, '7.5', undefined],
    [1700, '-7', undefined],
    [1700, 'NaN', undefined],
    [1700, '7', 9],
    [1700, '3000000000', 10],
    [701, '7', undefined],
  ])('of type %i, %s (%s) there are none', (oid, cell, width) => {
    expect(mask(oid, cell, treatment, width)).toBe('0');
  });
  test.each([
    [20, /^MRN~.{16}$/],
    [19, /^~.{16}$/],
    [12, /^~.{10}$/],
    [10, /^~.{9}$/],
    [9, /^\*{5}$/],
  ])('in %i characters', (width, expected) => {
    expect(mask(1043, 'A-1', treatment, width)).toMatch(expected);
  });
  test('without a key the value is hidden whole', () => {
    expect(mask(25, 'A-1', { class: 'phi.mrn', style: 'pseudonym' })).toBe('*****');
  });
});

test('constant masks are the same object for every cell', () => {
  const text = cellMasker({ kind: 'text', format: 'text' }, OPAQUE);
  expect(text(bytes('a'))).toBe(text(bytes('bb')));
});
