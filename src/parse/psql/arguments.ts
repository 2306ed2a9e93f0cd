import type { PsqlArgument } from '../../model/psql.ts';
import { ArgumentBuilder } from './argument-builder.ts';
import type { ArgumentStyle } from './command-syntax.ts';
import type { Dialect } from './dialect.ts';
import type { Input } from './input.ts';
import { quoteValue } from './quote-value.ts';
import { readReference, type VariableReference } from './variable-reference.ts';
import type { Looked, Variables } from './variables.ts';

export interface ArgumentWorld {
  readonly dialect: Dialect;
  readonly variables: Variables;
}

const ONE = /[\s\S]/y;
const PLAIN = /[^ \t\n\r\f\v\\'"`:]+/y;
const IN_SINGLE = /[^'\\]+/y;
const IN_DOUBLE = /[^"]+/y;
const IN_BACKQUOTES = /[^`:]+/y;
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', r: '\r', f: '\f' };
const NUMERIC_ESCAPE = /[0-7]{1,3}|x[0-9A-Fa-f]{1,2}/y;
const OCTAL = 8;
const HEXADECIMAL = 16;
const BYTE = 0xff;

/** psql's lexer for what follows the name of a backslash command (src/bin/psql/psqlscanslash.l). */
export class ArgumentReader {
  readonly #input: Input;
  readonly #world: ArgumentWorld;
  readonly #written: string[] = [];
  /** A quotation was not closed. */
  unclosed = false;

  constructor(input: Input, world: ArgumentWorld) {
    this.#input = input;
    this.#world = world;
  }

  /** All arguments up to the end of the command. A quotation that is not closed is no argument: psql says so and goes on without. */
  read(style: ArgumentStyle): readonly PsqlArgument[] {
    if (style === 'line') return this.#present(this.#line());
    const args: PsqlArgument[] = [];
    for (;;) {
      this.#blanks();
      const program = style === 'file' && this.#next === '|' && mayBeFile(args);
      const argument = program ? this.#line() : this.#word();
      if (argument === undefined) return args;
      args.push(argument);
    }
  }

  get #next(): string {
    const { ended } = this.#input;
    return ended ? '' : this.#input.text.charAt(this.#input.at);
  }

  #present(argument: PsqlArgument | undefined): readonly PsqlArgument[] {
    return argument === undefined ? [] : [argument];
  }

  #blanks(): void {
    while (!this.#input.ended && this.#input.take(this.#world.dialect.blanks) !== '');
  }

  /** Everything up to the end of the line, without expansion of any kind. */
  #line(): PsqlArgument | undefined {
    this.#blanks();
    const builder = new ArgumentBuilder();
    const text = this.#input.rest();
    builder.literal(text, false);
    return builder.build(text);
  }

  #take(expression: RegExp): string {
    const taken = this.#input.ended ? '' : this.#input.take(expression);
    this.#written.push(taken);
    return taken;
  }

  #word(): PsqlArgument | undefined {
    const builder = new ArgumentBuilder();
    this.#written.length = 0;
    while (!this.#atEnd()) {
      if (!this.#stretch(builder)) {
        this.unclosed = true;
        return undefined;
      }
    }
    return builder.build(this.#written.join(''));
  }

  #atEnd(): boolean {
    const next = this.#next;
    if (next === '' || next === '\\') return true;
    const { blanks } = this.#world.dialect;
    blanks.lastIndex = 0;
    return blanks.test(next);
  }

  /** False when a quotation is not closed. */
  #stretch(builder: ArgumentBuilder): boolean {
    switch (this.#next) {
      case "'":
        return this.#singleQuoted(builder);
      case '"':
        return this.#doubleQuoted(builder);
      case '`':
        return this.#backquoted(builder);
      case ':':
        this.#colon(builder);
        return true;
      default:
        builder.literal(this.#take(PLAIN) || this.#take(ONE), false);
        return true;
    }
  }

  #singleQuoted(builder: ArgumentBuilder): boolean {
    builder.quoted("'");
    this.#take(ONE);
    while (this.#next !== '') {
      if (this.#next === '\\') builder.literal(this.#escape(), true);
      else if (this.#next === "'") {
        this.#take(ONE);
        if (this.#next !== "'") return true;
        builder.literal(this.#take(ONE), true);
      } else builder.literal(this.#take(IN_SINGLE), true);
    }
    return false;
  }

  #escape(): string {
    this.#take(ONE);
    const numeric = this.#take(NUMERIC_ESCAPE);
    if (numeric === '') {
      const character = this.#take(ONE);
      return SIMPLE_ESCAPES[character] ?? character;
    }
    const code = numeric.startsWith('x')
      ? Number.parseInt(numeric.slice(1), HEXADECIMAL)
      : Number.parseInt(numeric, OCTAL);
    return String.fromCharCode(code & BYTE);
  }

  /** The quotes belong to the value; commands that take names remove them. */
  #doubleQuoted(builder: ArgumentBuilder): boolean {
    builder.quoted('"');
    builder.literal(this.#take(ONE), true);
    while (this.#next !== '') {
      if (this.#next !== '"') builder.literal(this.#take(IN_DOUBLE), true);
      else {
        builder.literal(this.#take(ONE), true);
        return true;
      }
    }
    return false;
  }

  #backquoted(builder: ArgumentBuilder): boolean {
    builder.quoted('`');
    this.#take(ONE);
    let value = '';
    let known = true;
    while (this.#next !== '`') {
      if (this.#next === '') return false;
      const reference = this.#next === ':' ? readReference(this.#input) : undefined;
      const looked = reference === undefined ? undefined : this.#world.variables.look(reference.name);
      known &&= looked?.kind !== 'unknown';
      if (reference !== undefined) this.#written.push(reference.written);
      value +=
        reference === undefined ? this.#take(IN_BACKQUOTES) || this.#take(ONE) : inShell(looked, reference);
    }
    this.#take(ONE);
    builder.piece({ kind: 'backquote', value, known });
    return true;
  }

  #colon(builder: ArgumentBuilder): void {
    const reference = readReference(this.#input);
    if (reference === undefined) {
      builder.literal(this.#take(ONE), false);
      return;
    }
    const { name, quoting, written } = reference;
    this.#written.push(written);
    const looked = this.#world.variables.look(name);
    if (quoting !== 'is-set') builder.quoted(':');
    if (looked.kind === 'unknown') builder.piece({ kind: 'variable', name, quoting });
    else builder.piece({ kind: 'variable', name, quoting, value: valueHere(looked, reference) });
  }
}

/** The file is the first argument; in `\g (format=csv) |program` it stands behind options. */
function mayBeFile([first]: readonly PsqlArgument[]): boolean {
  return first === undefined || first.value === undefined || first.value.startsWith('(');
}

/** Inside backquotes only `:x` and `:'x'` stand for values, the latter quoted for a shell. */
function inShell(looked: Looked | undefined, { quoting, written }: VariableReference): string {
  if (looked?.kind !== 'known') return written;
  if (quoting === 'literal') return `'${looked.value.replaceAll("'", `'"'"'`)}'`;
  return quoting === 'plain' ? looked.value : written;
}

function valueHere(
  looked: Exclude<Looked, { readonly kind: 'unknown' }>,
  { quoting, written }: VariableReference,
): string {
  if (quoting === 'is-set') return looked.kind === 'known' ? 'TRUE' : 'FALSE';
  if (looked.kind === 'unset') return written;
  return quoting === 'plain' ? looked.value : quoteValue(looked.value, quoting);
}
