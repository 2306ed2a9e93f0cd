import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printable, printableLines } from '../../src/terminal/printable.ts';
import { cells, fitText, wrap } from '../../src/terminal/width.ts';

describe('printable', () => {
  test.each([
    ['plain text, ünïcode 漢字', 'plain text, ünïcode 漢字'],
    ['a\x1b[31mred', 'a\\e[31mred'],
    ['tab\tnew\nline\r', 'tab\\tnew\\nline\\r'],
    ['\x00\x07\x7f\x9b', '\\u{0}\\u{7}\\u{7f}\\u{9b}'],
    ['DROP \u202e;ELBAT', 'DROP \\u{202e};ELBAT'],
    ['\u2066x\u2069', '\\u{2066}x\\u{2069}'],
    ['zero\u200bwidth\u200d\ufeff', 'zero\\u{200b}width\\u{200d}\\u{feff}'],
    ['soft\u00adhyphen', 'soft\\u{ad}hyphen'],
    ['line\u2028separator', 'line\\u{2028}separator'],
    ['private \ue000', 'private \\u{e000}'],
    ['lone \ud800 surrogate', 'lone \\u{d800} surrogate'],
    ['filler \u3164', 'filler \\u{3164}'],
    ['tag \u{e0041}', 'tag \\u{e0041}'],
  ])('%j is shown as %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('keeps lines, spreads tabs', () => {
    expect(printableLines('a\r\n\tb\nc\rd')).toEqual(['a', '    b', 'c', 'd']);
  });

  test('property: nothing that moves the cursor or hides is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
      }),
    );
  });
});

describe('widths', () => {
  test.each([
    ['short', 10, 'short'],
    ['exactly ten', 11, 'exactly ten'],
    ['a longer text', 6, 'a lon…'],
    ['漢字漢字', 5, '漢字…'],
    ['漢字', 1, '…'],
    ['👩‍👩‍👧‍👦 family', 4, '👩‍👩‍👧‍👦 …'],
    ['anything', 0, ''],
  ])('%j in %i cells is %j', (text, columns, fitted) => {
    expect(fitText(text, columns)).toBe(fitted);
  });

  test('wraps at spaces where there are any', () => {
    expect(wrap('delete from claims', 11)).toEqual(['delete from', 'claims']);
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrap('', 4)).toEqual(['']);
  });

  test('property: never wider than asked, nothing lost but spaces', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 80 }),
        fc.integer({ min: 2, max: 40 }),
        (raw, columns) => {
          const text = printable(raw);
          expect(cells(fitText(text, columns))).toBeLessThanOrEqual(columns);
          const lines = wrap(text, columns);
          for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(columns);
          // A single character wider than the whole line is the only thing that is not shown.
          if (columns >= 12) expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        },
      ),
    );
  });
});
