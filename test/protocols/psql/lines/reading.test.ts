import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandTail } from '../../../../src/protocols/psql/lines/command-tail.ts';
import { limitLine } from '../../../../src/protocols/psql/lines/line-limits.ts';
import { inputrcText, privateKeys } from '../../../../src/protocols/psql/lines/private-keys.ts';
import { MarkScanner, type OutputPiece } from '../../../../src/protocols/psql/lines/prompt-marks.ts';
import { TextCut } from '../../../../src/protocols/psql/lines/text-cut.ts';
import { KeyFence, TypedKeys } from '../../../../src/protocols/psql/lines/typed-keys.ts';
import { restrictHolds } from '../../../../src/protocols/psql/restricted-mode.ts';

/** Every way to cut a text into pieces. */
function cuts(text: string): fc.Arbitrary<readonly Buffer[]> {
  const bytes = Buffer.from(text, 'latin1');
  return fc.uniqueArray(fc.nat(bytes.length), { maxLength: 12 }).map((places) => {
    const sorted = [0, ...[...places].sort((a, b) => a - b), bytes.length];
    return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
  });
}

function joined(pieces: readonly OutputPiece[]): string {
  const words = pieces.map((piece) => {
    if (piece.kind === 'text') return piece.bytes.toString('latin1');
    return piece.kind === 'prompt' ? `<${piece.prompt.lexer}${piece.prompt.turn}>` : `<${piece.kind}>`;
  });
  return words.join('');
}

const OUTPUT =
  'a\x1b[1mb\x1b[?2004h\x1b]5578;s1;A\x07clinic=> \x1b]5578;s1;B;=;ignoreboth;ab12\x07\x1b]5578;s2;A\x07\x1b]5578;s1;B;x\x07\x1b[?2004l\rend';

describe('marks in the output', () => {
  test('are found wherever the output is cut; what only looks like one is text', () => {
    fc.assert(
      fc.property(cuts(OUTPUT), (chunks) => {
        const scanner = new MarkScanner('s1');
        const seen = chunks.flatMap((chunk) => scanner.push(chunk));
        expect(joined(seen) + scanner.give().toString('latin1')).toBe(
          'a\x1b[1mb<editing><prompt-begins>clinic=> <=ab12>\x1b]5578;s2;A\x07\x1b]5578;s1;B;x\x07<accepted>\rend',
        );
      }),
    );
  });

  test('an unfinished one is not held for ever', () => {
    const scanner = new MarkScanner('s1');
    const seen = scanner.push(Buffer.from(`\x1b]5578;s1;B;${'x'.repeat(400)}`));
    expect(joined(seen)).toContain('xxx');
  });

  test("psql's refusal is cut out wherever the output is cut", () => {
    fc.assert(
      fc.property(cuts('one\r\nbackback off\r\ntwo backbac'), (chunks) => {
        const cut = new TextCut('back off\r\n');
        const left = [...chunks.map((chunk) => cut.push(chunk)), cut.give()];
        expect(Buffer.concat(left).toString()).toBe('one\r\nbacktwo backbac');
        expect(cut.found).toBe(true);
      }),
    );
  });
});

describe('typed keys', () => {
  function read(chunks: readonly Buffer[]): string {
    const keys = new TypedKeys();
    let out = '';
    for (const chunk of chunks) {
      let rest = chunk;
      while (rest.length > 0) {
        const { piece, length } = keys.next(rest);
        rest = rest.subarray(length);
        out += piece.kind === 'bytes' ? piece.bytes.toString('latin1') : `<${piece.kind}>`;
      }
    }
    return out;
  }

  test('Enter ends a line, but not in a paste and not when it is quoted', () => {
    const typed = 'a\r\x1b[200~b\rc\x1b[201~d\n\x16\re\x03\x0f';
    fc.assert(
      fc.property(cuts(typed), (chunks) => {
        expect(read(chunks)).toBe('a<enter>\x1b[200~b\rc\x1b[201~d<enter>\x16\re<interrupt><enter>');
      }),
    );
  });

  test("guard's own keys never get through, wherever they are cut", () => {
    const { accept } = privateKeys('123456789012');
    fc.assert(
      fc.property(cuts(`x${accept}`), (chunks) => {
        const fence = new KeyFence('\x1b[123456789012');
        const passed = chunks.map((chunk) => fence.push(chunk).toString('latin1')).join('');
        expect(passed).not.toContain('\x1b[123456789012');
      }),
    );
  });

  test("readline's settings: the user's first, then keys that end a line do nothing", () => {
    const text = inputrcText(privateKeys('123'), '/home/nina/.inputrc');
    expect(text.startsWith('$include /home/nina/.inputrc\n')).toBe(true);
    expect(text.match(/"\\C-m": redraw-current-line/g)).toHaveLength(3);
    expect(text.match(/"\\e\[1230~": accept-line/g)).toHaveLength(3);
  });
});

describe('the part of a line that is left to run', () => {
  test.each([
    ['  FROM t \\gx', '\\gx'],
    ['\\g |cat', '\\g |cat'],
    ["WHERE a = 'x\\y' \\g", '\\g'],
    ["WHERE a = E'x\\'y' \\g", '\\g'],
    ['WHERE "a\\b" = $x$ \\! $x$ \\g', '\\g'],
    ['-- \\! no', undefined],
    ['/* \\! /* */ \\x */ \\p', '\\p'],
    ['a::text \\g', '\\g'],
    ['1 \\; SELECT 2 \\g', '\\g'],
    [':x \\g', undefined],
    [":'x' \\g", undefined],
    ["'open \\g", undefined],
    ['$$ open \\g', undefined],
    ['/* open \\g', undefined],
    ['SELECT 1', undefined],
  ])('%s', (line, tail) => {
    expect(commandTail(line)).toBe(tail);
  });

  test('takes linear time', () => {
    const hostile = `${"'".repeat(100_001)}${'/*'.repeat(50_000)}`;
    expect(commandTail(hostile)).toBeUndefined();
  });
});

describe('what is never carried out at a prompt', () => {
  test.each([
    '\\i x',
    'SELECT 1 \\; \\ir x',
    '\\e',
    '\\ef f',
    '\\if true \\echo \\endif',
    '\\restrict x',
    '\\unrestrict x',
    '\\c - - otherhost',
    "\\c 'host=x'",
    '\\c postgresql://x/y',
    '\\connect :x',
    '\\x \\c db u h',
    '\\setenv PGHOST x',
    '\\setenv :n x',
    'a\x1b[201~b',
    'a\rb',
  ])('%j', (line) => {
    expect(limitLine(line)).toBeDefined();
  });

  test.each([
    '\\x',
    '\\dt pat*',
    "SELECT '\\' \\g",
    'SELECT 1;\n\t\\g',
    '\\edge',
    '\\c',
    '\\c annex',
    '\\c annex nina',
    '\\setenv PAGER less',
    '\\conninfo',
    '\\copy a to b c d',
  ])('but %j is', (line) => {
    expect(limitLine(line)).toBeUndefined();
  });
});

test.each([
  ['15.20 (Debian 15.20-0+deb12u1)', true],
  ['15.18', false],
  ['15.19', true],
  ['18.6', true],
  ['19beta1', true],
  ['12.22', false],
  ['nonsense', false],
])('restricted mode of psql %s holds: %s', (version, holds) => {
  expect(restrictHolds(version)).toBe(holds);
});
