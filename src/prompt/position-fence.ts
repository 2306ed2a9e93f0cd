/** DSR: asks the terminal where its cursor is; it answers `ESC [ row ; column R` (ECMA-48, 8.3.14 CPR). */
export const ASK_POSITION = '\x1b[6n';

const REPORT = /\x1b\[(\d{1,5});(\d{1,5})R/;
/** A report that may still be on its way. */
const BEGINNING = /\x1b(?:\[(?:\d{1,5}(?:;\d{0,5})?)?)?$/;

/** Where the cursor is; both from 1. */
export interface Position {
  readonly row: number;
  readonly column: number;
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
    const text = this.#pending + Buffer.from(bytes).toString('latin1');
    const report = REPORT.exec(text);
    if (report !== null) {
      this.#pending = '';
      this.#pass(text.slice(0, report.index) + text.slice(report.index + report[0].length));
      this.#settle({ row: Number(report[1]), column: Number(report[2]) });
      return;
    }
    const end = BEGINNING.exec(text)?.index ?? text.length;
    this.#pending = text.slice(end);
    this.#pass(text.slice(0, end));
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
