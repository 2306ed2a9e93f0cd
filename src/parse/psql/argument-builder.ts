import type { ArgumentPiece, PsqlArgument } from '../../model/psql.ts';

/** Puts one argument together. */
export class ArgumentBuilder {
  readonly #pieces: ArgumentPiece[] = [];
  quote: PsqlArgument['quote'] = '';
  /** The literal text that is being read. */
  #literal = '';
  /** How many characters at its end stand outside quotes. */
  #unquoted = 0;

  literal(text: string, quoted: boolean): void {
    this.#literal += text;
    this.#unquoted = quoted ? 0 : this.#unquoted + text.length;
  }

  /** A quotation begins or ended: what stands before it is not the unquoted end any more. */
  quoted(quote: PsqlArgument['quote']): void {
    this.quote = quote;
    this.#unquoted = 0;
  }

  piece(piece: ArgumentPiece): void {
    this.#flush();
    this.#pieces.push(piece);
    this.#unquoted = 0;
  }

  #flush(): void {
    if (this.#literal !== '') this.#pieces.push({ kind: 'literal', value: this.#literal });
    this.#literal = '';
  }

  /** Undefined for nothing at all, which is no argument. */
  build(written: string): PsqlArgument | undefined {
    const semicolons =
      /;*$/.exec(this.#literal.slice(this.#literal.length - this.#unquoted))?.[0].length ?? 0;
    this.#flush();
    if (this.#pieces.length === 0 && this.quote === '') return undefined;
    return {
      value: joinPieces(this.#pieces),
      pieces: this.#pieces,
      written,
      quote: this.quote,
      semicolons,
    };
  }
}

/** psql keeps arguments in C strings: they end at the first zero byte. */
function joinPieces(pieces: readonly ArgumentPiece[]): string | undefined {
  let value = '';
  for (const piece of pieces) {
    if (piece.kind === 'backquote' || piece.value === undefined) return undefined;
    value += piece.value;
  }
  const end = value.indexOf('\0');
  return end < 0 ? value : value.slice(0, end);
}
