import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ChoiceQuestion, chooseOne } from '../../src/prompt/choice.ts';
import type { PromptStyle } from '../../src/prompt/style.ts';
import { FakeTerminal } from './fake-terminal.ts';

const PANEL: PromptStyle = { kind: 'panel', color: true, unicode: true, alternateScreen: true };
const PLAIN: PromptStyle = { kind: 'plain', color: false, unicode: false, alternateScreen: false };
const QUESTION: ChoiceQuestion<string> = {
  lines: ['guard: clinic on db.example.org counts as prod here · what is it?'],
  options: [
    { key: '1', label: 'prod', value: 'PROD' },
    { key: '2', label: 'staging', value: 'STAGING' },
    { key: 'd', label: 'dev', value: 'DEV' },
  ],
  otherwise: 'not now',
  timeoutMs: 5_000,
};
/** Long enough for keys to count. */
const SETTLED_MS = 400;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

interface Asked {
  readonly terminal: FakeTerminal;
  readonly answer: Promise<string | undefined>;
  /** False while nobody has chosen. */
  isOver(): boolean;
}

function ask(style: PromptStyle = PANEL, terminal = new FakeTerminal({ columns: 60 })): Asked {
  let over = false;
  const answer = chooseOne(terminal, QUESTION, style).finally(() => {
    over = true;
  });
  return { terminal, answer, isOver: () => over };
}

async function settled(asked: Asked): Promise<void> {
  await vi.advanceTimersByTimeAsync(SETTLED_MS);
  expect(asked.isOver()).toBe(false);
}

describe('a choice', () => {
  test.each([
    ['2', 'STAGING'],
    ['1', 'PROD'],
    ['D', 'DEV'],
    ['2\r', 'STAGING'],
  ])('%j chooses, and the terminal is given back', async (keys, value) => {
    const asked = ask();
    await settled(asked);
    asked.terminal.type(keys);
    expect(await asked.answer).toBe(value);
    expect(asked.terminal.held).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([
    ['Enter', '\r'],
    ['Ctrl-C', '\x03'],
    ['Ctrl-D', '\x04'],
  ])('%s chooses nothing', async (_, keys) => {
    const asked = ask();
    await settled(asked);
    asked.terminal.type(keys);
    expect(await asked.answer).toBeUndefined();
    expect(asked.terminal.held).toBe(false);
  });

  test('Esc alone chooses nothing, once it is clear that nothing follows', async () => {
    const asked = ask();
    await settled(asked);
    asked.terminal.type('\x1b');
    expect(asked.isOver()).toBe(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(await asked.answer).toBeUndefined();
  });

  test('Ctrl-C counts from the first moment', async () => {
    const asked = ask();
    asked.terminal.type('\x03');
    expect(await asked.answer).toBeUndefined();
  });
});

describe('nothing is chosen by', () => {
  test.each([
    ['an arrow', '\x1b[A'],
    ['an arrow with Shift', '\x1b[1;2C'],
    ['a function key', '\x1b[12~'],
    ['an arrow of the keypad', '\x1bOA'],
    ['Alt and a digit', '\x1b2'],
    ['a paste', '\x1b[200~2\x1b[201~'],
    ['several keys at once', '12'],
    ['a mouse', '\x1b[<0;2;1M'],
    ['another key', 'x'],
    ['a line of text', 'select 2;\r'],
  ])('%s', async (_, keys) => {
    const asked = ask();
    await settled(asked);
    asked.terminal.type(keys);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked.isOver()).toBe(false);
    // Still asking: a real key is heard.
    asked.terminal.type('2');
    expect(await asked.answer).toBe('STAGING');
  });

  test('an escape sequence in pieces', async () => {
    const asked = ask();
    await settled(asked);
    for (const piece of ['\x1b', '[', '1', ';', '2', 'C']) asked.terminal.type(piece);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked.isOver()).toBe(false);
  });

  test('what was typed before the question could be read', async () => {
    const asked = ask();
    asked.terminal.type('2');
    await settled(asked);
  });

  test('the rest of a paste that began before: it is the program’s', async () => {
    const terminal = new FakeTerminal();
    terminal.midPaste = true;
    const asked = ask(PANEL, terminal);
    await settled(asked);
    terminal.type('2');
    terminal.type('1\x1b[201~');
    await vi.advanceTimersByTimeAsync(100);
    expect(asked.isOver()).toBe(false);
    expect(terminal.typedAhead).toBe('21\x1b[201~');
    terminal.type('2');
    expect(await asked.answer).toBe('STAGING');
  });
});

describe('it ends', () => {
  test('when the time is over', async () => {
    const asked = ask();
    await vi.advanceTimersByTimeAsync(QUESTION.timeoutMs - 1);
    expect(asked.isOver()).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await asked.answer).toBeUndefined();
    expect(asked.terminal.held).toBe(false);
  });

  test('when the terminal is lost', async () => {
    const asked = ask();
    asked.terminal.listener?.lost();
    expect(await asked.answer).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('at once, when the terminal is somebody else’s', async () => {
    const terminal = new FakeTerminal();
    terminal.hold();
    expect(await chooseOne(terminal, QUESTION, PANEL)).toBeUndefined();
  });
});

describe('what it says', () => {
  test('fits the window and names every key', () => {
    const { terminal } = ask();
    const lines = terminal.written.replaceAll(/\x1b\[\?2004h/g, '').split('\r\n');
    expect(Math.max(...lines.map((line) => line.trimEnd().length))).toBeLessThan(60);
    expect(terminal.written).toContain('[1] prod   [2] staging   [d] dev   [Enter] not now');
  });

  test('plain: ASCII, and no escape sequence from beginning to end', async () => {
    const asked = ask(PLAIN, new FakeTerminal({ columns: 100 }));
    await settled(asked);
    asked.terminal.type('1');
    await asked.answer;
    expect(asked.terminal.written).toMatch(/^[\x20-\x7e\r\n]+$/);
    expect(asked.terminal.written.endsWith('prod\r\n')).toBe(true);
  });

  test('a paste is marked while it asks, and not afterwards', async () => {
    const asked = ask();
    expect(asked.terminal.written.endsWith('\x1b[?2004h')).toBe(true);
    asked.terminal.type('\x03');
    await asked.answer;
    expect(asked.terminal.written).toContain('\x1b[?2004l');
  });
});
