import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyReader, type TerminalInput } from '../../src/terminal/keys.ts';

function read(text: string): readonly TerminalInput[] {
  const reader = new KeyReader();
  return [...reader.push(Buffer.from(text, 'utf8')), ...reader.flush()];
}

const key = (name: string): object => ({ kind: 'key', key: name });
const text = (letters: string): object => ({ kind: 'text', text: letters });
const report = (raw: string): object => ({ kind: 'report', raw });

describe('what a terminal sends', () => {
  test.each<[string, string, object[]]>([
    ['a letter', 'y', [text('y')]],
    ['letters', 'őx漢', [text('őx漢')]],
    ['Enter', '\r', [key('enter')]],
    ['Esc', '\x1b', [key('escape')]],
    ['Esc twice', '\x1b\x1b', [key('escape'), key('escape')]],
    ['arrows', '\x1b[A\x1b[B', [key('up'), key('down')]],
    ['application arrows', '\x1bOA', [key('up')]],
    ['Page Down', '\x1b[6~', [key('page-down')]],
    ['Alt-y is not y', '\x1by', [key('other')]],
    ['Ctrl-C', '\x03', [key('interrupt')]],
    ['F5', '\x1b[15~', [key('other')]],
    ['a paste is only a paste', '\x1b[200~y\ryes\x1b[A\x1b[201~n', [{ kind: 'paste' }, text('n')]],
    ['a paste that does not end', '\x1b[200~y\ry', []],
    ['a cursor report', '\x1b[12;40R', [{ kind: 'position', row: 12, column: 40, raw: '\x1b[12;40R' }]],
    ['device attributes', '\x1b[?62;22c', [report('\x1b[?62;22c')]],
    ['secondary attributes', '\x1b[>41;354;0c', [report('\x1b[>41;354;0c')]],
    ['a colour', '\x1b]11;rgb:0000/0000/0000\x1b\\', [report('\x1b]11;rgb:0000/0000/0000\x1b\\')]],
    ['a colour, BEL', '\x1b]11;rgb:0/0/0\x07', [report('\x1b]11;rgb:0/0/0\x07')]],
    ['a mode report', '\x1b[?2026;2$y', [report('\x1b[?2026;2$y')]],
    ['a window size', '\x1b[8;24;80t', [report('\x1b[8;24;80t')]],
    ['a version', '\x1bP>|XTerm(370)\x1b\\', [report('\x1bP>|XTerm(370)\x1b\\')]],
    ['a mouse click', '\x1b[<0;10;5M', [key('other')]],
    ['an old mouse click', '\x1b[M !!y', [key('other'), text('y')]],
    ['focus', '\x1b[I', [key('other')]],
  ])('%s', (_, sent, inputs) => {
    expect(read(sent)).toEqual(inputs);
  });

  test('half a sequence waits and is never a key by itself', () => {
    const reader = new KeyReader();
    expect(reader.push(Buffer.from('\x1b[20'))).toEqual([]);
    expect(reader.waiting).toBe(false);
    expect(reader.flush()).toEqual([]);
    expect(reader.push(Buffer.from('0~y\x1b[201~'))).toEqual([{ kind: 'paste' }]);
  });

  test('an endless string is passed over to its end', () => {
    const reader = new KeyReader();
    reader.push(Buffer.from(`\x1b]${'x'.repeat(10_000)}`));
    expect(reader.push(Buffer.from('y'))).toEqual([]);
    expect(reader.push(Buffer.from('y\x07n'))).toEqual([text('n')]);
    reader.push(Buffer.from(`\x1b]${'x'.repeat(10_000)}`));
    expect(reader.push(Buffer.from('y\x1b\\n'))).toEqual([key('other'), text('n')]);
  });
});

const PIECES = fc.constantFrom(
  'y',
  'ő漢',
  '\r',
  '\x1b[A',
  '\x1b[200~y\r\x1b[201~',
  '\x1b[3;4R',
  '\x1b]11;x\x07',
  '\x1b[M !!',
  '\x03',
  '\x1bOP',
);

test('property: cuts do not matter', () => {
  const glue = (inputs: readonly TerminalInput[]): string =>
    inputs.map((input) => (input.kind === 'text' ? input.text : JSON.stringify(input))).join('');
  fc.assert(
    fc.property(fc.array(PIECES), fc.array(fc.nat(200)), (pieces, cuts) => {
      const bytes = Buffer.from(pieces.join(''));
      const whole = new KeyReader().push(bytes);
      const reader = new KeyReader();
      const edges = [0, ...cuts.map((at) => at % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const parts = edges.flatMap((start, index) => reader.push(bytes.subarray(start, edges[index + 1])));
      expect(glue(parts)).toBe(glue(whole));
    }),
  );
});
