import { DATA_CLASSES, isDataClass } from '../model/data-class.ts';
import { INTENTS, intentMatches } from '../model/intent.ts';
import type { MaskPattern } from '../model/obligation.ts';
import { suggestion } from './nearest.ts';

const BELOW = '.*';
const FAMILIES = ['phi.*', 'pii.*', 'cred.*'] as const;
const EVERY_CLASS = '*';

type Family = (typeof FAMILIES)[number];

function isFamily(text: string): text is Family {
  return (FAMILIES as readonly string[]).includes(text);
}

/** What is wrong with a word of `intent`; `undefined` when nothing is. */
export function intentProblem(word: string): string | undefined {
  if (word === EVERY_CLASS) return undefined;
  const prefix = word.endsWith(BELOW) ? word.slice(0, -BELOW.length) : undefined;
  const known =
    prefix === undefined
      ? (INTENTS as readonly string[]).includes(word)
      : INTENTS.some((intent) => intentMatches(intent, prefix));
  if (known) return undefined;
  const near = suggestion(
    word,
    prefix === undefined ? INTENTS : INTENTS.map((intent) => `${intent}${BELOW}`),
  );
  return `"${word}" is no intent${near}`;
}

/** Named groups of classes that a file defines for itself. */
export type ClassGroups = Readonly<Record<string, readonly string[]>>;

/** What is wrong with a pattern of data classes; `undefined` when nothing is. */
export function classProblem(word: string, groups: ClassGroups): string | undefined {
  if (word === EVERY_CLASS || isFamily(word) || isDataClass(word) || Object.hasOwn(groups, word))
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
  const expanded = expandClasses(words, groups).flatMap((word) => (word === EVERY_CLASS ? FAMILIES : [word]));
  return expanded.filter((word): word is MaskPattern => isFamily(word) || isDataClass(word));
}
