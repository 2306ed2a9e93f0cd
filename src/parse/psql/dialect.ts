/** What of psql's lexers differs between its versions. */
export interface Dialect {
  /** Blanks (psqlscan.l `space`), sticky: a vertical tab is one from psql 16 on. */
  readonly blanks: RegExp;
  /** Up to a blank or a backslash: the name of a command. */
  readonly commandName: RegExp;
  /** Keeps `--` comments of a statement in what it sends (psql 15 and later). */
  readonly keepsComments: boolean;
  /** Knows BEGIN … END bodies of SQL functions (psql 14 and later). */
  readonly knowsBodies: boolean;
  /** Letters behind a number belong to it (psql 15 and later), so that `1E'` begins no E'' string. */
  readonly joinsJunk: boolean;
  /** A quoted string may go on behind the end of a line (psql 13 and later). */
  readonly continuesQuotes: boolean;
}

/** The psql that is assumed where nobody said which it is. */
export const NEWEST_PSQL = 18;

const VERTICAL_TAB_BLANK = 16;
const COMMENTS_KEPT = 15;
const JUNK_JOINED = 15;
const BODIES_KNOWN = 14;
const QUOTES_CONTINUED = 13;

/** `major`: psql's major version. */
export function dialectOf(major: number): Dialect {
  return {
    blanks: major >= VERTICAL_TAB_BLANK ? /[ \t\n\r\f\v]+/y : /[ \t\n\r\f]+/y,
    commandName: major >= VERTICAL_TAB_BLANK ? /[^ \t\n\r\f\v\\]+/y : /[^ \t\n\r\f\\]+/y,
    keepsComments: major >= COMMENTS_KEPT,
    knowsBodies: major >= BODIES_KNOWN,
    joinsJunk: major >= JUNK_JOINED,
    continuesQuotes: major >= QUOTES_CONTINUED,
  };
}
