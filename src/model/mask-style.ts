import type { DataClass } from './data-class.ts';

/**
 * How values of a class are masked; what shows most comes first. Where a style does not fit the type of a column (the
 * year of a name) the value is hidden whole.
 * - `last4`: the last four characters of texts longer than eight.
 * - `year`: the year of a date; those that tell an age over 89 are hidden too.
 * - `same-width`: asterisks at the width of the text, blanks kept.
 * - `pseudonym`: equal values look equal within a session, and nothing else can be told from them.
 * - `stars`: the same for every value, so that not even its length shows.
 * - `remove`: a text is gone but for a word that says so; other values are NULL.
 */
export const MASK_STYLES = ['last4', 'year', 'same-width', 'pseudonym', 'stars', 'remove'] as const;
export type MaskStyle = (typeof MASK_STYLES)[number];

/** Styles that differ from what guard does by itself. */
export type MaskStyles = Readonly<Partial<Record<DataClass, MaskStyle>>>;

/** Names of a row stay useful as pseudonyms, and a year is allowed (45 CFR 164.514(b)(2)(i)(C)). */
function ownStyle(dataClass: DataClass): MaskStyle {
  if (dataClass.endsWith('.id') || dataClass.endsWith('.mrn')) return 'pseudonym';
  return dataClass.endsWith('.date') ? 'year' : 'stars';
}

/** How a class is masked where `styles` is what the policy says. */
export function styleOf(dataClass: DataClass, styles: MaskStyles = {}): MaskStyle {
  return styles[dataClass] ?? ownStyle(dataClass);
}
