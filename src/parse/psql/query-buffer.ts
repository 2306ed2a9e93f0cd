import type { ScriptPart, SqlEnd, VariableUse } from '../../model/psql.ts';
import { rawText } from '../../model/text.ts';

/** Behind a piece of text: its line, from 1, and its offset in UTF-16 code units. */
export interface TextPlace {
  readonly line: number;
  readonly end: number;
}

/** psql's query buffer: what was read of a statement and not sent yet. */
export class QueryBuffer {
  #text = '';
  #place: TextPlace = { line: 1, end: 0 };
  #length = 0;
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

  /** `place`: where it stands; counts for the first text after the buffer was empty. */
  append(text: string, place: () => TextPlace): void {
    if (this.#text === '') {
      this.#place = place();
      this.#length = text.length;
    }
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
      line: this.#place.line,
      start: Math.max(this.#place.end - this.#length, 0),
      ends,
      uses: this.#uses,
      doubt: this.#doubt,
    };
  }
}
