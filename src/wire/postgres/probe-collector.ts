import type { Buffer } from 'node:buffer';
import type { ProbeAnswer } from './gate.ts';
import { BodyReader, HEADER_BYTES } from './message.ts';
import { parseFields, SQLSTATE } from './refusal.ts';

type Row = readonly (string | null)[];

/** Gathers the server's answer to one of guard's own statements. */
export class ProbeCollector {
  readonly #limit: number;
  readonly #settle: (answer: ProbeAnswer) => void;
  /** ReadyForQuery messages still to come. */
  #readies: number;
  #bytes = 0;
  #rows: Row[] = [];
  readonly #results: (readonly Row[])[] = [];
  #error: { readonly code: string; readonly message: string; readonly position?: string } | undefined;

  constructor(limit: number, readies: number, settle: (answer: ProbeAnswer) => void) {
    this.#limit = limit;
    this.#readies = readies;
    this.#settle = settle;
  }

  row(bytes: Buffer, start: number, end: number): void {
    this.#bytes += end - start;
    if (this.#bytes > this.#limit) {
      this.fail(SQLSTATE.tooLarge, 'the answer is too large');
      this.#rows = [];
      return;
    }
    const body = new BodyReader(bytes, start + HEADER_BYTES, end);
    const cells = body.int16();
    const row: (string | null)[] = [];
    for (let i = 0; i < cells; i += 1) {
      const length = body.int32();
      row.push(length < 0 ? null : body.take(length).toString('utf8'));
    }
    this.#rows.push(row);
  }

  completed(): void {
    this.#results.push(this.#rows);
    this.#rows = [];
  }

  errorResponse(bytes: Buffer, start: number, end: number): void {
    const fields = parseFields(bytes, start, end);
    const position = fields.get('P');
    this.#error ??= {
      code: fields.get('C') ?? SQLSTATE.internal,
      message: fields.get('M') ?? 'error without a message',
      ...(position === undefined ? {} : { position }),
    };
  }

  fail(code: string, message: string): void {
    this.#error ??= { code, message };
  }

  /** True when that was the last ReadyForQuery of the probe. */
  ready(): boolean {
    this.#readies -= 1;
    return this.#readies === 0;
  }

  settle(): void {
    const error = this.#error;
    this.#settle(
      error === undefined ? { kind: 'rows', results: this.#results } : { kind: 'error', ...error },
    );
  }
}
