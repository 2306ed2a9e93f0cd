import { GuardError, type GuardErrorCode } from '../model/errors.ts';

/** One thing wrong with a file, with the place where it stands. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units of the line. */
  readonly column: number;
  readonly message: string;
  /** The line itself; absent when the file as a whole is meant. */
  readonly source?: string;
}

/** More than these are counted, not printed. */
const MAX_PROBLEMS = 50;
/** Columns of a source line that are shown, and where in them the caret stands at the latest. */
const EXCERPT_WIDTH = 100;
const CARET_AT_MOST = 70;

/** What would move the cursor or hide text on a terminal: C0, DEL, C1 and the bidirectional marks. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text from a file made safe to print, one column for each UTF-16 unit. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, ' ');
}

function excerpt(problem: Problem): readonly string[] {
  if (problem.source === undefined) return [];
  const caret = problem.column - 1;
  const skip = Math.max(0, caret - CARET_AT_MOST);
  const shown = printable(problem.source.slice(skip, skip + EXCERPT_WIDTH)).trimEnd();
  return [`  ${shown}`, `  ${' '.repeat(caret - skip)}^`];
}

function describe(problem: Problem): string {
  const place = `${printable(problem.file)}:${problem.line}:${problem.column}`;
  return [`${place}: ${printable(problem.message)}`, ...excerpt(problem)].join('\n');
}

/** An error that lists every problem as `file:line:column: message`, the line and a caret. */
export function problemError(code: GuardErrorCode, problems: readonly Problem[]): GuardError {
  const shown = problems.slice(0, MAX_PROBLEMS).map(describe);
  const rest = problems.length - shown.length;
  if (rest > 0) shown.push(`and ${rest} more`);
  return new GuardError(code, shown.join('\n'), { hint: 'Correct the file and try again.' });
}
