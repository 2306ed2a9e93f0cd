/**
 * The first releases whose `\restrict` holds: before them `\unrestrict` runs a command in backquotes (CVE-2026-18408).
 * By major version; from 19 on every release has it.
 */
const FIXED_IN: ReadonlyMap<number, number> = new Map([
  [14, 24],
  [15, 19],
  [16, 15],
  [17, 11],
  [18, 6],
]);
const NEWEST_KNOWN = 18;
const VERSION = /^(\d{1,3})(?:\.(\d{1,3}))?/;

/** The first release of a major version whose restricted mode holds; undefined where none does, or all do. */
export function restrictFixedIn(major: number): number | undefined {
  return FIXED_IN.get(major);
}

/** Whether nothing leaves psql's restricted mode but its key. `version`: as psql says it, `15.20 (Debian …)`. */
export function restrictHolds(version: string): boolean {
  const [, major = '0', minor = '0'] = VERSION.exec(version) ?? [];
  if (Number(major) > NEWEST_KNOWN) return true;
  const fixed = FIXED_IN.get(Number(major));
  return fixed !== undefined && Number(minor) >= fixed;
}
