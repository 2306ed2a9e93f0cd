import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { cellMasker, type Treatment } from '../../src/mask/cells.ts';
import { cellKind } from '../../src/mask/pg-types.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const digest = (domain: string, value: Uint8Array): Uint8Array =>
  createHmac('sha256', 'session key').update(domain).update('\0').update(value).digest();

const mask = (oid: number, cell: string, treatment: Treatment): string | null => {
  const out = cellMasker(cellKind(oid), 'text', treatment)(bytes(cell));
  return out === null ? null : new TextDecoder().decode(out);
};

const OPAQUE: Treatment = { class: 'opaque' };

test.each([
  [25, 'Jane Doe', { class: 'phi.name' }, '*****'],
  [25, 'J', { class: 'phi.name' }, '*****'],
  [25, '999-12-3456', { class: 'phi.ssn', last4: true }, '*****3456'],
  [25, '1234', { class: 'phi.ssn', last4: true }, '*****'],
  [1082, '1984-07-12', { class: 'phi.date', year: 2026 }, '1984-01-01'],
  [1082, '1931-07-12', { class: 'phi.date', year: 2026 }, '1900-01-01'],
  [1082, '12.07.1984', { class: 'phi.date', year: 2026 }, '1900-01-01'],
  [1082, 'infinity', { class: 'phi.date', year: 2026 }, '1900-01-01'],
  [1082, '1984-07-12 BC', { class: 'phi.date', year: 2026 }, '1900-01-01'],
  [1082, '1984-07-12', { class: 'phi.date' }, '1900-01-01'],
  [1082, '1984-07-12', OPAQUE, '1900-01-01'],
  [1184, '2024-07-12 10:11:12.5+02', { class: 'phi.date', year: 2026 }, '2024-01-01 00:00:00+00'],
  [23, '123456789', { class: 'phi.ssn' }, '0'],
  [16, 't', OPAQUE, null],
  [17, '\\xdeadbeef', { class: 'phi.photo' }, '\\x'],
  [1009, '{a,b}', { class: 'phi.name' }, '{}'],
  [99_999, '(1,secret)', OPAQUE, null],
  [
    3802,
    '{"name":"Jane","n":[1,true],"Jane Doe":1}',
    { class: 'phi.text' },
    '{"name":"*****","n":[0,null],"*****2":0}',
  ],
  [3802, '"x"', { class: 'phi.text' }, '"*****"'],
  [114, '{broken', { class: 'phi.text' }, 'null'],
] as const)('type %i %j', (oid, cell, treatment, expected) => {
  expect(mask(oid, cell, treatment)).toBe(expected);
});

describe('pseudonyms', () => {
  const treatment: Treatment = { class: 'phi.mrn', digest };
  test('are stable, different for different values, and no longer the value', () => {
    const [a, b, again] = ['A-1', 'A-2', 'A-1'].map((value) => mask(25, value, treatment));
    expect(a).toMatch(/^MRN~[0-9a-z]{10}$/);
    expect([a === again, a === b]).toEqual([true, false]);
  });
  test('of uuids are uuids', () => {
    expect(mask(2950, '9e886a7a-8005-c51c-1c8a-80fd103ec297', { class: 'phi.id', digest })).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
  test('without a key the value is hidden whole', () => {
    expect(mask(25, 'A-1', { class: 'phi.mrn' })).toBe('*****');
  });
});

test('constant masks are the same object for every cell, and binary cells become NULL', () => {
  const text = cellMasker('text', 'text', OPAQUE);
  expect(text(bytes('a'))).toBe(text(bytes('bb')));
  expect(cellMasker('number', 'binary', OPAQUE)(bytes('\0\0\0\u0007'))).toBeNull();
});
