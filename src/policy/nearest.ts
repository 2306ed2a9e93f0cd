/** Longest word worth comparing; a longer one is no slip of the pen. */
const MAX_WORD = 60;
/** One slip in three letters still counts as the same word; so do two swapped letters, which are two slips. */
const LETTERS_PER_SLIP = 3;
const SWAP = 2;

/** Levenshtein distance: insertions, deletions and substitutions, each counting 1. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known word somebody probably meant; `undefined` when none is close. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > MAX_WORD) return undefined;
  let best: string | undefined;
  const slipsAllowed = Math.floor(word.length / LETTERS_PER_SLIP);
  let least = (word.length > LETTERS_PER_SLIP ? Math.max(SWAP, slipsAllowed) : 1) + 1;
  for (const candidate of known) {
    // Spelt right, but in the wrong place: to suggest it again would help nobody.
    if (candidate === word) return undefined;
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const slips = distance(word, candidate);
    if (slips < least) {
      least = slips;
      best = candidate;
    }
  }
  return best;
}

/** ` (did you mean "agent"?)`, or nothing. */
export function suggestion(word: string, known: Iterable<string>): string {
  const meant = nearest(word, known);
  return meant === undefined ? '' : ` (did you mean "${meant}"?)`;
}
