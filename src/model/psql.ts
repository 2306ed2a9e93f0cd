import type { RawText } from './text.ts';

/** How psql puts a variable's value into a text: `:x` as it is, `:'x'` and `:"x"` quoted, `:{?x}` whether it is set. */
export type VariableQuoting = 'plain' | 'literal' | 'identifier' | 'is-set';

/** One use of a psql variable. */
export interface VariableUse {
  readonly name: string;
  readonly quoting: VariableQuoting;
  /** False when its value is decided at run time; the text then holds a placeholder. */
  readonly known: boolean;
}

/** One stretch of an argument, with where it comes from. */
export type ArgumentPiece =
  | { readonly kind: 'literal'; readonly value: string }
  | ({ readonly kind: 'variable'; readonly value?: string } & Pick<VariableUse, 'name' | 'quoting'>)
  /** `value` is the command line that a shell gets; variables in it are expanded where they are known. */
  | { readonly kind: 'backquote'; readonly value: string; readonly known: boolean };

export interface PsqlArgument {
  /** What the command gets, quotes and escapes resolved; undefined when it is decided at run time. */
  readonly value: string | undefined;
  readonly pieces: readonly ArgumentPiece[];
  /** As written, without the blanks around it. */
  readonly written: string;
  /** The last kind of quoting in it; '' for none. */
  readonly quote: '' | "'" | '"' | '`' | ':';
  /** Semicolons at its end that stand outside quotes: most commands leave them out. */
  readonly semicolons: number;
}

/** What `\copy` does: psql sends `sql` and moves the rows itself. */
export interface CopyCommand {
  readonly direction: 'from' | 'to';
  /** `input`: the lines behind it, or what psql prints to; `stream`: psql's own standard input or output. */
  readonly end:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'program'; readonly command: string }
    | { readonly kind: 'input' }
    | { readonly kind: 'stream' };
  readonly sql: RawText;
}

/** One backslash command. */
export interface PsqlCommand {
  /** As written, without the backslash. */
  readonly written: string;
  /** The long name where psql knows several (`connect` for `c`); undefined for a name that psql does not know. */
  readonly name: string | undefined;
  readonly args: readonly PsqlArgument[];
  /** Of a `\copy` that psql can read. */
  readonly copy?: CopyCommand;
  /** The command alone, one blank between its arguments. */
  readonly text: RawText;
  /** Where it stands in the text: the backslash, and behind its last argument. UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** True when it comes out of a variable's value: `start` and `end` are then those of the variable. */
  readonly expanded: boolean;
  /** A quotation in its arguments is not closed on its line: psql says so and leaves that argument out. */
  readonly unclosed: boolean;
  /** Inside `\if … \endif`: it may run or not. */
  readonly conditional: boolean;
}

/** How an SQL text ends: by `;`, by a command that sends it (`\g`), by the end of the script, or by the end of a line in single-line mode. */
export type SqlEnd = 'semicolon' | 'command' | 'end' | 'line';

export type ScriptPart =
  | {
      readonly kind: 'sql';
      /** What psql puts into its Query message; a placeholder stands for a variable that is decided at run time. */
      readonly text: RawText;
      /** From 1: where its first character stands. */
      readonly line: number;
      /** The same in UTF-16 code units; in the text of the variable's user where it comes out of a variable. */
      readonly start: number;
      readonly ends: SqlEnd;
      readonly uses: readonly VariableUse[];
      /** Why `text` may not be what is sent, in one clause; undefined when it is exact. */
      readonly doubt: string | undefined;
    }
  | { readonly kind: 'command'; readonly command: PsqlCommand; readonly line: number }
  /** Lines that COPY … FROM STDIN takes as data, when it succeeds. */
  | { readonly kind: 'data'; readonly text: RawText; readonly line: number };

/** Where psql's lexer stands between two lines. */
export interface LexerState {
  readonly mode: LexerMode;
  /** The opening `$tag$` in mode `dollar`. */
  readonly tag: string;
  /** How many comments are open around the innermost. */
  readonly comments: number;
  readonly parens: number;
  /** BEGIN and CASE without END in the body of an SQL function (psql 14 and later). */
  readonly begins: number;
  /** First letters of CREATE [OR REPLACE] FUNCTION, as far as read. */
  readonly words: string;
  readonly wordCount: number;
}

/** `escape` is an E'' string; `after-escape` stands behind the quote that may have closed it: a newline and a quote continue it. */
export type LexerMode = 'plain' | 'comment' | 'quote' | 'escape' | 'after-escape' | 'double-quote' | 'dollar';

/** What psql keeps between two lines. JSON; hand the end state of one line to the next. */
export interface ScriptState {
  readonly lexer: LexerState;
  /** The statement that is not complete yet. */
  readonly buffer: RawText;
  /** The statement sent last, which `\g` and others repeat; undefined when it is not known. */
  readonly previous: RawText | undefined;
  /** One for each `\if` without `\endif`: the parentheses that were open there. */
  readonly conditions: readonly number[];
}

/** A script read. */
export interface Script {
  readonly parts: readonly ScriptPart[];
  readonly end: ScriptState;
  /** Why the rest was not read, in one clause. */
  readonly problem: string | undefined;
}
