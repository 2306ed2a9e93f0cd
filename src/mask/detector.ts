import type { DataClass } from '../model/data-class.ts';

/** A stretch of text, in UTF-16 code units. */
export interface Found {
  readonly start: number;
  readonly end: number;
}

/** One form of a value. */
export interface Shape {
  /** Global and linear: bounded quantifiers, no nesting of them over the same characters. */
  readonly regex: RegExp;
  /** When true, group 1 is context to keep and group 2 the value. */
  readonly afterContext?: true;
  readonly accept?: (value: string, match: RegExpExecArray) => boolean;
  /** A text without this can't hold one; cheap and not global. */
  readonly trigger?: RegExp;
  /** Digits that must stand together, with nothing but separators of numbers between them. */
  readonly minRun?: number;
}

/** Recognises one kind of value by its shape. Says nothing about values without a shape (names, cities). */
export interface Detector {
  readonly id: string;
  readonly class: DataClass;
  readonly shapes: readonly Shape[];
  /** `keep` leaves separators (`***-**-****`), `all` hides everything but blanks. */
  readonly style: 'keep' | 'all';
  readonly hits: readonly [string, ...string[]];
  readonly misses: readonly [string, ...string[]];
}

/** What one look at each character tells: enough to skip most shapes. */
export interface Traits {
  /** Most digits that stand together with only blanks, dots, dashes, slashes, parentheses and a plus between them. */
  readonly run: number;
}

const ZERO = 48;
const NINE = 57;
const SEPARATORS = new Set(
  [...' .-()/+\u2010\u2011\u2012\u2013'].map((character) => character.charCodeAt(0)),
);

export function traitsOf(text: string): Traits {
  let run = 0;
  let longest = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      run++;
      if (run > longest) longest = run;
    } else if (run > 0 && !SEPARATORS.has(code)) run = 0;
  }
  return { run: longest };
}

/** Every place where one of a detector's shapes is. */
export function findBy(detector: Detector, text: string, traits: Traits = traitsOf(text)): readonly Found[] {
  const found: Found[] = [];
  for (const shape of detector.shapes) {
    if ((shape.minRun ?? 0) > traits.run || shape.trigger?.test(text) === false) continue;
    findShape(text, shape, found);
  }
  return found;
}

function findShape(text: string, { regex, afterContext, accept }: Shape, found: Found[]): void {
  regex.lastIndex = 0;
  for (let match = regex.exec(text); match !== null; match = regex.exec(text)) {
    const value = afterContext === true ? (match[2] ?? '') : match[0];
    const start = match.index + (afterContext === true ? (match[1] ?? '').length : 0);
    if (match[0] === '') regex.lastIndex++;
    if (value !== '' && accept?.(value, match) !== false) found.push({ start, end: start + value.length });
  }
}

const NOT_DIGITS = /\D/g;

export function digitsOf(text: string): string {
  return text.replace(NOT_DIGITS, '');
}
