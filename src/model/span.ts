/** A stretch of a text: `start` inclusive, `end` exclusive, both in Unicode code points. */
export interface Span {
  readonly start: number;
  readonly end: number;
}
