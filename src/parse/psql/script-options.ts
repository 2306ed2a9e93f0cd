import type { ScriptState } from '../../model/psql.ts';

/** How the text gets to psql: lines of a file or a pipe, one line that was submitted (with what was pasted into it), or the value of `-c`. */
export type ScriptSource = 'file' | 'line' | 'argument';

export interface ScriptOptions {
  readonly source: ScriptSource;
  /** psql's major version; without it the newest that guard knows. */
  readonly psql?: number;
  /** Where psql stands before the text; without it at the beginning of a statement. */
  readonly state?: ScriptState;
  /** Values of psql's variables. */
  readonly variables?: Readonly<Record<string, string>>;
  /** True when `variables` holds all of them; else any other may have any value. */
  readonly complete?: boolean;
  /** False to leave variables as they are written; their values then are not known. */
  readonly expand?: boolean;
  /** psql runs in single-line mode (`-S`). */
  readonly singleLine?: boolean;
}
