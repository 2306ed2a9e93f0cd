/** First letters of the words that psql tells the head of a function's definition by (psqlscan.l, `identifiers`). */
const HEAD_WORDS: Readonly<Record<string, string>> = {
  create: 'c',
  or: 'o',
  replace: 'r',
  function: 'f',
  procedure: 'p',
};
const HEAD_LENGTH = 4;
const NO_WORD = ' ';
const FUNCTION_HEAD = /^c(?:[fp]|or[fp])/;

/** What psql and guard follow the words of a statement for: BEGIN … END bodies, and COPY … FROM STDIN. */
export class SqlWords {
  begins = 0;
  head = '';
  count = 0;
  /** How often the text copies from STDIN so far. */
  copies = 0;
  #copying = false;
  #last = '';

  /** `parens`: how many are open; `followsBodies`: psql knows bodies. */
  word(written: string, parens: number, followsBodies: boolean): void {
    const word = written.toLowerCase();
    if (this.count === 0) this.head = '';
    if (this.count < HEAD_LENGTH) this.head += HEAD_WORDS[word] ?? NO_WORD;
    this.#copying = this.count === 0 ? word === 'copy' : this.#copying;
    this.count += 1;
    if (parens > 0) return;
    if (followsBodies && FUNCTION_HEAD.test(this.head)) this.#body(word);
    if (this.#copying && this.#last === 'from' && word === 'stdin') this.copies += 1;
    this.#last = word;
  }

  #body(word: string): void {
    if (word === 'begin' || (word === 'case' && this.begins > 0)) this.begins += 1;
    else if (word === 'end' && this.begins > 0) this.begins -= 1;
  }

  /** A semicolon between statements. */
  next(): void {
    this.count = 0;
    this.#last = '';
  }

  reset(): void {
    this.next();
    this.head = '';
    this.begins = 0;
    this.copies = 0;
  }
}
