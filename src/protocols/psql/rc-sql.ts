/** Where the SQL of one psqlrc line ends, and whether it is as harmless as it looks. */
export interface SqlPart {
  /** Index of the backslash that begins a command of psql's own; the line's length when there is none. */
  readonly end: number;
  /** Ends with a semicolon outside quotes and comments. */
  readonly complete: boolean;
  /** Nothing but blanks and a comment. */
  readonly blank: boolean;
  /** Why this line can't be kept, in one clause. */
  readonly problem?: string;
}

const VARIABLE_START = /[A-Za-z0-9_\u0080-\uffff]/;
const DOLLAR_QUOTE = /^\$(?:[A-Za-z_\u0080-\uffff]|\$)/;
const OPEN_QUOTE = 'a quotation or comment that goes on over several lines';
const BACKSLASH_IN_QUOTES = 'a backslash inside quotes';
const VARIABLE = 'it expands a variable, whose text could hold commands';

class SqlReader {
  readonly line: string;
  at = 0;
  last = '';
  problem: string | undefined;

  constructor(line: string) {
    this.line = line;
  }

  get next(): string {
    return this.line.charAt(this.at);
  }

  private starts(text: string): boolean {
    return this.line.startsWith(text, this.at);
  }

  private quoted(quote: string): void {
    const end = this.line.indexOf(quote, this.at + 1);
    // Whether a backslash escapes here depends on the server's settings: never keep it.
    if (this.line.slice(this.at, end < 0 ? undefined : end).includes('\\'))
      this.problem ??= BACKSLASH_IN_QUOTES;
    if (end < 0) this.problem ??= OPEN_QUOTE;
    this.last = quote;
    this.at = end < 0 ? this.line.length : end + 1;
  }

  /** Block comments nest in PostgreSQL: only the plain kind on one line is kept. */
  private comment(): void {
    const end = this.line.indexOf('*/', this.at + 2);
    const body = this.line.slice(this.at + 2, end < 0 ? undefined : end);
    if (end < 0 || body.includes('/*')) this.problem ??= OPEN_QUOTE;
    this.at = end < 0 ? this.line.length : end + 2;
  }

  private colon(): void {
    if (this.starts('::')) this.at += 1;
    else if (VARIABLE_START.test(this.line.charAt(this.at + 1))) this.problem ??= VARIABLE;
    this.plain();
  }

  private plain(): void {
    const character = this.next;
    if (character !== ' ' && character !== '\t') this.last = character;
    this.at += 1;
  }

  step(): void {
    if (this.starts('--')) this.at = this.line.length;
    else if (this.starts('/*')) this.comment();
    else if (this.next === "'" || this.next === '"') this.quoted(this.next);
    else if (this.next === ':') this.colon();
    else {
      if (DOLLAR_QUOTE.test(this.line.slice(this.at, this.at + 2))) this.problem ??= OPEN_QUOTE;
      this.plain();
    }
  }
}

/**
 * Reads the SQL at the beginning of a line that starts outside quotes and comments. Conservative where psql's own lexer
 * (psqlscan.l) depends on settings: what it calls harmless ends outside quotes and comments under any of them.
 */
export function readSql(line: string): SqlPart {
  const reader = new SqlReader(line);
  while (reader.next !== '' && reader.next !== '\\') reader.step();
  return {
    end: reader.at,
    complete: reader.last === ';',
    blank: reader.last === '',
    ...(reader.problem === undefined ? {} : { problem: reader.problem }),
  };
}
