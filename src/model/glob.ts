/** Longest pattern or name that is compared; anything longer matches nothing. */
const MAX_GLOB_LENGTH = 512;

/**
 * True when `text` as a whole matches `pattern`, in which `*` stands for any run of characters (dots
 * included) and everything else for itself, case-sensitive. No other wildcard, no escape. At most
 * |pattern| × |text| steps: there is nothing to backtrack over but the last star.
 */
export function globMatches(pattern: string, text: string): boolean {
  if (!pattern.includes('*')) return pattern === text;
  if (pattern.length > MAX_GLOB_LENGTH || text.length > MAX_GLOB_LENGTH) return false;
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.length && pattern[p] === text[t]) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
