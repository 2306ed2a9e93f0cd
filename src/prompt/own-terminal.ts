import type { ReadStream, WriteStream } from 'node:tty';
import type { HoldableTerminal, HoldListener, TerminalHold } from '../model/terminal-hold.ts';

export interface OwnTerminalOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
}

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;
/** They end the question, not guard: what was asked about is then refused, and the terminal is as it was. */
const ENDING_SIGNALS = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
] as const satisfies readonly NodeJS.Signals[];

/**
 * The user's terminal while no program runs on it (before a session starts, after it ended): raw for the length of
 * one question. What is typed before the question is nobody's and is dropped.
 */
export class OwnTerminal implements HoldableTerminal {
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  #held = false;

  constructor({ input, output }: OwnTerminalOptions) {
    this.#input = input;
    this.#output = output;
  }

  hold(): TerminalHold {
    if (this.#held) throw new TypeError('the terminal is held already');
    this.#held = true;
    const input = this.#input;
    const output = this.#output;
    let listener: HoldListener | undefined;
    const typed = (bytes: Buffer): void => listener?.input(bytes);
    const resized = (): void => listener?.resized();
    const lost = (): void => listener?.lost();
    const cooked = (): void => {
      input.setRawMode(false);
    };
    input.setRawMode(true);
    input.on('data', typed).on('end', lost).on('error', lost);
    output.on('resize', resized).on('error', lost);
    process.on('exit', cooked);
    for (const signal of ENDING_SIGNALS) process.on(signal, lost);
    input.resume();
    return {
      screen: 'main',
      midPaste: false,
      size: () => ({ columns: output.columns || DEFAULT_COLUMNS, rows: output.rows || DEFAULT_ROWS }),
      write: (text) => {
        output.write(text);
      },
      listen: (listening) => {
        listener = listening;
      },
      typeAhead: () => {},
      redrawAfterwards: () => {},
      release: () => {
        if (!this.#held) return;
        this.#held = false;
        input.off('data', typed).off('end', lost).off('error', lost);
        output.off('resize', resized).off('error', lost);
        process.off('exit', cooked);
        for (const signal of ENDING_SIGNALS) process.off(signal, lost);
        input.pause();
        cooked();
      },
    };
  }
}
