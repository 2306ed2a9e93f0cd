import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PasteWatch } from '../../src/terminal/paste-watch.ts';

const BEGIN = '\x1b[200~';
const END = '\x1b[201~';

test.each<[string, boolean, string[], boolean, number[]]>([
  ['keys', false, ['abc'], false, [0]],
  ['a paste', false, [`a${BEGIN}x${END}b`], false, [0]],
  ['a paste that goes on', false, [`${BEGIN}x`, 'y\n', `z${END}after`], false, [0, 2, 7]],
  ['a mark in two pieces', false, ['\x1b[20', `0~x`, 'y\x1b[2', '01~z'], false, [0, 0, 4, 3]],
  ['begun before', true, ['x', `${END}y`], false, [1, 6]],
  ['two pastes', false, [`${BEGIN}x`, `${END}a${BEGIN}b`, 'c'], true, [0, 6, 1]],
])('%s', (_, before, pieces, pasting, inside) => {
  const watch = new PasteWatch(before);
  expect(pieces.map((piece) => watch.push(Buffer.from(piece)))).toEqual(inside);
  expect(watch.pasting).toBe(pasting);
});

test('property: cuts do not matter', () => {
  const piece = fc.constantFrom(BEGIN, END, 'a', '\x1b', '[', '200~', '\x1b[20');
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat(100)), (pieces, cuts) => {
      const bytes = Buffer.from(pieces.join(''));
      const whole = new PasteWatch();
      whole.push(bytes);
      const cut = new PasteWatch();
      const edges = [0, ...cuts.map((at) => at % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      for (const [index, start] of edges.entries()) cut.push(bytes.subarray(start, edges[index + 1]));
      expect(cut.pasting).toBe(whole.pasting);
    }),
  );
});
