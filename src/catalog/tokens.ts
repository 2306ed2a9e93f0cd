import { CONCEPTS } from './vocabulary.ts';

/** Longer identifiers are cut: PostgreSQL's own limit is 63 bytes, HL7 field names stay below this. */
const MAX_IDENTIFIER = 128;
const TWO_LETTER_ENDS: ReadonlySet<string> = new Set(['id', 'no', 'nr', 'dt']);
const MIN_SEGMENT = 2;
const MAX_SEGMENT = 24;

/** HL7 v2 puts the segment and field number before the name: `PID.13 Phone Number - Home` (HL7 v2.5.1, chapter 3). */
const HL7_PREFIX = /^[A-Z][A-Z0-9]{2}\.\d{1,3}\s/;
/** Combining marks, so that `prénom` and `prenom` are one word (Unicode 15, block U+0300). */
const COMBINING_MARKS = /[\u0300-\u036f]/g;
const CAMEL_HUMP = /([a-z0-9])([A-Z])/g;
const PLURAL_ID = /IDs(?![a-z])/g;
const ACRONYM_END = /([A-Z])([A-Z][a-z])/g;
const NOT_A_WORD = /[^a-z0-9]{1,128}/;
/** `edregtime`, `scheduledate`: the front may be anything, the end says what it is. */
const TIME_ENDING = /^([a-z]{3,20})(date|time)$/;
const TRAILING_DIGITS = /^([a-z]{2,64})\d{1,4}$/;

/**
 * The words of an identifier in order, lower case, without accents, each replaced by the concept it stands
 * for (`lname` → `surname`, `tel` → `phone`). Reads snake_case, camelCase, HL7 names and words written
 * together (`admittime`, `zipcode`) as far as the vocabulary knows every part.
 */
export function conceptsOf(identifier: string): readonly string[] {
  const spaced = identifier
    .slice(0, MAX_IDENTIFIER)
    .replace(HL7_PREFIX, '')
    .replace(/ß/g, 'ss')
    .normalize('NFD')
    .replace(COMBINING_MARKS, '')
    .replace(/['’_]s\b/g, ' ')
    .replace(PLURAL_ID, 'Id')
    .replace(CAMEL_HUMP, '$1 $2')
    .replace(ACRONYM_END, '$1 $2')
    .toLowerCase();
  return spaced
    .split(NOT_A_WORD)
    .filter((word) => word !== '')
    .flatMap(conceptsOfWord);
}

function conceptsOfWord(word: string): readonly string[] {
  const known = CONCEPTS.get(word);
  if (known !== undefined) return known;
  const bare = TRAILING_DIGITS.exec(word)?.[1];
  if (bare !== undefined) return conceptsOfWord(bare);
  const singular = word.endsWith('s') ? CONCEPTS.get(word.slice(0, -1)) : undefined;
  if (singular !== undefined) return singular;
  const parts = segment(word) ?? TIME_ENDING.exec(word)?.slice(1) ?? [word];
  return parts.flatMap((part) => CONCEPTS.get(part) ?? CONCEPTS.get(part.replace(/s$/, '')) ?? [part]);
}

/** Splits a word into known words with the fewest parts, or undefined when some part is unknown. */
function segment(word: string): readonly string[] | undefined {
  const best: (readonly string[] | undefined)[] = [[]];
  for (let end = 1; end <= word.length; end++) {
    for (let start = Math.max(0, end - MAX_SEGMENT); start <= end - MIN_SEGMENT; start++) {
      const before = best[start];
      const part = word.slice(start, end);
      if (before === undefined || !isSegment(part)) continue;
      const sofar = best[end];
      if (sofar === undefined || before.length + 1 < sofar.length) best[end] = [...before, part];
    }
  }
  return best[word.length];
}

/** Two-letter words are too often a part of something else (`id` in `valid`), but for the few that end names. */
function isSegment(part: string): boolean {
  if (part.length > MIN_SEGMENT)
    return CONCEPTS.has(part) || (part.endsWith('s') && CONCEPTS.has(part.slice(0, -1)));
  return TWO_LETTER_ENDS.has(part);
}
