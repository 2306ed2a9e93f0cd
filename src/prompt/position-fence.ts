/** DSR: asks the terminal where its cursor is; it answers `ESC [ row ; column R` (ECMA-48, 8.3.14 CPR). */
export const ASK_POSITION = '\x1b[6n';

const REPORT = /\x1b\[(\d{1,5});(\d{1,5})R/;
/** A report that may still be on its way. */
const BEGINNING = /\x1b(?:\[(?:\d{1,5}(?:;\d{0,5})?)?)?$/;

/** DA2: asks a terminal what it is. */
export const ASK_KIND = '\x1b[>c';

const KIND = /\x1b\[>(\d{1,5}(?:;\d{1,8}){0,3})c/;
const KIND_BEGINNING = /\x1b\[>(?:\d{1,8};?){0,4}$/;
/** What xterm.js says (and VS Code with it); no other terminal says the same. */
const XTERM_JS = '0;276;0';

/** Where the cursor is; both from 1. */
export interface Position {
  readonly row: number;
  readonly column: number;
  /** The terminal is xterm.js: it answered ASK_KIND, sent before ASK_POSITION, as that one does. */
  readonly xtermJs?: boolean;
}

/**
 * Separates what was typed before a question from what comes after it: the terminal answers only after it has
 * sent every key before, so that all bytes up to its answer are type-ahead.
 */
export class PositionFence {
  readonly #typeAhead: (bytes: Uint8Array) => void;
  readonly #settled: Promise<Position | undefined>;
  #settle: (position: Position | undefined) => void = () => {};
  #pending = '';
  #kind: string | undefined;

  constructor(typeAhead: (bytes: Uint8Array) => void) {
    this.#typeAhead = typeAhead;
    this.#settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Resolves with the answer, or with nothing after `limitMs`. */
  async wait(limitMs: number): Promise<Position | undefined> {
    const timer = setTimeout(() => this.close(), limitMs);
    const position = await this.#settled;
    clearTimeout(timer);
    return position;
  }

  push(bytes: Uint8Array): void {
    const text = this.#takeKind(this.#pending + Buffer.from(bytes).toString('latin1'));
    const report = REPORT.exec(text);
    if (report !== null) {
      this.#pending = '';
      this.#pass(text.slice(0, report.index) + text.slice(report.index + report[0].length));
      const xtermJs = this.#kind === XTERM_JS;
      this.#settle({ row: Number(report[1]), column: Number(report[2]), xtermJs });
      return;
    }
    const half = BEGINNING.exec(text) ?? KIND_BEGINNING.exec(text);
    const end = half?.index ?? text.length;
    this.#pending = text.slice(end);
    this.#pass(text.slice(0, end));
  }

  #takeKind(text: string): string {
    const answer = this.#kind === undefined ? KIND.exec(text) : null;
    if (answer === null) return text;
    this.#kind = answer[1];
    return text.slice(0, answer.index) + text.slice(answer.index + answer[0].length);
  }

  /** No answer came, or nobody waits any more. */
  close(): void {
    this.#pass(this.#pending);
    this.#pending = '';
    this.#settle(undefined);
  }

  #pass(text: string): void {
    if (text !== '') this.#typeAhead(Buffer.from(text, 'latin1'));
  }
}
