import type { HoldableTerminal, TerminalHold } from '../model/terminal-hold.ts';
import { PasteWatch } from '../terminal/paste-watch.ts';
import { wrap } from '../terminal/width.ts';
import { KeyFilter } from './key-filter.ts';
import { shown } from './lines.ts';
import { BELL, PASTE_OFF, PASTE_ON } from './sequences.ts';
import type { PromptStyle } from './style.ts';

/** Enter, Esc, Ctrl-C, Ctrl-D as the key filter gives them out. */
const LEAVING: ReadonlySet<string> = new Set(['\r', '\x1b', '\x03', '\x04']);

export interface Option<Value> {
  /** One printable ASCII character. */
  readonly key: string;
  readonly label: string;
  readonly value: Value;
}

export interface ChoiceQuestion<Value> {
  readonly lines: readonly string[];
  readonly options: readonly Option<Value>[];
  /** What Enter means, and every other way not to choose. */
  readonly otherwise: string;
  /** Milliseconds; then nobody has chosen. */
  readonly timeoutMs: number;
}

/**
 * Asks to press one key, in plain lines that stay on the screen. Undefined when nobody chose: Enter, Esc, Ctrl-C,
 * time-out, a terminal that is lost or taken. What was typed before the question, pasted, or sent as an escape sequence
 * chooses nothing. Never rejects.
 */
export function chooseOne<Value>(
  terminal: HoldableTerminal,
  question: ChoiceQuestion<Value>,
  style: PromptStyle,
): Promise<Value | undefined> {
  try {
    const hold = terminal.hold();
    hold.write(textOf(question, style, hold.size().columns));
    return awaitChoice(hold, question, style);
  } catch {
    return Promise.resolve(undefined);
  }
}

function textOf<Value>(question: ChoiceQuestion<Value>, style: PromptStyle, columns: number): string {
  const keys = [
    ...question.options.map(({ key, label }) => `[${key}] ${label}`),
    `[Enter] ${question.otherwise}`,
  ].join('   ');
  const lines = [...question.lines, keys].flatMap((line) => wrap(shown(line, style), columns - 1));
  return `${lines.join('\r\n')} ${style.kind === 'panel' ? PASTE_ON : ''}`;
}

function awaitChoice<Value>(
  hold: TerminalHold,
  { options, timeoutMs }: ChoiceQuestion<Value>,
  style: PromptStyle,
): Promise<Value | undefined> {
  return new Promise((resolve) => {
    const pastes = new PasteWatch(hold.midPaste);
    const finish = (chosen: Option<Value> | undefined) => {
      clearTimeout(timer);
      keys[Symbol.dispose]();
      hold.write(`${style.kind === 'panel' ? PASTE_OFF : ''}${chosen?.label ?? ''}\r\n`);
      hold.release();
      resolve(chosen?.value);
    };
    const keys = new KeyFilter({
      word: false,
      now: () => performance.now(),
      key: (bytes) => {
        const chosen = options.find(({ key }) => key === bytes.toLowerCase());
        if (chosen !== undefined || LEAVING.has(bytes)) finish(chosen);
        else hold.write(BELL);
      },
      ignored: () => hold.write(BELL),
      report: (raw) => hold.typeAhead(Buffer.from(raw, 'latin1')),
    });
    const timer = setTimeout(() => finish(undefined), timeoutMs);
    hold.listen({
      input: (bytes) => {
        // Only a paste that began before the question is of interest here; later ones the key filter knows.
        const early = pastes.pasting ? pastes.push(bytes) : 0;
        if (early > 0) hold.typeAhead(bytes.subarray(0, early));
        if (early < bytes.length) keys.push(bytes.subarray(early));
      },
      resized: () => undefined,
      lost: () => finish(undefined),
    });
  });
}
