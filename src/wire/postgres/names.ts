import type { FieldDescription } from '../../model/row-masking.ts';
import type { RawText } from '../../model/text.ts';
import type { BoundParameters, Ruling } from './gate.ts';
import type { RunTracker } from './run.ts';

export type Answer = Extract<Ruling, { readonly kind: 'answer' }>;

/** A prepared statement as its Parse said. */
export interface Statement {
  readonly name: string;
  readonly text: RawText;
  readonly types: readonly number[];
  /** Set when guard answers it itself: the server has never seen it. */
  readonly own: Answer | undefined;
  /** Names given before a statement that may give them anew are not trusted (`Channel.find…`). */
  readonly generation: number;
}

/** A portal as its Bind said. */
export interface Portal {
  readonly name: string;
  readonly statementName: string;
  /** Absent when the statement was not made by a Parse that guard saw. */
  readonly statement: Statement | undefined;
  readonly bound: BoundParameters | undefined;
  readonly generation: number;
  /** A Describe of it was sent, its answer comes before any row. */
  described: boolean;
  /** From the RowDescription of this very portal; `none` after NoData. */
  fields: readonly FieldDescription[] | 'none' | undefined;
  /** Rows passed on so far: a portal may be executed in parts. */
  passed: number;
  /** The Execute that was let pass, for errors while binding. */
  run: RunTracker | undefined;
}

/**
 * What a name stands for on the server. An answer of the server makes a change `confirmed`; until then it is
 * `expected` and holds only for later messages before the same Sync, because the server skips those when it fails.
 */
export class Names<T> {
  readonly #confirmed = new Map<string, T>();
  readonly #expected = new Map<string, T | undefined>();

  get size(): number {
    return this.#confirmed.size;
  }

  find(name: string): T | undefined {
    return this.#expected.has(name) ? this.#expected.get(name) : this.#confirmed.get(name);
  }

  expect(name: string, value: T | undefined): void {
    this.#expected.set(name, value);
  }

  confirm(name: string, value: T | undefined): void {
    if (value === undefined) this.#confirmed.delete(name);
    else this.#confirmed.set(name, value);
  }

  /** The server is done with the batch: what it did not confirm never happened. */
  settle(): void {
    if (this.#expected.size > 0) this.#expected.clear();
  }

  /** Every meaning is in doubt, also of names whose confirmation is on its way. */
  forget(): void {
    if (this.#confirmed.size > 0) this.#confirmed.clear();
    this.settle();
  }
}
