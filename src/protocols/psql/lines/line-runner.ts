import { commandTail } from './command-tail.ts';
import { limitLine } from './line-limits.ts';
import type { LineLock } from './line-lock.ts';
import { CONTINUED, LEFT_OPEN, refusalText } from './line-messages.ts';
import type { LinePort, LineRefusal, LineRuling } from './line-port.ts';
import { type PrivateKeys, pasteKeys } from './private-keys.ts';
import { PROMPT_VARIABLES, promptLine, QUOTE_STATES, SKIPPED_BRANCH } from './prompt-marks.ts';
import type { PsqlOutput } from './psql-output.ts';
import type { StepEnd } from './step.ts';

const INTERRUPT = '\x03';
/** Interrupts until psql is at a new statement again; each leaves one quote or conditional block. */
const MOST_INTERRUPTS = 64;
const KEEPS_BLANK_LINES_OUT = /^ignore(?:space|both)$/;
/** Commands that read the terminal, or start what may. */
const READS_TERMINAL = /\\(?:!|prompt|password|copy|i|c|connect)|\|/;
/** A line of which psql, closed, refuses everything. */
const COMMAND_FIRST = /^\\[A-Za-z!?]/;
const CLEAR_LINE = '\r\x1b[K';

export interface RunnerOptions {
  readonly port: LinePort;
  readonly keys: PrivateKeys;
  readonly secret: string;
  readonly leaky: boolean;
  readonly output: PsqlOutput;
  readonly lock: LineLock;
  /** Gives the prompt back to the user. */
  readonly show: (end: Pick<StepEnd, 'prompt' | 'text'>) => void;
}

interface LineFacts {
  readonly number: number;
  /** Only the commands at the end of the line are left to run. */
  readonly continued: boolean;
}

/** Runs a judged line in the psql that is open for it, and closes psql again. */
export class LineRunner {
  readonly #options: RunnerOptions;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  carryOut(ruling: LineRuling, facts: LineFacts): void {
    if (ruling.kind === 'refuse') {
      this.#refuse(ruling.text, ruling.refusal, facts);
      return;
    }
    const limited = limitLine(ruling.text);
    if (limited !== undefined) {
      this.#refuse(ruling.text, limited, facts);
      return;
    }
    const text = facts.continued ? commandTail(ruling.text) : ruling.text;
    if (text === undefined) this.reclose(CONTINUED);
    // psql remembers the line already.
    else this.#replay(facts.continued ? ` ${text}` : text, facts.number);
  }

  /** Closes psql and says why the line was not run. */
  reclose(refusal: LineRefusal): void {
    this.#options.lock.close((end) => {
      this.#say(refusal);
      this.#options.show(end);
    });
  }

  #replay(text: string, number: number): void {
    const { output, keys, port, lock, show } = this.#options;
    output.run({
      keys: pasteKeys(keys, text) + keys.accept,
      echo: 'hide',
      answer: 'show',
      readsTerminal: READS_TERMINAL.test(text),
      done: (end) => {
        port.ran(number);
        this.#settle(end, () => this.#remark(text, end, () => lock.close(show)));
      },
    });
  }

  /** A refused line is remembered like any other: psql gets it closed, and refuses it once more in silence. */
  #refuse(text: string, refusal: LineRefusal, { continued }: LineFacts): void {
    const { lock, leaky, keys, show } = this.#options;
    this.#say(refusal);
    const again = COMMAND_FIRST.test(text) && limitLine(text)?.hidden !== true;
    const remembered = continued || !again || leaky || !lock.exists;
    lock.close((end) => {
      if (remembered) show(end);
      else this.#hide(pasteKeys(keys, text) + keys.accept, show);
    });
  }

  /** psql can only be closed where it reads commands, and in a line that is not remembered. */
  #settle(end: StepEnd, done: () => void, interrupts = 0): void {
    const { port, lock } = this.#options;
    const { lexer, history } = end.prompt;
    if (QUOTE_STATES.has(lexer) || lexer === SKIPPED_BRANCH) {
      if (interrupts === 0) this.#say(LEFT_OPEN);
      if (interrupts > MOST_INTERRUPTS) port.broken();
      else this.#hide(INTERRUPT, (again) => this.#settle(again, done, interrupts + 1));
      return;
    }
    if (end.unmarked || KEEPS_BLANK_LINES_OUT.test(history)) {
      done();
      return;
    }
    const value = history === 'ignoredups' ? 'ignoreboth' : 'ignorespace';
    this.#hide(lock.line(`\\set HISTCONTROL ${value}`), done);
  }

  /** Prompts that the line has changed get their marks again. Marks around marks do no harm. */
  #remark(text: string, end: StepEnd, done: () => void): void {
    const { lock, secret, port } = this.#options;
    const changed = PROMPT_VARIABLES.filter(
      (name) => text.includes(name) || (end.unmarked && name === 'PROMPT1'),
    );
    if (changed.length === 0) {
      done();
      return;
    }
    // The prompt without marks is on the screen already.
    if (end.unmarked) port.screen(Buffer.from(CLEAR_LINE));
    this.#hide(lock.line(changed.map((name) => promptLine(name, secret)).join('')), done);
  }

  #say(refusal: LineRefusal): void {
    this.#options.port.screen(Buffer.from(refusalText(refusal)));
  }

  #hide(keys: string, done: (end: StepEnd) => void): void {
    this.#options.output.run({ keys, echo: 'hide', answer: 'hide', done });
  }
}
