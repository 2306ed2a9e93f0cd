import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BinaryFields, type FieldReader, type FieldVisitor, TextFields } from '../../src/mask/copy-fields.ts';
import type { CopyLayout } from '../../src/model/sql.ts';
import { cutAt } from '../wire/postgres/cuts.ts';

type Value = string | null;
type Seen = readonly [column: number, value: string];

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** The header as PostgreSQL's documentation of COPY gives it. */
const header = (extension = ''): Buffer =>
  Buffer.concat([
    Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'),
    int32(0),
    int32(extension.length),
    Buffer.from(extension),
  ]);

const binaryRow = (row: readonly Value[]): Buffer =>
  Buffer.concat([
    int16(row.length),
    ...row.flatMap((value) =>
      value === null ? [int32(-1)] : [int32(Buffer.byteLength(value)), Buffer.from(value)],
    ),
  ]);

const binaryCopy = (rows: readonly (readonly Value[])[], extension = ''): Buffer =>
  Buffer.concat([header(extension), ...rows.map(binaryRow), int16(-1)]);

/** What a reader tells of the pieces, until `last` is met. */
function read(
  pieces: readonly Uint8Array[],
  make: (visit: FieldVisitor) => FieldReader,
  last?: string,
): readonly Seen[] {
  const seen: Seen[] = [];
  const reader = make((column, bytes) => {
    const value = Buffer.from(bytes).toString('utf8');
    seen.push([column, value]);
    return value === last;
  });
  for (const piece of pieces) if (reader.push(piece)) return seen;
  reader.end();
  return seen;
}

const binary = (visit: FieldVisitor): FieldReader => new BinaryFields(visit);

/** Fields that a reader has to tell of: a NULL is none, and there is nothing in an empty value. */
const told = (rows: readonly (readonly Value[])[]): Seen[] =>
  rows.flatMap((row) =>
    row.flatMap((value, column): Seen[] => (value === null || value === '' ? [] : [[column, value]])),
  );

describe('binary COPY data', () => {
  test('every field with its column; NULL and empty values are none', () => {
    const rows = [
      ['1', null, 'Doe'],
      ['', 'x', null],
    ];
    expect(read([binaryCopy(rows)], binary)).toEqual([
      [0, '1'],
      [2, 'Doe'],
      [1, 'x'],
    ]);
  });

  test('stops where the visitor says so', () => {
    expect(read([binaryCopy([['a', 'b', 'c']])], binary, 'b')).toEqual([
      [0, 'a'],
      [1, 'b'],
    ]);
  });

  test('the header may have an extension, rows may have no columns', () => {
    expect(read([binaryCopy([[], ['a']], 'an extension that says MRN~')], binary)).toEqual([[0, 'a']]);
  });

  test.each([
    ['after the trailer', Buffer.concat([binaryCopy([['a']]), binaryRow(['b'])])],
    [
      'after a length that no server takes',
      Buffer.concat([header(), binaryRow(['a']), int16(1), int32(-2), binaryRow(['b'])]),
    ],
    [
      'after an extension that no server takes',
      Buffer.concat([header().subarray(0, 15), int32(-1), binaryRow(['b'])]),
    ],
  ])('reads nothing %s', (_name, bytes) => {
    expect(read([bytes], binary).map(([, value]) => value)).not.toContain('b');
  });

  test('of a value beyond the bound its beginning is read, and the next row is found again', () => {
    const mebibyte = Buffer.alloc(1 << 20, 'x');
    const lengths: number[] = [];
    const reader = new BinaryFields((_column, value) => {
      lengths.push(value.length);
      return false;
    });
    reader.push(Buffer.concat([header(), int16(1), int32(40 << 20)]));
    for (let piece = 0; piece < 40; piece += 1) reader.push(mebibyte);
    reader.push(binaryRow(['next']));
    expect(lengths).toEqual([8_000_000, 4]);
  });

  test('where it is cut does not matter', () => {
    const cell = fc.option(fc.string({ unit: fc.constantFrom('a', '\0', 'ő', '~'), maxLength: 12 }), {
      nil: null,
    });
    const table = fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(table, fc.string({ maxLength: 5 }), fc.array(fc.nat()), (rows, extension, places) => {
        const whole = binaryCopy(rows, extension);
        expect(read([whole], binary)).toEqual(told(rows));
        expect(read(cutAt(whole, places), binary)).toEqual(told(rows));
        expect(read(cutAt(whole, [...whole.keys()]), binary)).toEqual(told(rows));
      }),
    );
  });
});

const CSV: CopyLayout = { format: 'csv', delimiter: ',', quote: '"', escape: '"', null: '', header: false };
const TEXT: CopyLayout = { ...CSV, format: 'text', delimiter: '\t', null: '\\N' };

describe.each([
  ['text', TEXT, (value: Value) => value?.replaceAll('\\', '\\\\').replaceAll('\t', '\\t') ?? '\\N'],
  ['csv', CSV, (value: Value) => (value === null ? '' : `"${value.replaceAll('"', '""')}"`)],
] as const)('%s COPY data', (_name, layout, written) => {
  const reader = (visit: FieldVisitor): FieldReader => new TextFields(layout, visit);
  const copied = (rows: readonly (readonly Value[])[]): Buffer =>
    Buffer.from(rows.map((row) => `${row.map(written).join(layout.delimiter)}\n`).join(''));

  test('where it is cut does not matter', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'ő', '"', '\\', '\t', ',', '~'), maxLength: 6 });
    const row = fc.array(fc.option(letters, { nil: null }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), fc.array(fc.nat()), (rows, places) => {
        const whole = copied(rows);
        const expected = rows.flatMap((cells) =>
          cells.flatMap((value, column): Seen[] => (value === null ? [] : [[column, value]])),
        );
        expect(read([whole], reader)).toEqual(expected);
        expect(read(cutAt(whole, places), reader)).toEqual(expected);
        expect(read(cutAt(whole, [...whole.keys()]), reader)).toEqual(expected);
      }),
    );
  });

  test('the last line needs no end', () => {
    const whole = copied([['a', 'b']]);
    expect(read([whole.subarray(0, -1)], reader)).toEqual([
      [0, 'a'],
      [1, 'b'],
    ]);
  });
});
