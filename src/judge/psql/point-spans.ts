import type { Span } from '../../model/span.ts';

const SURROGATE = /[\ud800-\udbff]/;

/** Spans in code points from offsets in UTF-16 code units; quick when they are asked in ascending order. */
export class PointSpans {
  readonly #text: string;
  readonly #simple: boolean;
  #index = 0;
  #points = 0;

  constructor(text: string) {
    this.#text = text;
    this.#simple = !SURROGATE.test(text);
  }

  span(start: number, end: number): Span {
    return { start: this.#pointsAt(start), end: this.#pointsAt(Math.max(start, end)) };
  }

  #pointsAt(offset: number): number {
    if (this.#simple) return Math.min(offset, this.#text.length);
    if (offset < this.#index) {
      this.#index = 0;
      this.#points = 0;
    }
    while (this.#index < offset && this.#index < this.#text.length) {
      this.#index += (this.#text.codePointAt(this.#index) ?? 0) > 0xffff ? 2 : 1;
      this.#points += 1;
    }
    return this.#points;
  }
}
