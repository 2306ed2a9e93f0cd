import type { ScriptPart, SqlEnd, VariableUse } from '../../model/psql.ts';
import { rawText } from '../../model/text.ts';

/** psql's query buffer: what was read of a statement and not sent yet. */
export class QueryBuffer {
  #text = '';
  #line = 1;
  #uses: VariableUse[] = [];
  #doubt: string | undefined;

  constructor(text = '') {
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }

  get empty(): boolean {
    return this.#text === '';
  }

  /** `line`: where it stands, from 1; counts for the first text after the buffer was empty. */
  append(text: string, line: number): void {
    if (this.#text === '') this.#line = line;
    this.#text += text;
  }

  use(use: VariableUse): void {
    this.#uses.push(use);
  }

  /** The first reason stays. */
  doubt(because: string): void {
    this.#doubt ??= because;
  }

  /** Takes the last character back. */
  unnewline(): void {
    this.#text = this.#text.slice(0, -1);
  }

  clear(): void {
    this.#text = '';
    this.#uses = [];
    this.#doubt = undefined;
  }

  part(ends: SqlEnd): Extract<ScriptPart, { readonly kind: 'sql' }> {
    return {
      kind: 'sql',
      text: rawText(this.#text),
      line: this.#line,
      ends,
      uses: this.#uses,
      doubt: this.#doubt,
    };
  }
}
