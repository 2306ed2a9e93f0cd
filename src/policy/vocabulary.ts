import { DATA_CLASSES, isDataClass } from '../model/data-class.ts';
import { INTENTS } from '../model/intent.ts';
import type { MaskPattern } from '../model/obligation.ts';
import { suggestion } from './nearest.ts';

const BELOW = '.*';
const FAMILIES = ['phi.*', 'pii.*', 'cred.*'] as const;
const EVERYTHING = '*';

type Family = (typeof FAMILIES)[number];

function isFamily(text: string): text is Family {
  return (FAMILIES as readonly string[]).includes(text);
}

/** Everything that may stand before `.*`: `data`, `data.delete`, `data.delete.bulk`… */
const PREFIXES: ReadonlySet<string> = new Set(
  INTENTS.flatMap((intent) => {
    const parts = intent.split('.');
    return parts.map((_, index) => parts.slice(0, index + 1).join('.'));
  }),
);

/** What is wrong with a word of `intent`; `undefined` when nothing is. */
export function intentProblem(word: string): string | undefined {
  if (word === EVERYTHING) return undefined;
  if (!word.endsWith(BELOW)) {
    const known = (INTENTS as readonly string[]).includes(word);
    return known ? undefined : `"${word}" is no intent${suggestion(word, INTENTS)}`;
  }
  if (PREFIXES.has(word.slice(0, -BELOW.length))) return undefined;
  return `"${word}" is no intent${suggestion(
    word,
    [...PREFIXES].map((prefix) => prefix + BELOW),
  )}`;
}

/** Named groups of classes that a file defines for itself. */
export type ClassGroups = Readonly<Record<string, readonly string[]>>;

/** What is wrong with a pattern of data classes; `undefined` when nothing is. */
export function classProblem(word: string, groups: ClassGroups): string | undefined {
  if (word === EVERYTHING || isFamily(word) || isDataClass(word) || Object.hasOwn(groups, word))
    return undefined;
  return `"${word}" is no data class${suggestion(word, [...DATA_CLASSES, ...FAMILIES, ...Object.keys(groups)])}`;
}

/** Class patterns with named groups replaced by their members. */
export function expandClasses(words: readonly string[], groups: ClassGroups): readonly string[] {
  const expanded = words.flatMap((word) => (Object.hasOwn(groups, word) ? (groups[word] ?? []) : [word]));
  return [...new Set(expanded)];
}

/** The patterns of a `mask` obligation; `*` is every family. Words that `classProblem` refuses are left out. */
export function maskPatterns(words: readonly string[], groups: ClassGroups): readonly MaskPattern[] {
  const expanded = expandClasses(words, groups).flatMap((word) => (word === EVERYTHING ? FAMILIES : [word]));
  return expanded.filter((word): word is MaskPattern => isFamily(word) || isDataClass(word));
}
