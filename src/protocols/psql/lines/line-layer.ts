import { LineLock } from './line-lock.ts';
import {
  CONTINUED,
  CONTINUED_OPEN,
  MISSED,
  refusalText,
  UNREADABLE,
  WITHOUT_READLINE,
} from './line-messages.ts';
import type { LinePort, LineRefusal, LineRuling, ReadMark } from './line-port.ts';
import { LineRunner } from './line-runner.ts';
import { type PrivateKeys, pasteKeys } from './private-keys.ts';
import { type PromptState, QUOTE_STATES, SKIPPED_BRANCH } from './prompt-marks.ts';
import { PsqlOutput } from './psql-output.ts';
import type { StepEnd } from './step.ts';
import { TypeAhead } from './type-ahead.ts';
import { KeyFence, TypedKeys } from './typed-keys.ts';

const BACKSLASH = 0x5c;
/** psql's refusal and what may be cut off before it, in bytes. */
const MAX_ECHO = 4_096;
const INTERRUPT = '\x03';
/** The ruling arrives just before psql's prompt; then it is on another way for as long as this, in milliseconds. */
const RULING_MS = 5_000;
/** Lexer states at which a line is a new statement (`%R`). */
const FRESH_STATES: ReadonlySet<string> = new Set(['=', '^']);

export interface LineLayerOptions {
  readonly port: LinePort;
  readonly keys: PrivateKeys;
  /** In guard's marks. */
  readonly secret: string;
  /** What all of guard's keys begin with. */
  readonly keyPrefix: string;
  /** psql's restricted mode can be left by a line that nobody read (CVE-2026-18408). */
  readonly leaky: boolean;
}

/** A line that was read over the wire. */
interface Reading {
  readonly mark: ReadMark;
  /** The statement before it is not complete: only the commands at its end are left to run. */
  readonly continued: boolean;
  ruling?: LineRuling;
  end?: StepEnd;
  late?: () => void;
}

/**
 * Stands between the user's terminal and psql's. Lines that hold a command of psql itself are read exactly, judged and
 * only then run; all other lines pass as they are.
 */
export class LineLayer {
  readonly #port: LinePort;
  readonly #keys: PrivateKeys;
  readonly #leaky: boolean;
  readonly #output: PsqlOutput;
  readonly #lock: LineLock;
  readonly #ahead: TypeAhead;
  readonly #fence: KeyFence;
  readonly #typed = new TypedKeys();
  #phase: 'starting' | 'lines' | 'plain' = 'starting';
  #prompt: PromptState = { lexer: '=', history: '', turn: '', copy: false };
  #copying = false;
  /** A backslash was typed or shown since the prompt. */
  #backslash = false;
  /** Keys went out that readline has not answered yet. */
  #unsettled = false;
  /** The end of what was shown since the prompt, and whether psql refused something in it. */
  #echo = '';
  #slipped = false;
  readonly #runner: LineRunner;
  #reading: Reading | undefined;

  constructor(options: LineLayerOptions) {
    this.#port = options.port;
    this.#keys = options.keys;
    this.#leaky = options.leaky;
    this.#fence = new KeyFence(options.keyPrefix);
    this.#ahead = new TypeAhead(options.port);
    this.#output = new PsqlOutput(options.port, options.secret, {
      prompted: (prompt, text, fresh) => this.#prompted(prompt, text, fresh),
      echoed: (bytes) => this.#echoed(bytes),
      copying: (text) => this.#copyPrompt(text),
    });
    this.#lock = new LineLock(options.port, options.keys, this.#output);
    this.#runner = new LineRunner({
      ...options,
      output: this.#output,
      lock: this.#lock,
      show: (end) => this.#show(end),
    });
  }

  /** What psql wrote. */
  output(chunk: Buffer): void {
    this.#output.push(chunk);
  }

  /** psql is gone. */
  end(): void {
    this.#output.end();
  }

  /** What the user typed. */
  typed(bytes: Buffer): void {
    const allowed = this.#fence.push(bytes);
    if (this.#phase === 'starting' || this.#phase === 'plain') this.#pass(allowed);
    else this.#lines(allowed);
  }

  /** The ruling on the line that was read as `number`. */
  ruled(number: number, ruling: LineRuling): void {
    const reading = this.#reading;
    if (reading?.mark.number !== number) return;
    reading.ruling = ruling;
    this.#carryOut(reading);
  }

  #pass(bytes: Buffer): void {
    // While guard sets psql up nothing may come in between.
    if (this.#output.step !== undefined && this.#phase === 'starting')
      this.#ahead.push(bytes, { readsTerminal: false, hidden: true, lasts: () => true });
    else if (bytes.length > 0) this.#port.program(bytes);
  }

  #lines(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0 && this.#output.step === undefined) {
      const { piece, length } = this.#typed.next(rest);
      rest = rest.subarray(length);
      if (piece.kind === 'enter') this.#enter(piece.next);
      else if (piece.kind === 'interrupt') this.#port.program(Buffer.from(INTERRUPT));
      else {
        this.#backslash ||= piece.backslash;
        this.#unsettled ||= piece.editing;
        this.#port.program(piece.bytes);
      }
    }
    const step = this.#output.step;
    if (rest.length === 0 || step === undefined) return;
    // Once readline has begun its next line nobody else reads.
    const hidden = step.plan.answer === 'hide' || !step.accepted || this.#output.editing;
    const readsTerminal = this.#copying || (step.accepted && step.plan.readsTerminal === true);
    const lasts = (): boolean => this.#output.step === step && !this.#output.editing;
    this.#ahead.push(rest, { readsTerminal, hidden, lasts });
  }

  #echoed(bytes: Buffer): void {
    this.#unsettled = false;
    this.#backslash ||= bytes.includes(BACKSLASH);
    this.#watchRefusal(bytes);
    this.#port.screen(bytes);
  }

  /** A key of the user's own can end a line behind guard's back; psql refuses what is no SQL. */
  #watchRefusal(bytes: Buffer): void {
    const { refusal } = this.#lock;
    if (refusal === '') return;
    this.#echo = (this.#echo + bytes.toString('latin1')).slice(-MAX_ECHO);
    this.#slipped ||= this.#echo.includes(refusal);
  }

  #copyPrompt(text: Buffer): void {
    this.#copying = true;
    this.#port.screen(text);
    const held = this.#ahead.take();
    if (held.length > 0) this.#port.program(held);
  }

  #prompted(prompt: PromptState, text: Buffer, fresh: boolean): void {
    if (this.#phase === 'starting') this.#begin();
    else if (fresh) {
      if (this.#slipped) this.#say(MISSED);
      this.#show({ prompt, text });
    } else this.#port.screen(text);
  }

  /** The first prompt: psql is closed before anybody can type at it. */
  #begin(): void {
    const readline = this.#output.editing;
    if (!readline) {
      this.#output.withoutReadline();
      this.#lock.withoutReadline();
    }
    this.#lock.begin((end) => {
      this.#phase = readline ? 'lines' : 'plain';
      this.#port.ready({ readline, restricted: this.#lock.exists });
      this.#show(end);
    });
  }

  #show({ prompt, text }: Pick<StepEnd, 'prompt' | 'text'>): void {
    this.#prompt = prompt;
    this.#copying = false;
    this.#backslash = false;
    this.#unsettled = false;
    this.#echo = '';
    this.#slipped = false;
    this.#typed.begin();
    this.#port.screen(text);
    if (this.#phase === 'plain') this.#watch();
    const held = this.#ahead.take();
    if (held.length > 0) this.typed(held);
  }

  /** Without readline lines are not read; psql's refusals are explained. */
  #watch(): void {
    this.#output.run({
      keys: '',
      echo: 'show',
      answer: 'show',
      refusal: this.#lock.refusal,
      done: (end) => {
        if (end.refused) this.#say(WITHOUT_READLINE);
        this.#show(end);
      },
    });
  }

  #say(refusal: LineRefusal): void {
    this.#port.screen(Buffer.from(refusalText(refusal)));
  }

  #enter(next: boolean): void {
    const { lexer } = this.#prompt;
    const open = !this.#lock.exists || this.#leaky;
    const doubtful = this.#backslash || this.#unsettled;
    if (FRESH_STATES.has(lexer) && (open || doubtful)) this.#read();
    else if (!doubtful || lexer === '!' || lexer === SKIPPED_BRANCH) this.#submit(next);
    else if (open) this.#refuseContinued();
    else this.#submitContinued();
  }

  /** The line holds nothing but SQL, as far as guard saw; psql itself refuses everything else. */
  #submit(next: boolean): void {
    this.#output.run({
      keys: next ? this.#keys.acceptAndNext : this.#keys.accept,
      echo: 'show',
      answer: 'show',
      refusal: this.#lock.refusal,
      done: (end) => {
        if (end.refused) this.#say(end.prompt.lexer === '!' ? UNREADABLE : MISSED);
        this.#show(end);
      },
    });
  }

  /** Keys that put the line, with `behind` at its end, into readline's kill ring. */
  #kill(behind: string): string {
    const { insertMode, endOfLine, killLine } = this.#keys;
    return insertMode + endOfLine + pasteKeys(this.#keys, behind) + killLine;
  }

  #read(): void {
    const mark = this.#port.readMark();
    const keys = this.#kill(mark.behind);
    this.#lock.openBehind(keys, mark.behind, () => this.#readKilled({ mark, continued: false }));
  }

  #readKilled(reading: Reading): void {
    this.#reading = reading;
    this.#lock.read(reading.mark, (end, sent) => {
      if (!sent) {
        this.#unread(end);
        return;
      }
      reading.end = end;
      reading.late = this.#port.after(RULING_MS, () => {
        this.#reading = undefined;
        this.#runner.reclose(UNREADABLE);
      });
      this.#carryOut(reading);
    });
  }

  /** psql did not take guard's line: it is still closed. */
  #unread(end: StepEnd): void {
    this.#reading = undefined;
    this.#say(UNREADABLE);
    this.#show(end);
  }

  /** A line in the middle of a statement goes to psql as it is, closed: SQL is SQL, and commands are refused. */
  #submitContinued(): void {
    const mark = this.#port.readMark();
    const quoted = QUOTE_STATES.has(this.#prompt.lexer);
    const { yank, erase, accept } = this.#keys;
    this.#output.run({
      keys: this.#kill(mark.behind) + yank + erase.repeat(mark.behind.length) + accept,
      echo: 'moves',
      until: mark.behind,
      answer: 'show',
      refusal: this.#lock.refusal,
      done: (end) => {
        if (!end.refused) this.#show(end);
        else if (quoted) {
          this.#say(CONTINUED);
          this.#show(end);
        } else this.#lock.open(() => this.#readKilled({ mark, continued: true }));
      },
    });
  }

  #refuseContinued(): void {
    const { killLine, accept } = this.#keys;
    this.#output.run({
      keys: killLine + accept,
      echo: 'hide',
      answer: 'hide',
      done: (end) => {
        this.#port.screen(Buffer.from('\r\n'));
        this.#say(CONTINUED_OPEN);
        this.#show(end);
      },
    });
  }

  #carryOut(reading: Reading): void {
    const { ruling, end, mark, continued } = reading;
    if (ruling === undefined || end === undefined) return;
    reading.late?.();
    this.#reading = undefined;
    this.#runner.carryOut(ruling, { number: mark.number, continued });
  }
}
