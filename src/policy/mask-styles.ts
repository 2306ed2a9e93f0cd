import { DATA_CLASSES, type DataClass } from '../model/data-class.ts';
import { MASK_STYLES, type MaskStyle, type MaskStyles, styleOf } from '../model/mask-style.ts';
import type { Voice } from './shared.ts';
import { type ClassGroups, classProblem, maskPatterns } from './vocabulary.ts';

/** Classes whose last characters do not tell who somebody is. */
const NUMBER_LEAVES = ['phone', 'ssn', 'mrn', 'plan', 'account', 'license', 'device', 'id'] as const;

const leafOf = (dataClass: DataClass): string => dataClass.slice(dataClass.indexOf('.') + 1);

/** Why a style makes no sense for a class; undefined when it does. */
function misfit(dataClass: DataClass, style: MaskStyle): string | undefined {
  const leaf = leafOf(dataClass);
  const isNumber = NUMBER_LEAVES.some((each) => each === leaf);
  if (dataClass.startsWith('cred.') && style !== 'stars' && style !== 'remove')
    return `a credential is hidden whole: stars or remove, not ${style}`;
  if (style === 'year' && leaf !== 'date') return `${dataClass} has no year`;
  if (style === 'last4' && !isNumber) return `the end of ${dataClass} may tell who it is`;
  return undefined;
}

/** How specific a word is: a family, then a group, then a class by its name. */
function breadth(word: string, groups: ClassGroups): number {
  if (word.includes('*')) return 0;
  return Object.hasOwn(groups, word) ? 1 : 2;
}

function isLaxer(a: MaskStyle, b: MaskStyle): boolean {
  return MASK_STYLES.indexOf(a) < MASK_STYLES.indexOf(b);
}

/** What is wrong with `word: style`, for each of its classes; undefined when nothing is. */
function problemOf(
  classes: readonly DataClass[],
  style: MaskStyle,
  { grants, exact }: { readonly grants: boolean; readonly exact: boolean },
): string | undefined {
  for (const dataClass of classes) {
    // `phi.*: year` means the dates of it.
    const why = exact ? misfit(dataClass, style) : undefined;
    if (why !== undefined) return why;
    const fits = misfit(dataClass, style) === undefined;
    if (fits && !grants && isLaxer(style, styleOf(dataClass)))
      return `"${style}" shows more of ${dataClass} than "${styleOf(dataClass)}": only an organisation policy may say it`;
  }
  return undefined;
}

/** The `masks:` of a policy or settings file: the more specific word counts. */
export function compileStyles(
  map: Readonly<Record<string, MaskStyle>> | undefined,
  groups: ClassGroups,
  voice: Voice,
): MaskStyles {
  const words = Object.entries(map ?? {}).sort(([a], [b]) => breadth(a, groups) - breadth(b, groups));
  const styles = new Map<DataClass, MaskStyle>();
  for (const [word, style] of words) {
    const patterns = maskPatterns([word], groups);
    const classes = DATA_CLASSES.filter((each) =>
      patterns.some((pattern) => pattern === each || pattern === `${each.slice(0, each.indexOf('.'))}.*`),
    );
    const exact = breadth(word, groups) === 2;
    const problem = classProblem(word, groups) ?? problemOf(classes, style, { grants: voice.grants, exact });
    if (problem !== undefined) voice.report(['masks', word], problem);
    for (const each of classes) if (misfit(each, style) === undefined) styles.set(each, style);
  }
  return Object.fromEntries(styles);
}
