import type { Answer, Question } from '../model/prompter.ts';
import type { TerminalHold } from '../model/terminal-hold.ts';
import { KeyReader, type TerminalInput } from '../terminal/keys.ts';
import { shown } from './lines.ts';
import { choiceLines, choiceOf, listLines, promptLine, questionLines } from './plain-lines.ts';
import { BELL } from './sequences.ts';
import type { PromptStyle } from './style.ts';

const SETTLE_MS = 300;
const MAX_LINE_CHARACTERS = 256;
/** The time that is left is said at these moments. */
const REMINDERS_MS = [60_000, 30_000, 10_000] as const;

export interface PlainSessionOptions {
  readonly question: Question;
  readonly style: PromptStyle;
  readonly hold: TerminalHold;
  /** Milliseconds, never going back. */
  readonly now: () => number;
  readonly deadline: number;
  readonly answered: (answer: Answer) => void;
}

/** One question in plain lines: what is written stays written, nothing moves. */
export class PlainSession {
  readonly #options: PlainSessionOptions;
  readonly #reader = new KeyReader();
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #openFrom: number;
  #entered = '';

  constructor(options: PlainSessionOptions) {
    this.#options = options;
    const { question, style, hold, now, deadline } = options;
    const left = deadline - now();
    this.#openFrom = now() + SETTLE_MS;
    this.#say(['', ...questionLines(question, style, hold.size().columns), ...choiceLines(question, left)]);
    this.#ask();
    this.#timers = REMINDERS_MS.filter((moment) => moment < left).map((moment) =>
      setTimeout(() => this.#remind(moment), left - moment),
    );
  }

  input(bytes: Uint8Array): void {
    const inputs = this.#reader.push(bytes);
    const lines = inputs.filter((input) => input.kind === 'key' && input.key === 'enter').length;
    const early = this.#options.now() < this.#openFrom;
    for (const [index, input] of inputs.entries())
      this.#one(input, early || lines > 1 || index > MAX_LINE_CHARACTERS);
    for (const input of this.#reader.flush()) this.#one(input, early);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #one(input: TerminalInput, ignored: boolean): void {
    if (input.kind === 'report' || input.kind === 'position') {
      this.#options.hold.typeAhead(Buffer.from(input.raw, 'latin1'));
    } else if (input.kind === 'key' && input.key === 'interrupt') {
      this.#answer({ kind: 'no', because: 'person' });
    } else if (ignored || input.kind === 'paste') {
      this.#options.hold.write(BELL);
    } else if (input.kind === 'text') {
      this.#type(input.text);
    } else {
      this.#key(input.key);
    }
  }

  #type(text: string): void {
    const room = MAX_LINE_CHARACTERS - this.#entered.length;
    const safe = shown(text, this.#options.style).slice(0, room);
    this.#entered += safe;
    this.#options.hold.write(safe);
  }

  #key(key: string): void {
    if (key === 'enter') this.#submit();
    else if (key === 'escape' || key === 'end-of-input') this.#answer({ kind: 'no', because: 'person' });
    else if (key === 'backspace' && this.#entered !== '') {
      this.#entered = [...this.#entered].slice(0, -1).join('');
      this.#options.hold.write('\b \b');
    }
  }

  #submit(): void {
    const choice = choiceOf(this.#options.question, this.#entered);
    this.#entered = '';
    if (choice === 'yes' || choice === 'shape' || choice === 'trial') this.#answer({ kind: choice });
    else if (choice === 'no') this.#answer({ kind: 'no', because: 'person' });
    else this.#more(this.#aside(choice));
  }

  /** What is said before the question is put again. */
  #aside(choice: 'explain' | 'details' | 'unclear'): readonly string[] {
    const { question, style, hold } = this.#options;
    if (choice === 'unclear') {
      return [question.typed === undefined ? 'Please enter a number.' : 'That is not the same.'];
    }
    const texts = choice === 'explain' ? question.explain : [question.statement, ...question.details];
    return listLines(texts, style, hold.size().columns);
  }

  #more(lines: readonly string[]): void {
    const { question, now, deadline } = this.#options;
    this.#say(['', ...lines, ...choiceLines(question, deadline - now())]);
    this.#ask();
  }

  #remind(leftMs: number): void {
    this.#say(['', `${leftMs / 1000} s left.`]);
    this.#ask();
  }

  #ask(): void {
    const { question, style, hold } = this.#options;
    hold.write(promptLine(question, style) + this.#entered);
  }

  #say(lines: readonly string[]): void {
    this.#options.hold.write(lines.map((text) => `${text}\r\n`).join(''));
  }

  #answer(answer: Answer): void {
    this.#options.hold.write('\r\n');
    this.#options.answered(answer);
  }
}
