/** Tables B.1 and C.1.2 of RFC 3454: mapped to nothing, and to a space. */
const NOTHING =
  /\u00ad|\u034f|\u1806|\u180b|\u180c|\u180d|\u200b|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;
const SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/gu;
/** What a prepared text may not hold (tables C.2 to C.9, in Unicode's own words): the text then counts as it is. */
const PROHIBITED =
  /[\p{Cc}\p{Co}\p{Cs}\p{Cn}\u200e\u200f\u2028\u2029\u202a-\u202e\u2061-\u2063\u206a-\u206f\u2ff0-\u2ffb\ufff9-\ufffd]/u;

/**
 * A password as SCRAM hashes it: SASLprep (RFC 4013) and, as pg_saslprep() does, the text itself where that fails.
 * Unassigned code points are those of this Node's Unicode, not of Unicode 3.2; the bidirectional rule is left out.
 */
export function saslPrepare(text: string): string {
  const mapped = text.replace(SPACES, ' ').replace(NOTHING, '').normalize('NFKC');
  return mapped === '' || PROHIBITED.test(mapped) ? text : mapped;
}
