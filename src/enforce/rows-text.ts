import type { RowFacts } from '../model/facts.ts';

/**
 * "about 48,200 of 50,000 rows (planner's estimate)"; a count stands apart from the size of the table, which is always the
 * planner's number. Undefined when nothing at all is known.
 */
export function rowsText({ exact, estimate, atLeast, of, unavailable }: RowFacts): string | undefined {
  if (exact !== undefined) {
    const whole = of === undefined ? '' : ` of about ${count(of)}`;
    return `${count(exact)} ${exact === 1 ? 'row' : 'rows'} (counted)${whole}`;
  }
  if (estimate === undefined) return unavailable === undefined ? undefined : `unknown: ${unavailable}`;
  const whole = of === undefined ? '' : ` of ${count(of)}`;
  return atLeast === true
    ? `at least ${count(estimate)}${whole} rows`
    : `about ${count(estimate)}${whole} rows (planner's estimate)`;
}

function count(rows: number): string {
  return Math.round(rows).toLocaleString('en-US');
}
