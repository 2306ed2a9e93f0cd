const BLANK = /[ \t\f]+/y;
const NEWLINE = /[\n\r]+/y;
const COMMENT = /--[^\n\r]*/y;

function behind(text: string, at: number, expression: RegExp): number {
  expression.lastIndex = at;
  return at + (expression.exec(text)?.[0].length ?? 0);
}

/**
 * Where a quoted string goes on that was closed just before `at`: behind a quote that only white space with at least one
 * newline in it (and comments) stands before (scan.l `quotecontinue`). Undefined when it does not.
 */
export function continuationEnd(text: string, at: number): number | undefined {
  let here = at;
  let newline = false;
  for (;;) {
    const next = behind(text, behind(text, here, BLANK), COMMENT);
    const end = behind(text, next, NEWLINE);
    newline ||= end > next;
    if (end === here) break;
    here = end;
  }
  return newline && text[here] === "'" ? here + 1 : undefined;
}
