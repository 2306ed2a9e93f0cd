import type { Predicate } from '../model/sql.ts';

/** True when the WHERE can leave rows out. */
export function limits(predicate: Predicate): boolean {
  return predicate.kind === 'effective' || predicate.kind === 'cursor';
}

/** Why nothing limits a write that has no effective WHERE. */
export function limitReason(predicate: Predicate): string {
  if (predicate.kind === 'always') return `Its WHERE leaves no row out: ${predicate.because}.`;
  return 'There is no WHERE clause, so nothing limits it.';
}
