import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ModeTracker } from '../../src/terminal/modes.ts';

function tracked(output: string): ModeTracker {
  const tracker = new ModeTracker();
  tracker.push(Buffer.from(output, 'latin1'));
  return tracker;
}

describe('what a program has set is switched off and on again', () => {
  test.each<[string, string, string, string]>([
    ['nothing', 'plain text', '', ''],
    ['mouse', '\x1b[?1000h\x1b[?1006h', '\x1b[?1000;1006l', '\x1b[?1000h\x1b[?1006h'],
    ['mouse in one sequence', '\x1b[?1002;1006h', '\x1b[?1002;1006l', '\x1b[?1002h\x1b[?1006h'],
    ['old mouse', '\x1b[?1003h\x1b[?1015h', '\x1b[?1003;1015l', '\x1b[?1003h\x1b[?1015h'],
    ['paste', '\x1b[?2004h', '\x1b[?2004l', '\x1b[?2004h'],
    ['paste, off again', '\x1b[?2004h\x1b[?2004l', '', ''],
    ['keypad', '\x1b[?1h\x1b=', '\x1b[?1l\x1b>', '\x1b=\x1b[?1h'],
    ['keypad, off again', '\x1b[?1h\x1b=\x1b[?1l\x1b>', '', ''],
    ['hidden cursor', '\x1b[?25l', '', '\x1b[?25l'],
    ['no wrap', '\x1b[?7l', '\x1b[?7h', '\x1b[?7l'],
    ['insert', '\x1b[4h', '\x1b[4l', '\x1b[4h'],
    ['focus events', '\x1b[?1004h', '\x1b[?1004l', '\x1b[?1004h'],
    ['kitty keys', '\x1b[>1u', '\x1b[>0u', '\x1b[<u'],
    ['modified keys', '\x1b[>4;2m', '\x1b[>4;0m', '\x1b[>4;2m'],
    ['full reset', '\x1b[?1000h\x1b[?2004h\x1b[?25l\x1b=\x1bc', '', ''],
    ['inside a title it is only text', '\x1b]0;\x1b\\[?1000h', '', ''],
    ['inside OSC, ended by BEL', '\x1b]52;c;[?1000h\x07', '', ''],
    ['inside DCS', '\x1bPq[?1000h\x1b\\', '', ''],
    ['cancelled', '\x1b[?1000\x18h', '', ''],
    ['interrupted by another', '\x1b[?10\x1b[?2004h', '\x1b[?2004l', '\x1b[?2004h'],
    ['controls inside are executed, not part of it', '\x1b[?20\r04h', '\x1b[?2004l', '\x1b[?2004h'],
    ['absurdly long', `\x1b[?${'1;'.repeat(4_000)}1000h`, '', ''],
  ])('%s', (_, output, suspend, resume) => {
    const tracker = tracked(output);
    expect(tracker.suspend()).toBe(suspend);
    expect(tracker.resume()).toBe(resume);
  });

  test.each<[string, 'main' | 'alternate']>([
    ['', 'main'],
    ['\x1b[?1049h', 'alternate'],
    ['\x1b[?47h', 'alternate'],
    ['\x1b[?1047h', 'alternate'],
    ['\x1b[?1049h\x1b[?1049l', 'main'],
    ['\x1b[?1049h\x1b[?47l', 'main'],
    ['\x1b[?1049;2004h', 'alternate'],
  ])('%j leaves the %s screen', (output, screen) => {
    expect(tracked(output).screen).toBe(screen);
  });

  test('resume after suspend brings every mode back: applied to a tracker it is the identity', () => {
    const modes = fc.constantFrom(
      '1',
      '1000',
      '1002',
      '1003',
      '1004',
      '1006',
      '1015',
      '2004',
      '25',
      '7',
      '6',
    );
    const change = fc.tuple(modes, fc.boolean()).map(([mode, on]) => `\x1b[?${mode}${on ? 'h' : 'l'}`);
    const other = fc.constantFrom('\x1b=', '\x1b>', '\x1b[4h', '\x1b[4l', 'text', '\x1b[>4;1m', '\x1b[>4m');
    fc.assert(
      fc.property(fc.array(fc.oneof(change, other)), (parts) => {
        const output = parts.join('');
        const before = tracked(output);
        const after = tracked(output + before.suspend() + before.resume());
        expect(after.suspend()).toBe(before.suspend());
        expect(after.resume()).toBe(before.resume());
      }),
    );
  });

  test('reset leaves nothing on', () => {
    const tracker = tracked('\x1b[?1049h\x1b[?1000h\x1b[?25l\x1b=');
    expect(tracker.reset()).toBe('\x1b[?1000l\x1b>\x1b[?1049l\x1b[?25h');
    expect(tracked('plain').reset()).toBe('');
  });
});

const ESCAPES = fc.constantFrom(
  '\x1b[?1049h',
  '\x1b[?1000;1006h',
  '\x1b[?2004l',
  '\x1b]0;title\x07',
  '\x1bP1$r\x1b\\',
  '\x1b=',
  '\x1b[31m',
  'ő text ',
  '\x1b',
  '\x18',
  '[',
  'h',
);

test('property: cuts do not matter', () => {
  fc.assert(
    fc.property(fc.array(ESCAPES), fc.array(fc.nat(400)), (parts, cuts) => {
      const bytes = Buffer.from(parts.join(''));
      const whole = new ModeTracker();
      const end = whole.push(bytes);
      const cut = new ModeTracker();
      let unfinished: Buffer = Buffer.alloc(0);
      const edges = [...new Set([0, ...cuts.map((at) => at % (bytes.length + 1)), bytes.length])].sort(
        (a, b) => a - b,
      );
      for (const [index, start] of edges.entries()) {
        const piece = bytes.subarray(start, edges[index + 1] ?? bytes.length);
        if (piece.length === 0) continue;
        const at = cut.push(piece);
        const rest = piece.subarray(at);
        unfinished = at === 0 ? Buffer.concat([unfinished, rest]) : rest;
      }
      expect([cut.suspend(), cut.resume(), cut.screen]).toEqual([
        whole.suspend(),
        whole.resume(),
        whole.screen,
      ]);
      expect(unfinished).toEqual(bytes.subarray(end));
    }),
  );
});
