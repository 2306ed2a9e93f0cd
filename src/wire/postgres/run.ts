import type { NoticeFields, StatementRun } from './gate.ts';

/** One `StatementRun` with what guarantees that `finished` is called exactly once. */
export class RunTracker {
  readonly run: StatementRun;
  readonly #startedAt: number;
  /** Statements of the message that are complete. */
  index = 0;
  rows = 0;
  /** SQLSTATE of the first error. */
  error: string | undefined;
  #done = false;

  constructor(run: StatementRun, startedAt: number) {
    this.run = run;
    this.#startedAt = startedAt;
  }

  scrub(fields: NoticeFields): NoticeFields {
    return this.run.scrub(fields);
  }

  completed(tag: string, rows: number): void {
    this.rows += rows;
    this.run.completed(this.index, tag, rows);
    this.index += 1;
  }

  finish(now: number, error?: string): void {
    if (this.#done) return;
    this.#done = true;
    const failed = this.error ?? error;
    const durationMs = now - this.#startedAt;
    this.run.finished({ ...(failed !== undefined && { error: failed }), rows: this.rows, durationMs });
  }
}
