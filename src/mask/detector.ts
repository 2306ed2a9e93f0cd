import type { DataClass } from '../model/data-class.ts';

/** A stretch of text, in UTF-16 code units. */
export interface Found {
  readonly start: number;
  readonly end: number;
}

/** Recognises one kind of value by its shape. Says nothing about values without a shape (names, cities). */
export interface Detector {
  readonly id: string;
  readonly class: DataClass;
  /** A text with fewer digits can't hold one. */
  readonly minDigits: number;
  /** A text without this can't hold one; cheap, no captures, no quantifiers over classes. */
  readonly trigger?: RegExp;
  readonly find: (text: string) => readonly Found[];
  /** `keep` leaves separators (`***-**-****`), `all` hides everything but blanks. */
  readonly style: 'keep' | 'all';
  readonly hits: readonly [string, ...string[]];
  readonly misses: readonly [string, ...string[]];
}

interface Shape {
  /** Global and linear: bounded quantifiers, no nesting of them over the same characters. */
  readonly regex: RegExp;
  /** When given, group 1 is context to keep and group 2 the value. */
  readonly afterContext?: boolean;
  readonly accept?: (value: string, match: RegExpMatchArray) => boolean;
}

/** Finds every match of a shape that its check accepts. */
export function findShape(text: string, { regex, afterContext, accept }: Shape): readonly Found[] {
  const found: Found[] = [];
  for (const match of text.matchAll(regex)) {
    const value = afterContext === true ? (match[2] ?? '') : match[0];
    const start = match.index + (afterContext === true ? (match[1] ?? '').length : 0);
    if (value === '' || accept?.(value, match) === false) continue;
    found.push({ start, end: start + value.length });
  }
  return found;
}

const NOT_DIGITS = /\D/g;

export function digitsOf(text: string): string {
  return text.replace(NOT_DIGITS, '');
}
