import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Checker } from '../../src/session/check.ts';
import { answerLine, type InputLine, LineCutter, MOST_LINE_BYTES } from '../../src/session/check-lines.ts';

const ALLOW: Checker = async ({ text, env = 'prod' }) => ({
  verdict: 'allow',
  intents: [],
  obligations: { mask: [] },
  rule: `${text} in ${env}`,
  parsed: 'complete',
  findings: [],
});

function lineOf(content: string | Buffer): InputLine {
  return { kind: 'line', bytes: Buffer.from(content) };
}

async function answer(content: string | Buffer, defaults = {}) {
  return JSON.parse(await answerLine(lineOf(content), ALLOW, defaults));
}

describe('one line', () => {
  test.each([
    ['', 'It is empty.'],
    ['   ', 'It is empty.'],
    ['{', 'It is not JSON.'],
    ['"text"', 'It is JSON, but no object.'],
    ['[]', 'It is JSON, but no object.'],
    ['null', 'It is JSON, but no object.'],
    ['{}', 'It has no "text", or one that is no string.'],
    ['{"text": 1}', 'It has no "text", or one that is no string.'],
    ['{"text": "x", "lang": "perl"}', 'Its "lang" is none of shell, sql, psql, kubectl.'],
    ['{"text": "x", "env": 3}', 'Its "env" is no string.'],
    [Buffer.from([0x22, 0xff, 0x22]), 'It is not UTF-8.'],
  ])('%s is refused with the reason', async (line, why) => {
    const said = await answer(line);
    expect(said).toMatchObject({ verdict: 'block', parsed: 'partial', rule: 'check.bad-line' });
    expect(said.findings[0].why).toBe(why);
  });

  test.each([['7'], ['"a"'], ['null'], ['[1]'], ['false']])('id %s comes back first', async (id) => {
    const text = await answerLine(lineOf(`{"text": "x", "id": ${id}}`), ALLOW, {});
    expect(text.startsWith(`{"id":${id},"verdict"`)).toBe(true);
    const bad = await answerLine(lineOf(`{"id": ${id}}`), ALLOW, {});
    expect(bad.startsWith(`{"id":${id},"verdict":"block"`)).toBe(true);
  });

  test('an id that can not be written back is refused', async () => {
    const said = await answer(`{"text": "x", "id": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`);
    expect(said).toMatchObject({ verdict: 'block', rule: 'check.bad-line' });
  });

  test('what a line says beats the options, null says nothing', async () => {
    expect((await answer('{"text": "x", "env": "dev"}', { env: 'staging' })).rule).toBe('x in dev');
    expect((await answer('{"text": "x", "env": null}', { env: 'staging' })).rule).toBe('x in staging');
  });

  test('a byte order mark and a carriage return are no harm', async () => {
    expect((await answer('\ufeff{"text": "x"}\r')).verdict).toBe('allow');
  });
});

describe('cutting', () => {
  const cutAll = (chunks: readonly Buffer[]): readonly string[] => {
    const cutter = new LineCutter();
    const lines = [...chunks.flatMap((chunk) => cutter.push(chunk)), ...cutter.end()];
    return lines.map((line) => (line.kind === 'line' ? line.bytes.toString() : line.kind));
  };

  test.each([
    ['', []],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\n\nb', ['a', '', 'b']],
    ['\n', ['']],
  ])('%j', (text, lines) => {
    expect(cutAll([Buffer.from(text)])).toEqual(lines);
  });

  test('where the stream is cut does not matter', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '\n', '😀', 'é')), fc.nat(3), (parts, size) => {
        const whole = Buffer.from(parts.join(''));
        const pieces: Buffer[] = [];
        for (let at = 0; at < whole.length; at += size + 1) pieces.push(whole.subarray(at, at + size + 1));
        expect(cutAll(pieces)).toEqual(cutAll([whole]));
      }),
    );
  });

  test('a line that is too long is dropped, and said to be', () => {
    const piece = Buffer.alloc(MOST_LINE_BYTES / 2, 'x');
    const one = Buffer.from('x');
    expect(cutAll([piece, piece, Buffer.from('\nok')])[1]).toBe('ok');
    expect(cutAll([piece, piece, one, Buffer.from('\nok\n')])).toEqual(['too-long', 'ok']);
    expect(cutAll([piece, piece, one])).toEqual(['too-long']);
  });
});
