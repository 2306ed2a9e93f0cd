import type { CopyCommand } from '../../model/psql.ts';
import { rawText } from '../../model/text.ts';

interface TokenSyntax {
  /** Characters that are tokens of their own. */
  readonly alone: string;
  readonly quotes: string;
  /** E'' is a quotation with backslashes in it. */
  readonly escapes?: boolean;
}

const BLANK = ' \t\n\r';
const NAMES: TokenSyntax = { alone: '.,()', quotes: '"' };
const COLUMNS: TokenSyntax = { alone: '()', quotes: '"' };
const QUERY: TokenSyntax = { alone: '()', quotes: `"'`, escapes: true };
const ENDS: TokenSyntax = { alone: ';', quotes: "'" };

/** strtokx() of src/bin/psql/stringutils.c. */
class Tokens {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(syntax: TokenSyntax): string | undefined {
    while (BLANK.includes(this.#text[this.#at] ?? 'x')) this.#at += 1;
    const start = this.#at;
    if (start >= this.#text.length) return undefined;
    const first = this.#text.charAt(start);
    if (syntax.alone.includes(first)) this.#at += 1;
    else if (this.#escapeString(syntax)) this.#quoted(start + 1, '\\');
    else if (syntax.quotes.includes(first)) this.#quoted(start, '');
    else this.#plain(syntax);
    return this.#text.slice(start, this.#at);
  }

  /** All that is left, without the one blank that ends the token before it. */
  rest(): string {
    const skip = BLANK.includes(this.#text[this.#at] ?? 'x') ? 1 : 0;
    return this.#text.slice(this.#at + skip);
  }

  #escapeString({ escapes }: TokenSyntax): boolean {
    return escapes === true && /^[eE]'/.test(this.#text.slice(this.#at, this.#at + 2));
  }

  #quoted(open: number, escaping: string): void {
    const quote = this.#text.charAt(open);
    let at = open + 1;
    for (; at < this.#text.length; at += 1) {
      const character = this.#text[at];
      const next = this.#text[at + 1];
      if (character === escaping && next !== undefined) at += 1;
      else if (character === quote && next === quote) at += 1;
      else if (character === quote) break;
    }
    this.#at = Math.min(at + 1, this.#text.length);
  }

  #plain({ alone, quotes }: TokenSyntax): void {
    const ends = BLANK + alone + quotes;
    do this.#at += 1;
    while (this.#at < this.#text.length && !ends.includes(this.#text.charAt(this.#at)));
  }
}

/** Up to FROM or TO, as psql sends it; undefined where psql finds a mistake. */
function readSource(tokens: Tokens): { readonly sql: string; readonly direction: 'from' | 'to' } | undefined {
  let token = tokens.next(NAMES);
  let sql = '';
  if (token?.toLowerCase() === 'binary') {
    sql += token;
    token = tokens.next(NAMES);
  }
  for (let parens = token === '(' ? 1 : 0; parens > 0; ) {
    sql += ` ${token}`;
    token = tokens.next(QUERY);
    if (token === undefined) return undefined;
    parens += Number(token === '(') - Number(token === ')');
  }
  sql += ` ${token}`;
  token = tokens.next(NAMES);
  if (token === '.') {
    sql += `.${tokens.next(NAMES)}`;
    token = tokens.next(NAMES);
  }
  const columns = token === '(' ? readColumns(tokens) : '';
  if (columns === undefined) return undefined;
  const direction = (columns === '' ? token : tokens.next(NAMES))?.toLowerCase();
  return direction === 'from' || direction === 'to' ? { sql: sql + columns, direction } : undefined;
}

/** A list of columns whose parenthesis is read. */
function readColumns(tokens: Tokens): string | undefined {
  let sql = ' (';
  for (let token = tokens.next(COLUMNS); token !== ')'; token = tokens.next(COLUMNS)) {
    if (token === undefined) return undefined;
    sql += ` ${token}`;
  }
  return `${sql} )`;
}

/** strip_quotes() with `'`: a token that was quoted, without its quotes. */
function unquoted(token: string): string {
  if (!/^'[\s\S]*'$/.test(token) || token.length < 2) return token;
  return token.slice(1, -1).replaceAll("''", "'");
}

function readEnd(tokens: Tokens): CopyCommand['end'] | undefined {
  const token = tokens.next(ENDS);
  switch (token?.toLowerCase()) {
    case undefined:
      return undefined;
    case 'program': {
      const command = tokens.next(ENDS);
      return command?.startsWith("'") ? { kind: 'program', command: unquoted(command) } : undefined;
    }
    case 'stdin':
    case 'stdout':
      return { kind: 'input' };
    case 'pstdin':
    case 'pstdout':
      return { kind: 'stream' };
    default:
      return { kind: 'file', path: unquoted(token ?? '') };
  }
}

/** Reads what stands behind `\copy` (parse_slash_copy of src/bin/psql/copy.c). Undefined where psql would only print a mistake. */
export function readCopy(text: string): CopyCommand | undefined {
  const tokens = new Tokens(text);
  const source = readSource(tokens);
  const end = source === undefined ? undefined : readEnd(tokens);
  if (source === undefined || end === undefined) return undefined;
  const middle = source.direction === 'from' ? ' FROM STDIN ' : ' TO STDOUT ';
  return { direction: source.direction, end, sql: rawText(`COPY ${source.sql}${middle}${tokens.rest()}`) };
}
