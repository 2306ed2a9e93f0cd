import { describe, expect, test } from 'vitest';
import type { Answer, Prompter } from '../../src/model/prompter.ts';
import { createPrompter } from '../../src/prompt/prompter.ts';
import type { PromptStyle } from '../../src/prompt/style.ts';
import { FakeTerminal, pause } from './fake-terminal.ts';
import { question, STYLE } from './questions.ts';

const PLAIN: PromptStyle = { ...STYLE, kind: 'plain', color: false };
const NEVER = new AbortController().signal;
const SETTLED_MS = 350;
const NO: Answer = { kind: 'no', because: 'person' };
const HERE = '\x1b[3;1R';

function panel(options: ConstructorParameters<typeof FakeTerminal>[0] = { position: HERE }): {
  readonly terminal: FakeTerminal;
  readonly prompter: Prompter;
} {
  const terminal = new FakeTerminal(options);
  return { terminal, prompter: createPrompter({ terminal, style: STYLE }) };
}

describe('how a question ends', () => {
  test('without a terminal it is a no at once', async () => {
    const prompter = createPrompter({ terminal: undefined, style: STYLE });
    expect(await prompter.ask(question(), NEVER)).toEqual({ kind: 'no', because: 'no-terminal' });
  });

  test.each(['panel', 'plain'] as const)('%s: time over', async (kind) => {
    const terminal = new FakeTerminal({ position: HERE });
    const prompter = createPrompter({ terminal, style: { ...STYLE, kind } });
    const begun = performance.now();
    expect(await prompter.ask(question({ timeoutMs: 600 }), NEVER)).toEqual({
      kind: 'no',
      because: 'timeout',
    });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(590);
    expect(terminal.held).toBe(false);
  });

  test.each([
    ['server-lost', 'server-lost'],
    ['anything', 'cancelled'],
    [undefined, 'cancelled'],
  ])('cancelled with %s', async (reason, because) => {
    const { terminal, prompter } = panel();
    const controller = new AbortController();
    const answer = prompter.ask(question(), controller.signal);
    await terminal.saw('claims-prod');
    controller.abort(reason);
    expect(await answer).toEqual({ kind: 'no', because });
    expect(terminal.held).toBe(false);
  });

  test('cancelled before it began', async () => {
    const { terminal, prompter } = panel();
    expect(await prompter.ask(question(), AbortSignal.abort('x'))).toEqual({
      kind: 'no',
      because: 'cancelled',
    });
    expect(terminal.holds).toBe(0);
  });

  test('the terminal goes away', async () => {
    const { terminal, prompter } = panel();
    const answer = prompter.ask(question(), NEVER);
    await terminal.saw('claims-prod');
    terminal.listener?.lost();
    expect(await answer).toEqual({ kind: 'no', because: 'no-terminal' });
  });

  test('the terminal is taken', async () => {
    const { terminal, prompter } = panel();
    terminal.hold();
    expect(await prompter.ask(question(), NEVER)).toEqual({ kind: 'no', because: 'no-terminal' });
  });
});

describe('what can answer', () => {
  test('keys typed before the panel go to the program, keys of the first moments nowhere', async () => {
    const { terminal, prompter } = panel({});
    const answer = prompter.ask(question(), NEVER);
    await terminal.saw('\x1b[6n');
    terminal.type('y\r');
    terminal.type(`more\x1b[5;7R`);
    await terminal.saw('claims-prod');
    terminal.type('y');
    await pause(SETTLED_MS);
    expect(terminal.typedAhead).toBe('y\rmore');
    expect(terminal.written).toContain('\x07');
    terminal.type('n');
    expect(await answer).toEqual(NO);
  });

  test('a cursor report in two pieces is not type-ahead', async () => {
    const { terminal, prompter } = panel({});
    const answer = prompter.ask(question(), NEVER);
    await terminal.saw('\x1b[6n');
    terminal.type('a\x1b[5');
    terminal.type(';7Rb');
    await terminal.saw('claims-prod');
    await pause(SETTLED_MS);
    terminal.type('y');
    expect(await answer).toEqual({ kind: 'yes' });
    expect(terminal.typedAhead).toBe('ab');
  });

  test.each([
    ['pasted', '\x1b[200~y\x1b[201~'],
    ['pasted with Enter', '\x1b[200~y\r\x1b[201~'],
    ['several keys in one piece', 'yes\r'],
    ['two letters', 'yy'],
    ['Enter first', '\ry'],
    ['Alt-y', '\x1by'],
  ])('%s does not', async (_, bytes) => {
    const { terminal, prompter } = panel();
    const answer = prompter.ask(question(), NEVER);
    await terminal.saw('claims-prod');
    await pause(SETTLED_MS);
    terminal.type(bytes);
    await pause(100);
    expect(terminal.held).toBe(true);
    terminal.type('\x03');
    expect(await answer).toEqual(NO);
  });

  test('a pasted word does not confirm, not even without paste marks', async () => {
    const { terminal, prompter } = panel();
    const answer = prompter.ask(question({ typed: 'claims-prod', shape: false }), NEVER);
    await terminal.saw('claims-prod and');
    await pause(SETTLED_MS);
    terminal.type('\x1b[200~claims-prod\x1b[201~');
    await pause(20);
    terminal.type('\r');
    await pause(20);
    terminal.type('claims-prod\r');
    await pause(100);
    expect(terminal.held).toBe(true);
    terminal.type('\r');
    expect(await answer).toEqual({ kind: 'yes' });
  });

  test.each([
    ['begun before the question', true, 'rest of it\r'],
    ['begun while it came up', false, '\x1b[200~the first line\r'],
  ])('the rest of a paste %s goes to the program', async (_, midPaste, first) => {
    const { terminal, prompter } = panel({});
    terminal.midPaste = midPaste;
    const answer = prompter.ask(question(), NEVER);
    await terminal.saw('\x1b[6n');
    terminal.type(`${first}\x1b[5;7R`);
    await terminal.saw('claims-prod');
    await pause(SETTLED_MS);
    terminal.type('y');
    terminal.type('\r\x1b[2');
    terminal.type('01~');
    await pause(50);
    expect(terminal.held).toBe(true);
    expect(terminal.typedAhead).toBe(`${first}y\r\x1b[201~`);
    terminal.type('y');
    expect(await answer).toEqual({ kind: 'yes' });
  });

  test("answers to the program's own queries still reach it", async () => {
    const { terminal, prompter } = panel();
    const answer = prompter.ask(question(), NEVER);
    await terminal.saw('claims-prod');
    await pause(SETTLED_MS);
    terminal.type('\x1b[?62;22c');
    terminal.type('\x1b]11;rgb:0000/0000/0000\x1b\\');
    terminal.type('n');
    expect(await answer).toEqual(NO);
    expect(terminal.typedAhead).toBe('\x1b[?62;22c\x1b]11;rgb:0000/0000/0000\x1b\\');
  });

  test('Ctrl-C is a no even in the first moments', async () => {
    const { terminal, prompter } = panel();
    const answer = prompter.ask(question(), NEVER);
    await terminal.saw('claims-prod');
    terminal.type('\x03');
    expect(await answer).toEqual(NO);
  });
});

describe('one question at a time', () => {
  test('the second waits for the first and is already running out', async () => {
    const { terminal, prompter } = panel();
    const first = prompter.ask(question(), NEVER);
    const second = prompter.ask(question({ id: 'q2', timeoutMs: 300 }), NEVER);
    expect(await second).toEqual({ kind: 'no', because: 'timeout' });
    expect(terminal.holds).toBe(1);
    await pause(SETTLED_MS);
    terminal.type('y');
    expect(await first).toEqual({ kind: 'yes' });
    await pause(50);
    expect(terminal.holds).toBe(1);
  });

  test('the terminal is released before the answer is given', async () => {
    const { terminal, prompter } = panel();
    const answer = prompter.ask(question(), NEVER);
    await terminal.saw('claims-prod');
    await pause(SETTLED_MS);
    terminal.type('y');
    await answer;
    expect(terminal.held).toBe(false);
  });
});

describe('where the panel is drawn', () => {
  test('without an answer about the cursor: on fresh lines or the second screen', async () => {
    for (const alternateScreen of [true, false]) {
      const terminal = new FakeTerminal({});
      const prompter = createPrompter({ terminal, style: { ...STYLE, alternateScreen } });
      const answer = prompter.ask(question(), NEVER);
      await terminal.saw('claims-prod');
      await pause(SETTLED_MS);
      terminal.type('n');
      expect(await answer).toEqual(NO);
      expect(terminal.written.includes('\x1b[?1049h')).toBe(alternateScreen);
      expect(terminal.written.includes('\x1b[?1049l')).toBe(alternateScreen);
    }
  });

  test('over a full-screen program: at the bottom, and the program draws itself again', async () => {
    const { terminal, prompter } = panel();
    terminal.screen = 'alternate';
    const answer = prompter.ask(question(), NEVER);
    await terminal.saw('claims-prod');
    await pause(SETTLED_MS);
    terminal.type('n');
    expect(await answer).toEqual(NO);
    expect(terminal.redraw).toBe(true);
    expect(terminal.written).not.toContain('1049');
    expect(terminal.written).toContain('\x1b[24;1H');
  });
});

describe('plain lines', () => {
  function plain(changes: Parameters<typeof question>[0] = {}): {
    readonly terminal: FakeTerminal;
    readonly answer: Promise<Answer>;
  } {
    const terminal = new FakeTerminal();
    const prompter = createPrompter({ terminal, style: PLAIN });
    return { terminal, answer: prompter.ask(question(changes), NEVER) };
  }

  test.each<[string, Answer]>([
    ['1\r', { kind: 'yes' }],
    ['yes\r', { kind: 'yes' }],
    ['y\r', { kind: 'yes' }],
    ['2\r', NO],
    ['no\r', NO],
    ['\r', NO],
    ['5\r', { kind: 'shape' }],
    ['constructor\r2\r', NO],
    ['\x03', NO],
    ['\x04', NO],
    ['12\x7f\r', { kind: 'yes' }],
  ])('%j', async (typed, expected) => {
    const { terminal, answer } = plain();
    await terminal.saw('Your choice');
    await pause(SETTLED_MS);
    for (const key of typed) terminal.type(key);
    expect(await answer).toEqual(expected);
  });

  test('moves no cursor and uses no colour', async () => {
    const { terminal, answer } = plain({ transaction: { openMs: 5_000, locks: [] } });
    await terminal.saw('Your choice');
    await pause(SETTLED_MS);
    terminal.type('3\r');
    await terminal.saw('more than 1,000 rows');
    terminal.type('4\r');
    await terminal.saw('shape 12ab34');
    terminal.type('x\r');
    await terminal.saw('Please enter a number');
    terminal.type('2\r');
    expect(await answer).toEqual(NO);
    expect(terminal.written).not.toContain('\x1b');
    for (const part of [
      'PROD: claims-prod',
      'human alice',
      'DELETE FROM claims',
      '48,200',
      'claim_lines',
      '1 yes',
    ]) {
      expect(terminal.written).toContain(part);
    }
  });

  test('a typed confirmation takes the word and nothing else', async () => {
    const { terminal, answer } = plain({ typed: 'claims-prod', shape: false });
    await terminal.saw('Type claims-prod in full');
    await pause(SETTLED_MS);
    for (const line of ['1\r', 'yes\r', 'y\r', '5\r', 'claims\r']) {
      terminal.type(line);
      await pause(10);
      expect(terminal.held).toBe(true);
    }
    terminal.type('claims-prod\r');
    expect(await answer).toEqual({ kind: 'yes' });
  });

  test('what was typed before, and several lines at once, do not answer', async () => {
    const { terminal, answer } = plain();
    await terminal.saw('Your choice');
    terminal.type('1\r');
    await pause(SETTLED_MS);
    terminal.type('1\r1\r');
    terminal.type('\x1b[200~1\r\x1b[201~');
    await pause(50);
    expect(terminal.held).toBe(true);
    terminal.type('n\r');
    expect(await answer).toEqual(NO);
  });
});
