import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copyMasker } from '../../src/mask/copy.ts';
import type { CellMasker } from '../../src/model/row-masking.ts';
import type { CopyLayout } from '../../src/model/sql.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const HIDDEN = encoder.encode('*****');

const hide: CellMasker = () => HIDDEN;
const drop: CellMasker = () => null;
/** Like the value scan: mostly the same object, sometimes a new one with characters that need escaping. */
const sometimes: CellMasker = (cell) =>
  cell.length % 3 === 0 ? encoder.encode(`"\\${decoder.decode(cell)}\n,\t`) : cell;

const TEXT: CopyLayout = {
  format: 'text',
  delimiter: '\t',
  quote: '"',
  escape: '"',
  null: '\\N',
  header: false,
};
const CSV: CopyLayout = { format: 'csv', delimiter: ',', quote: '"', escape: '"', null: '', header: false };
const layouts: readonly CopyLayout[] = [
  TEXT,
  { ...TEXT, delimiter: '|', null: 'NULL', header: true },
  CSV,
  { ...CSV, escape: '\\', null: 'none' },
  { ...CSV, delimiter: ';', quote: "'", escape: "'", header: true },
];

type Value = string | null;

const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** What PostgreSQL's CopyAttributeOutText and CopyAttributeOutCSV write. */
function written(value: Value, layout: CopyLayout): string {
  if (value === null) return layout.null;
  const { delimiter, quote } = layout;
  if (layout.format === 'text') {
    return [...value].map((one) => ESCAPES[one] ?? (one === delimiter ? `\\${one}` : one)).join('');
  }
  const special = [delimiter, quote, '\n', '\r'].some((one) => value.includes(one));
  if (!special && value !== layout.null) return value;
  const inside = [...value]
    .map((one) => (one === quote || one === layout.escape ? layout.escape + one : one))
    .join('');
  return quote + inside + quote;
}

/** The inverse, by the documentation's rules: an oracle that shares no code with the masker. */
function readBack(text: string, layout: CopyLayout): Value[][] {
  const rows: Value[][] = [];
  let row: Value[] = [];
  let at = 0;
  while (at < text.length) {
    const [value, end] = layout.format === 'text' ? readText(text, at, layout) : readCsv(text, at, layout);
    row.push(value);
    if (text[end] === '\n') {
      rows.push(row);
      row = [];
    }
    at = end + 1;
  }
  return rows;
}

function readText(text: string, from: number, layout: CopyLayout): [Value, number] {
  let at = from;
  let value = '';
  while (text[at] !== layout.delimiter && text[at] !== '\n') {
    if (text[at] === '\\') {
      const pair = text.slice(at, at + 2);
      value += Object.entries(ESCAPES).find(([, escaped]) => escaped === pair)?.[0] ?? pair.slice(1);
      at += 2;
    } else value += text[at++];
  }
  return [text.slice(from, at) === layout.null ? null : value, at];
}

function readCsv(text: string, from: number, layout: CopyLayout): [Value, number] {
  const { quote, delimiter } = layout;
  if (text[from] !== quote) {
    let at = from;
    while (text[at] !== delimiter && text[at] !== '\n') at++;
    const value = text.slice(from, at);
    return [value === layout.null ? null : value, at];
  }
  let at = from + 1;
  let value = '';
  for (;;) {
    const next = text[at + 1];
    if (text[at] === layout.escape && (next === quote || next === layout.escape)) {
      value += next;
      at += 2;
    } else if (text[at] === quote) return [value, at + 1];
    else value += text[at++];
  }
}

const cell: fc.Arbitrary<Value> = fc.option(
  fc.oneof(
    fc.constantFrom(
      '',
      '\\N',
      '\\.',
      'NULL',
      'none',
      'a"b',
      "it's",
      'a,b;c|d\te',
      'line\nbreak\r',
      '\\',
      'ő患',
      '"',
      '""',
    ),
    fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !text.includes('\0')),
  ),
  { nil: null },
);
const table = fc
  .integer({ min: 1, max: 4 })
  .chain((columns) => fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { maxLength: 5 }));
const cells = fc.array(fc.constantFrom(undefined, hide, drop, sometimes), { minLength: 4, maxLength: 4 });

const counts = () => new Map();

function run(
  parts: readonly Uint8Array[],
  layout: CopyLayout,
  maskers: readonly (CellMasker | undefined)[],
): string {
  const masker = copyMasker({ layout, cells: maskers, counts });
  const out = parts.map((part) => decodeBytes(masker.push(part)));
  return out.join('') + decodeBytes(masker.end());
}

/** Latin-1 keeps every byte, also half a UTF-8 character. */
const decodeBytes = (part: Uint8Array): string => Buffer.from(part).toString('latin1');

describe.each(layouts.map((layout) => [JSON.stringify(layout), layout] as const))('%s', (_, layout) => {
  const bytesOf = (rows: readonly (readonly Value[])[]): Uint8Array =>
    encoder.encode(
      rows.map((row) => `${row.map((value) => written(value, layout)).join(layout.delimiter)}\n`).join(''),
    );

  test('any cut gives the same bytes', () => {
    fc.assert(
      fc.property(table, cells, fc.array(fc.nat(300), { maxLength: 12 }), (rows, maskers, cuts) => {
        const whole = bytesOf(rows);
        const at = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
        const parts = at.slice(1).map((end, index) => whole.subarray(at[index], end));
        expect(run(parts, layout, maskers)).toBe(run([whole], layout, maskers));
        const single = [...whole].map((_byte, index) => whole.subarray(index, index + 1));
        expect(run(single, layout, maskers)).toBe(run([whole], layout, maskers));
      }),
    );
  });

  test('masks exactly the cells it should and reads back as a table', () => {
    fc.assert(
      fc.property(table, cells, (rows, maskers) => {
        const out = Buffer.from(run([bytesOf(rows)], layout, maskers), 'latin1').toString('utf8');
        // In text format a value that equals the null string is NULL to every reader.
        const expected = readBack(decoder.decode(bytesOf(rows)), layout).map((row, index) =>
          row.map((value, column) => {
            if (value === null || (layout.header && index === 0)) return value;
            const masked = maskers[column]?.(encoder.encode(value));
            if (maskers[column] === undefined) return value;
            return masked === null || masked === undefined ? null : decoder.decode(masked);
          }),
        );
        expect(readBack(out, layout)).toEqual(readBack(decoder.decode(bytesOf(expected)), layout));
      }),
    );
  });
});

test('a field longer than the bound is hidden and the rest of the row survives', () => {
  const long = 'x'.repeat(9_000_000);
  const masker = copyMasker({ layout: TEXT, cells: [hide, undefined], counts });
  const out = [`${long}`, `${long}\tnext\n`].map((part) => decodeBytes(masker.push(encoder.encode(part))));
  expect(out.join('')).toBe('*****\tnext\n');
});

test('columns nobody announced are hidden', () => {
  expect(run([encoder.encode('a\tb\tc\n')], TEXT, [undefined])).toBe('a\t*****\t*****\n');
});
