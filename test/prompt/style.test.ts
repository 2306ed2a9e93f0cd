import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { sessionNotice } from '../../src/prompt/notice.ts';
import { promptStyle } from '../../src/prompt/style.ts';

describe('what the terminal can show', () => {
  const XTERM = { TERM: 'xterm-256color', LANG: 'en_US.UTF-8' };
  test.each<[string, Record<string, string>, object]>([
    ['xterm', XTERM, { kind: 'panel', color: true, unicode: true, alternateScreen: true }],
    ['NO_COLOR', { ...XTERM, NO_COLOR: '1' }, { color: false, kind: 'panel' }],
    ['NO_COLOR, empty', { ...XTERM, NO_COLOR: '' }, { color: true }],
    ['dumb', { ...XTERM, TERM: 'dumb' }, { kind: 'plain', color: false, alternateScreen: false }],
    ['no TERM', { LANG: 'C.UTF-8' }, { kind: 'plain', color: false }],
    ['C locale', { TERM: 'xterm' }, { unicode: false }],
    ['LC_ALL wins', { ...XTERM, LC_ALL: 'C' }, { unicode: false }],
    ['empty LC_ALL does not count', { ...XTERM, LC_ALL: '' }, { unicode: true }],
    ['LC_CTYPE before LANG', { TERM: 'xterm', LANG: 'C', LC_CTYPE: 'de_DE.utf8' }, { unicode: true }],
    ['linux console', { ...XTERM, TERM: 'linux' }, { kind: 'panel', alternateScreen: false }],
    ['tmux', { ...XTERM, TERM: 'tmux-256color' }, { alternateScreen: true }],
  ])('%s', (_, env, style) => {
    expect(promptStyle(env)).toMatchObject(style);
  });

  test('plain can be asked for, a panel on a dumb terminal can not', () => {
    expect(promptStyle(XTERM, 'plain').kind).toBe('plain');
    expect(promptStyle({ ...XTERM, TERM: 'dumb' }, 'panel').kind).toBe('plain');
  });
});

describe('the notice', () => {
  function written(isTTY: boolean, env: Record<string, string>, text = 'guard: prod'): string {
    let out = '';
    const stream = new Writable({
      write(chunk, _encoding, done) {
        out += String(chunk);
        done();
      },
    });
    sessionNotice(text, Object.assign(stream, { isTTY }), env);
    return out;
  }

  test.each<[string, boolean, Record<string, string>, string]>([
    ['dim on a terminal', true, { TERM: 'xterm' }, '\x1b[2mguard: prod\x1b[22m\n'],
    ['plain with NO_COLOR', true, { TERM: 'xterm', NO_COLOR: '1' }, 'guard: prod\n'],
    ['plain in a file', false, { TERM: 'xterm' }, 'guard: prod\n'],
  ])('%s', (_, isTTY, env, expected) => {
    expect(written(isTTY, env)).toBe(expected);
  });

  test.each([
    ['C.UTF-8', 'guard: prod · é\n'],
    ['C', 'guard: prod | \\u{e9}\n'],
  ])('says in %s what that can show', (LANG, expected) => {
    expect(written(false, { TERM: 'xterm', LANG }, 'guard: prod · é')).toBe(expected);
  });

  test('is one line without controls', () => {
    expect(written(false, {}, 'a\n\x1b[2Jb')).toBe('a\\n\\e[2Jb\n');
  });
});
