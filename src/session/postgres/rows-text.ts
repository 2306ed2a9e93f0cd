import type { RowFacts } from '../../model/facts.ts';

function number(rows: number): string {
  return Math.round(rows).toLocaleString('en-US');
}

/** "about 48,200 of 50,000 rows (planner's estimate)": the number and how sure it is. Undefined when nothing is written. */
export function rowsText(rows: RowFacts): string | undefined {
  const of = rows.of === undefined ? '' : ` of about ${number(rows.of)}`;
  if (rows.exact !== undefined) return `exactly ${number(rows.exact)}${of} rows`;
  if (rows.estimate !== undefined && rows.atLeast === true)
    return `at least ${number(rows.estimate)}${of} rows`;
  if (rows.estimate !== undefined) return `about ${number(rows.estimate)}${of} rows (planner's estimate)`;
  return rows.unavailable === undefined ? undefined : `unknown number of rows${of}: ${rows.unavailable}`;
}
