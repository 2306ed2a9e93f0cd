export type ProblemKind =
  | 'no-log'
  | 'unreadable'
  | 'missing-file'
  | 'beginning'
  | 'chain'
  | 'signature'
  | 'unknown-key'
  | 'key-change'
  | 'not-an-entry'
  | 'too-long'
  | 'sequence'
  | 'time'
  | 'result-without-decision'
  | 'gap'
  | 'torn'
  | 'shortened';

export type NoteKind = 'decision-without-result' | 'torn-repaired' | 'entries-lost' | 'clock' | 'key';

/** Where something is wrong and what, in guard's own words: never a word of the log itself. */
export interface Remark<Kind extends string> {
  readonly kind: Kind;
  /** File name without its folder; empty when it is about the log as a whole. */
  readonly file: string;
  /** From 1; 0 when it is about the whole file. */
  readonly line: number;
  readonly text: string;
}

export type Problem = Remark<ProblemKind>;
export type Note = Remark<NoteKind>;

/** So many are kept; more are counted and go to the listener alone. */
const MAX_KEPT = 10_000;

/** Collects remarks in bounded memory. */
export interface Remarks<Kind extends string> {
  add(remark: Remark<Kind>): void;
  readonly kept: readonly Remark<Kind>[];
  readonly count: number;
}

export function collectRemarks<Kind extends string>(
  listener?: (remark: Remark<Kind>) => void,
): Remarks<Kind> {
  const kept: Remark<Kind>[] = [];
  let count = 0;
  return {
    add(remark) {
      count += 1;
      if (kept.length < MAX_KEPT) kept.push(remark);
      listener?.(remark);
    },
    kept,
    get count() {
      return count;
    },
  };
}
