import type { LexerMode, LexerState } from '../../model/psql.ts';
import type { Dialect } from './dialect.ts';
import type { ExpansionBudget, Input } from './input.ts';
import type { QueryBuffer, TextPlace } from './query-buffer.ts';
import { continuationEnd } from './quote-continuation.ts';
import { placeholder, quoteValue } from './quote-value.ts';
import { SqlWords } from './sql-words.ts';
import { readReference, type VariableReference } from './variable-reference.ts';
import type { Variables } from './variables.ts';

/** Why the lexer stopped: the line is read, a statement is complete, or a command of psql's own begins. */
export type Stop = 'end' | 'semicolon' | 'backslash';

export interface LexerWorld {
  readonly dialect: Dialect;
  readonly variables: Variables;
  readonly budget: ExpansionBudget;
  /** False to leave variables as they are written. */
  readonly expand: boolean;
  /** Where the reading stands. */
  readonly place: () => TextPlace;
}

export const FRESH_LEXER: LexerState = {
  mode: 'plain',
  tag: '',
  comments: 0,
  parens: 0,
  begins: 0,
  words: '',
  wordCount: 0,
};

const LINE_COMMENT = /--[^\n\r]*/y;
const COMMENT_START = /\/\*/y;
/** A quote with what may stand before it. */
const OPENING = /[eE]'|[uU]&'|[uU]&"|['"]/y;
/** Letters that are no word of their own: of N'', B'' and X'' strings, and before an ampersand. */
const PREFIX = /[nNbBxX](?=')|[uU](?=&)/y;
const IDENTIFIER = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
/** Numbers and parameters, with the letters behind them where psql takes them for a part (scan.l, `integer_junk` and the like). */
const NUMBER = /(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][-+]?\d+)?|\$\d+/y;
const NUMBER_WITH_JUNK =
  /(?:(?:\d+(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][-+]?\d+|[eE][-+])?|\$\d+)(?:(?<![-+])[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*)?/y;
/** An identifier that can not be the beginning of anything else: what most of a statement is made of. */
const WORD = /(?![eEnNbBxXuU]['&])[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;
/** What a quotation, a comment or a dollar tag begins with. */
const OPENS = /[eEuU'"/$]/;
const COLONS = /::|:=/y;
const ESCAPED = /\\[;:]/y;
/** Characters that begin no token of more than themselves. */
const DULL = /[^ \t\n\r\f\v'"$:;\\()A-Za-z0-9_.\-/\u0080-\uffff]+/y;
const ANY = /[\s\S]/y;

const QUOTED = /[^']+/y;
const ESCAPED_QUOTED = /[^\\']+|\\[\s\S]?|''/y;
const DOUBLE_QUOTED = /[^"]+/y;
const COMMENTED = /[^*/]+|\*(?!\/)|\/(?!\*)/y;
const COMMENT_EDGE = /\/\*|\*\//y;

/** psql's lexer for SQL (src/fe_utils/psqlscan.l), with standard_conforming_strings on. */
export class SqlLexer {
  readonly words = new SqlWords();
  parens: number;
  #mode: LexerMode;
  #tag: string;
  #comments: number;
  readonly #world: LexerWorld;

  constructor(world: LexerWorld, state: LexerState = FRESH_LEXER) {
    this.#world = world;
    this.#mode = state.mode;
    this.#tag = state.tag;
    this.#comments = state.comments;
    this.parens = state.parens;
    this.words.begins = state.begins;
    this.words.head = state.words;
    this.words.count = state.wordCount;
  }

  get state(): LexerState {
    const { begins, head, count } = this.words;
    return {
      mode: this.#mode,
      tag: this.#tag,
      comments: this.#comments,
      parens: this.parens,
      begins,
      words: head,
      wordCount: count,
    };
  }

  /** Inside a quotation or comment, where a line without characters counts too (psql_scan_in_quote). */
  get inQuotes(): boolean {
    return this.#mode !== 'plain' && this.#mode !== 'after-escape';
  }

  /** psql older than 13 does not look for the rest of a string behind the end of its line. */
  endLine(): void {
    if (this.#mode === 'after-escape' && !this.#world.dialect.continuesQuotes) this.#mode = 'plain';
  }

  /** psql_scan_reset. */
  reset(): void {
    this.#mode = 'plain';
    this.#tag = '';
    this.parens = 0;
    this.words.reset();
  }

  /** Reads on until something must be done; what belongs to the statement goes into `buffer`. */
  scan(input: Input, buffer: QueryBuffer): Stop {
    while (!input.ended) {
      if (this.#world.budget.spent) input.drop();
      else if (this.#mode !== 'plain') this.#quoted(input, buffer);
      else {
        const stop = this.#plain(input, buffer);
        if (stop !== undefined) return stop;
      }
    }
    return 'end';
  }

  #emit(buffer: QueryBuffer, text: string): void {
    buffer.append(text, this.#world.place);
  }

  #plain(input: Input, buffer: QueryBuffer): Stop | undefined {
    if (this.#word(input, buffer) || this.#blank(input, buffer)) return undefined;
    const next = input.text.charAt(input.at);
    if (OPENS.test(next) && this.#opening(input, buffer)) return undefined;
    switch (next) {
      case '\\':
        return this.#backslash(input, buffer);
      case ';':
        return this.#semicolon(input, buffer);
      case ':':
        this.#colon(input, buffer);
        return undefined;
      default:
        this.#token(input, buffer);
        return undefined;
    }
  }

  #word(input: Input, buffer: QueryBuffer): boolean {
    const word = input.take(WORD);
    if (word === '') return false;
    this.words.word(word, this.parens, this.#world.dialect.knowsBodies);
    this.#emit(buffer, word);
    return true;
  }

  #backslash(input: Input, buffer: QueryBuffer): Stop | undefined {
    const escaped = input.take(ESCAPED);
    if (escaped === '') {
      input.at += 1;
      return 'backslash';
    }
    this.#emit(buffer, escaped.slice(1));
    if (escaped === '\\;') this.words.next();
    return undefined;
  }

  /** White space at the beginning of a statement is left out, and `--` comments where psql does so. */
  #blank(input: Input, buffer: QueryBuffer): boolean {
    const { dialect } = this.#world;
    const blanks = input.take(dialect.blanks);
    const comment = blanks === '' ? input.take(LINE_COMMENT) : '';
    if (!buffer.empty && (comment === '' || dialect.keepsComments)) this.#emit(buffer, blanks + comment);
    return blanks !== '' || comment !== '';
  }

  #opening(input: Input, buffer: QueryBuffer): boolean {
    const comment = input.take(COMMENT_START);
    const quote = comment === '' ? input.take(OPENING) : '';
    const tag = comment === '' && quote === '' ? input.take(DOLLAR_TAG) : '';
    const text = comment + quote + tag;
    if (text === '') return false;
    this.#emit(buffer, text);
    this.#comments = 0;
    this.#tag = tag;
    if (comment !== '') this.#mode = 'comment';
    else if (tag !== '') this.#mode = 'dollar';
    else if (quote.endsWith('"')) this.#mode = 'double-quote';
    else this.#mode = /^e/i.test(quote) ? 'escape' : 'quote';
    return true;
  }

  #semicolon(input: Input, buffer: QueryBuffer): Stop | undefined {
    input.at += 1;
    this.#emit(buffer, ';');
    if (this.parens > 0 || this.words.begins > 0) return undefined;
    this.words.next();
    return 'semicolon';
  }

  #colon(input: Input, buffer: QueryBuffer): void {
    const reference = input.text[input.at + 1] === ':' ? undefined : readReference(input);
    if (reference === undefined) this.#emit(buffer, input.take(COLONS) || input.take(ANY));
    else this.#expand(input, buffer, reference);
  }

  #expand(input: Input, buffer: QueryBuffer, { name, quoting, written }: VariableReference): void {
    const looked = this.#world.variables.look(name);
    const known = looked.kind !== 'unknown';
    buffer.use({ name, quoting, known });
    if (!known) {
      if (quoting !== 'literal')
        buffer.doubt(`it holds the variable ${name}, which has its value at run time`);
      this.#emit(buffer, this.#world.expand ? placeholder(name, quoting) : written);
    } else if (quoting === 'is-set') this.#emit(buffer, looked.kind === 'known' ? 'TRUE' : 'FALSE');
    else if (looked.kind === 'unset') this.#emit(buffer, written);
    else if (quoting !== 'plain') this.#emit(buffer, quoteValue(looked.value, quoting));
    else if (input.isReading(name)) this.#emit(buffer, written);
    else input.push(looked.value, name);
  }

  #token(input: Input, buffer: QueryBuffer): void {
    const { dialect } = this.#world;
    const number = input.take(dialect.joinsJunk ? NUMBER_WITH_JUNK : NUMBER);
    const prefix = number === '' ? input.take(PREFIX) : '';
    const identifier = number + prefix === '' ? input.take(IDENTIFIER) : '';
    if (identifier !== '') this.words.word(identifier, this.parens, dialect.knowsBodies);
    const text = number + prefix + identifier;
    this.#emit(buffer, text === '' ? this.#single(input) : text);
  }

  #single(input: Input): string {
    const text = input.take(DULL) || input.take(ANY);
    if (text === '(') this.parens += 1;
    else if (text === ')') this.parens = Math.max(this.parens - 1, 0);
    return text;
  }

  /** What stands inside the quotes that are open. */
  get #inside(): RegExp {
    if (this.#mode === 'double-quote') return DOUBLE_QUOTED;
    return this.#mode === 'escape' ? ESCAPED_QUOTED : QUOTED;
  }

  #quoted(input: Input, buffer: QueryBuffer): void {
    if (this.#mode === 'comment') this.#comment(input, buffer);
    else if (this.#mode === 'dollar') this.#dollar(input, buffer);
    else if (this.#mode === 'after-escape') this.#afterEscape(input, buffer);
    else this.#string(input, buffer);
  }

  /** A doubled quote closes a plain string and opens the next, which comes to the same. */
  #string(input: Input, buffer: QueryBuffer): void {
    const text = input.take(this.#inside);
    this.#emit(buffer, text === '' ? input.take(ANY) : text);
    if (text !== '') return;
    // In a plain string the quote that goes on behind a newline is the same as one that opens.
    this.#mode = this.#mode === 'escape' ? 'after-escape' : 'plain';
  }

  #afterEscape(input: Input, buffer: QueryBuffer): void {
    const end = continuationEnd(input.text, input.at);
    this.#mode = end === undefined ? 'plain' : 'escape';
    if (end === undefined) return;
    this.#emit(buffer, input.text.slice(input.at, end));
    input.at = end;
  }

  #comment(input: Input, buffer: QueryBuffer): void {
    const edge = input.take(COMMENT_EDGE);
    if (edge === '/*') this.#comments += 1;
    else if (edge === '*/' && this.#comments === 0) this.#mode = 'plain';
    else if (edge === '*/') this.#comments -= 1;
    this.#emit(buffer, edge || input.take(COMMENTED));
  }

  #dollar(input: Input, buffer: QueryBuffer): void {
    const { text, at } = input;
    const found = text.indexOf(this.#tag, at);
    const end = found < 0 ? text.length : found + this.#tag.length;
    if (found >= 0) this.#mode = 'plain';
    this.#emit(buffer, text.slice(at, end));
    input.at = end;
  }
}
