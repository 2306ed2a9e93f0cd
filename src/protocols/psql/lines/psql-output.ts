import type { LinePort } from './line-port.ts';
import { ACCEPTED, EDITING, MarkScanner, type OutputPiece, type PromptState } from './prompt-marks.ts';
import { Step, type StepPlan } from './step.ts';

/** Readline writes its prompt right after it has set the terminal; with marks within this many milliseconds. */
const MARK_MS = 1_000;
/** A longer prompt is no prompt. */
const MAX_PROMPT_BYTES = 16_384;

/** Without readline psql prints the brackets around what is invisible as they are (RL_PROMPT_START_IGNORE). */
const BRACKETS = [0x01, 0x02];

function unbracketed(piece: OutputPiece): OutputPiece {
  if (piece.kind !== 'text' || !BRACKETS.some((byte) => piece.bytes.includes(byte))) return piece;
  return { kind: 'text', bytes: Buffer.from(piece.bytes.filter((byte) => !BRACKETS.includes(byte))) };
}

export interface OutputListener {
  /** A prompt that no step waited for: the first one, one drawn again, or a new one after Ctrl-C. */
  prompted(prompt: PromptState, text: Buffer, fresh: boolean): void;
  /** Output while nobody waits: readline's echo. */
  echoed(bytes: Buffer): void;
  /** psql reads rows for COPY. */
  copying(text: Buffer): void;
}

/** What psql writes to its terminal, piece by piece, and the line that is on its way through it. */
export class PsqlOutput {
  readonly #port: LinePort;
  readonly #scanner: MarkScanner;
  readonly #listener: OutputListener;
  #step: Step | undefined;
  #prompt: Buffer[] | undefined;
  /** Readline has begun a line since it was done with the one before. */
  #editing = false;
  #fresh = true;
  #first = true;
  /** Stops waiting for a prompt's marks. */
  #marked: () => void = () => undefined;
  /** psql without readline never says that it takes a line. */
  #plain = false;

  constructor(port: LinePort, secret: string, listener: OutputListener) {
    this.#port = port;
    this.#scanner = new MarkScanner(secret);
    this.#listener = listener;
  }

  get step(): Step | undefined {
    return this.#step;
  }

  get editing(): boolean {
    return this.#editing;
  }

  withoutReadline(): void {
    this.#plain = true;
  }

  /** Sends keys and follows them to psql's next prompt. */
  run(plan: StepPlan): void {
    this.#step = new Step(plan, (bytes) => this.#port.screen(bytes));
    if (this.#plain) this.#step.accept();
    this.#port.program(Buffer.from(plan.keys));
  }

  push(chunk: Buffer): void {
    const pieces = this.#scanner.push(chunk);
    for (const piece of pieces) this.#piece(this.#bracketed ? unbracketed(piece) : piece);
  }

  /** psql is gone: nothing is held back any more. */
  end(): void {
    this.#flushPrompt();
    this.#text(this.#scanner.give());
    this.#step?.cancel();
  }

  /** No readline so far. */
  get #bracketed(): boolean {
    return this.#plain || (this.#step === undefined && !this.#editing && this.#first);
  }

  #piece(piece: OutputPiece): void {
    switch (piece.kind) {
      case 'text':
        if (this.#prompt === undefined) this.#text(piece.bytes);
        else this.#collect(this.#prompt, piece.bytes);
        return;
      case 'editing':
        this.#editing = true;
        this.#awaitMark();
        return;
      case 'accepted':
        this.#accepted();
        return;
      case 'prompt-begins':
        this.#flushPrompt();
        this.#marked();
        this.#prompt = [];
        return;
      case 'prompt':
        this.#prompted(piece.prompt);
        return;
    }
  }

  /** Readline has begun a line: its prompt must follow, or it has lost its marks. */
  #awaitMark(): void {
    if (this.#step?.accepted !== true) return;
    this.#marked();
    this.#marked = this.#port.after(MARK_MS, () => {
      const step = this.#step;
      this.#fresh = false;
      this.#step = undefined;
      step?.end(undefined, Buffer.from(EDITING));
    });
  }

  #collect(prompt: Buffer[], bytes: Buffer): void {
    prompt.push(Buffer.from(bytes));
    if (prompt.reduce((sum, part) => sum + part.length, 0) > MAX_PROMPT_BYTES) this.#flushPrompt();
  }

  #flushPrompt(): void {
    const parts = this.#prompt ?? [];
    this.#prompt = undefined;
    for (const part of parts) this.#text(part);
  }

  #text(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.#step !== undefined) this.#step.text(bytes);
    else this.#listener.echoed(bytes);
  }

  #accepted(): void {
    this.#flushPrompt();
    this.#marked();
    this.#editing = false;
    this.#fresh = true;
    this.#step?.accept();
    // What the user's terminal was told when the prompt was shown is taken back with it.
    if (this.#step === undefined || this.#step.plan.echo === 'show') this.#port.screen(Buffer.from(ACCEPTED));
  }

  #prompted(prompt: PromptState): void {
    const shown = Buffer.concat(this.#prompt ?? []);
    this.#prompt = undefined;
    if (prompt.copy) {
      this.#listener.copying(shown);
      return;
    }
    if (!this.#genuine()) {
      this.#text(shown);
      return;
    }
    const fresh = this.#fresh;
    const text = fresh && this.#editing ? Buffer.concat([Buffer.from(EDITING), shown]) : shown;
    const step = this.#step;
    if (step !== undefined && !step.accepted) {
      // Readline drew its line again.
      step.text(shown);
      return;
    }
    this.#fresh = false;
    this.#first = false;
    this.#step = undefined;
    if (step === undefined) this.#listener.prompted(prompt, text, fresh);
    else step.end(prompt, text);
  }

  /** Readline switches the terminal before it writes the prompt; text that only looks like one comes while it is still by line. */
  #genuine(): boolean {
    if (this.#plain || !this.#fresh) return true;
    const reading = this.#port.reading();
    if (this.#editing) return reading?.byLine !== true;
    return this.#step === undefined;
  }
}
