export interface ScriptLine {
  readonly text: string;
  /** Where it begins in the script, in UTF-16 code units. */
  readonly start: number;
}

/** The lines of a script one after the other; what COPY takes as data is not read as lines. */
export class ScriptLines {
  readonly #text: string;
  readonly #whole: boolean;
  #at = 0;
  /** Line breaks before `#counted`. */
  #breaks = 0;
  #counted = 0;
  #first = true;

  /** `whole`: the text is one line, whatever newlines are in it (a paste). */
  constructor(text: string, whole: boolean) {
    this.#text = text;
    this.#whole = whole;
  }

  next(): ScriptLine | undefined {
    if (this.#at >= this.#text.length) return this.#emptyLine();
    const start = this.#at;
    const found = this.#whole ? -1 : this.#text.indexOf('\n', start);
    const end = found < 0 ? this.#text.length : found;
    this.#at = end + 1;
    const text = this.#text.slice(start, end);
    const mark = this.#first && text.startsWith('\ufeff') ? 1 : 0;
    this.#first = false;
    return { text: text.slice(mark), start: start + mark };
  }

  /** An empty line that was typed is a line too; an empty file has none. */
  #emptyLine(): ScriptLine | undefined {
    const empty = this.#first && this.#whole;
    this.#first = false;
    return empty ? { text: '', start: 0 } : undefined;
  }

  /** The lines up to the one that ends a COPY, which is taken too. */
  data(): { readonly text: string; readonly start: number } | undefined {
    if (this.#whole || this.#at >= this.#text.length) return undefined;
    const start = this.#at;
    for (let line = this.next(); line !== undefined; line = this.next()) {
      if (line.text === '\\.' || line.text === '\\.\r')
        return { text: this.#text.slice(start, line.start), start };
    }
    return { text: this.#text.slice(start), start };
  }

  /** The number of the line that holds an offset, from 1; offsets must not go back. */
  lineOf(offset: number): number {
    for (;;) {
      const found = this.#text.indexOf('\n', this.#counted);
      if (found < 0 || found >= offset) return this.#breaks + 1;
      this.#breaks += 1;
      this.#counted = found + 1;
    }
  }
}
