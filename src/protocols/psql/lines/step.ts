import type { PromptState } from './prompt-marks.ts';
import { TextCut } from './text-cut.ts';

/** Output of a hidden step that is kept for reading. */
const MAX_HEARD_BYTES = 16_384;
const NEW_LINE = Buffer.from('\r\n');
/** Readline shows a paste in reverse video at first. */
const HIGHLIGHT = '\x1b[7m';

/** What a prompt without marks says: perhaps in the middle of a statement. */
const UNKNOWN: PromptState = { lexer: '-', history: '', turn: '', copy: false };

/** psql has run a line and shows its prompt again. */
export interface StepEnd {
  readonly prompt: PromptState;
  /** The prompt as the user sees it. */
  readonly text: Buffer;
  /** What psql said, as far as it was hidden. */
  readonly heard: string;
  /** psql refused a command because it is restricted. */
  readonly refused: boolean;
  /** It has no marks: its variable was set anew. */
  readonly unmarked: boolean;
}

export interface StepPlan {
  readonly keys: string;
  /**
   * What readline shows until the line is done. `moves`: only how it goes to the end of the line, up to where
   * `until` begins.
   */
  readonly echo: 'show' | 'hide' | 'moves';
  readonly until?: string;
  /** What psql says then. */
  readonly answer: 'show' | 'hide';
  /** psql's words for "restricted": taken out of the answer. */
  readonly refusal?: string;
  /** The line may start programs that read the terminal, or reads it itself. */
  readonly readsTerminal?: boolean;
  readonly done: (end: StepEnd) => void;
}

/** One line on its way through psql: from its keys to the next prompt. */
export class Step {
  readonly plan: StepPlan;
  readonly #screen: (bytes: Buffer) => void;
  readonly #refusal: TextCut;
  #accepted = false;
  #echo: Buffer[] = [];
  #heard = '';

  constructor(plan: StepPlan, screen: (bytes: Buffer) => void) {
    this.plan = plan;
    this.#screen = screen;
    this.#refusal = new TextCut(plan.refusal ?? '');
  }

  /** Readline has given the line to psql. */
  get accepted(): boolean {
    return this.#accepted;
  }

  text(bytes: Buffer): void {
    if (this.#accepted) this.#answer(bytes);
    else if (this.plan.echo === 'show') this.#screen(bytes);
    else if (this.plan.echo === 'moves') this.#echo.push(Buffer.from(bytes));
  }

  accept(): void {
    this.#accepted = true;
    if (this.plan.echo !== 'moves') return;
    this.#screen(this.#moves());
    this.#screen(NEW_LINE);
    this.#echo = [];
  }

  end(prompt: PromptState | undefined, text: Buffer): void {
    this.cancel();
    this.plan.done({
      prompt: prompt ?? UNKNOWN,
      text,
      heard: this.#heard,
      refused: this.#refusal.found,
      unmarked: prompt === undefined,
    });
  }

  /** psql ended in the middle: what was held back is shown after all. */
  cancel(): void {
    const rest = this.#refusal.give();
    if (rest.length > 0) this.#pass(rest);
  }

  #answer(bytes: Buffer): void {
    this.#pass(this.#refusal.push(bytes));
  }

  #pass(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.plan.answer === 'show') this.#screen(bytes);
    else if (this.#heard.length < MAX_HEARD_BYTES) this.#heard += bytes.toString('latin1');
  }

  /** How readline went to the end of the line. */
  #moves(): Buffer {
    const echo = Buffer.concat(this.#echo).toString('latin1');
    const at = echo.indexOf(this.plan.until ?? '');
    if (at === -1) return Buffer.alloc(0);
    const moves = echo.slice(0, at);
    const plain = moves.endsWith(HIGHLIGHT) ? moves.slice(0, -HIGHLIGHT.length) : moves;
    return Buffer.from(plain, 'latin1');
  }
}
