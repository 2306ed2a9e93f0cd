/** Milder to stricter; a later one always beats an earlier one. */
export const VERDICTS = ['allow', 'prompt', 'approve', 'block'] as const;

export type Verdict = (typeof VERDICTS)[number];

/** Position in the order of strictness: 0 (allow) to 3 (block). */
export function severity(verdict: Verdict): number {
  return VERDICTS.indexOf(verdict);
}

/** The stricter of two verdicts. */
export function strictest(a: Verdict, b: Verdict): Verdict {
  return severity(a) >= severity(b) ? a : b;
}
