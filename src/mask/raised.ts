/** What stands for a part that is not shown. */
const HIDDEN = '‹hidden›';

/**
 * Source routines (error field `R`) through which code in the server says what it likes: RAISE and ASSERT of PL/pgSQL,
 * and the ways out of plpython, plperl and pltcl (src/pl of PostgreSQL 18).
 */
const RAISERS: ReadonlySet<string> = new Set([
  'exec_stmt_raise',
  'exec_stmt_assert',
  'PLy_output',
  'PLy_elog_impl',
  'plperl_util_elog',
  'do_util_elog',
  'plperl_call_perl_func',
  'pltcl_elog',
  'throw_tcl_error',
]);

export function isRaised(routine: string | undefined): boolean {
  return routine !== undefined && RAISERS.has(routine);
}

/** A format or option of RAISE and ASSERT: a plain literal, quotes doubled (PL/pgSQL, "Errors and Messages"). */
const LITERAL = /'((?:[^']|''){1,400})'/g;
/** Pieces of a format that are looked for in a message. */
const MOST_PIECES = 20;

/**
 * What may be shown of a message that code in the server composed: the constant parts of the literal it was made from,
 * where the code that guard knows has one that fits. What was put in place of each `%` is hidden, and so is a message
 * that fits nothing.
 */
export function shownOfRaised(message: string, sources: Iterable<string>): string {
  for (const source of sources) {
    for (const [, literal = ''] of source.matchAll(LITERAL)) {
      const pieces = literal.replaceAll("''", "'").split('%');
      if (pieces.length <= MOST_PIECES && fits(message, pieces)) return pieces.join(HIDDEN);
    }
  }
  return HIDDEN;
}

/** A format of nothing but `%` says nothing. */
function fits(message: string, pieces: readonly string[]): boolean {
  const [first = '', ...rest] = pieces;
  const last = rest.at(-1);
  if (!message.startsWith(first)) return false;
  if (last === undefined) return message === first;
  if (pieces.every((piece) => piece.trim() === '')) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = message.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return message.endsWith(last);
}
