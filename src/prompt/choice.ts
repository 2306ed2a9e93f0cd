import type { HoldableTerminal } from '../model/terminal-hold.ts';
import { printable } from '../terminal/printable.ts';

/** Keys within this time after the question appeared were typed for something else, in milliseconds. */
const SETTLING_MS = 300;
const CTRL_C = 0x03;
const ENTER = 0x0d;
const ESCAPE = 0x1b;

export interface ChoiceQuestion<Value> {
  readonly lines: readonly string[];
  readonly options: readonly { readonly key: string; readonly label: string; readonly value: Value }[];
  /** Milliseconds; then nobody has chosen. */
  readonly timeoutMs: number;
}

/** Asks to press one key. Undefined when nobody chose: Enter, Esc, Ctrl-C, time-out, a lost terminal. Pasted text chooses nothing. */
export function chooseOne<Value>(
  terminal: HoldableTerminal,
  question: ChoiceQuestion<Value>,
): Promise<Value | undefined> {
  const hold = terminal.hold();
  const keys = question.options.map(({ key, label }) => `[${key}] ${label}`).join('   ');
  const text = [...question.lines.map((line) => printable(line)), keys].join('\r\n');
  hold.write(`${text} `);
  const began = performance.now();
  return new Promise((resolve) => {
    const finish = (value: Value | undefined, said: string) => {
      clearTimeout(timer);
      hold.write(`${said}\r\n`);
      hold.release();
      resolve(value);
    };
    const timer = setTimeout(() => finish(undefined, ''), question.timeoutMs);
    hold.listen({
      input: (bytes) => {
        if (bytes.length !== 1 || performance.now() - began < SETTLING_MS) return;
        const [byte = 0] = bytes;
        const chosen = question.options.find(({ key }) => key.charCodeAt(0) === byte);
        if (chosen !== undefined) finish(chosen.value, chosen.label);
        else if (byte === CTRL_C || byte === ENTER || byte === ESCAPE) finish(undefined, '');
      },
      resized: () => undefined,
      lost: () => finish(undefined, ''),
    });
  });
}
