import type { DataFacts, RowFacts, WriteScale } from '../../model/facts.ts';

/** Growth by less than this is not worth another question, in rows. */
const WORTH_ASKING_ROWS = 100;
const WORTH_ASKING_FACTOR = 2;

const ORDER: readonly (WriteScale | undefined)[] = [undefined, 'small', 'medium', 'bulk'];

function amountOf({ exact, estimate }: RowFacts): number | undefined {
  return exact ?? estimate;
}

/** True when a statement writes so many more rows now than a moment ago that a yes to it was a yes to something else. */
export function hasGrown(before: DataFacts, now: DataFacts): boolean {
  if (ORDER.indexOf(now.scale) > ORDER.indexOf(before.scale)) return true;
  const was = amountOf(before.rows);
  const is = amountOf(now.rows);
  if (was === undefined || is === undefined) return false;
  return is > was * WORTH_ASKING_FACTOR && is - was > WORTH_ASKING_ROWS;
}

function words(rows: RowFacts): string {
  const amount = amountOf(rows);
  if (amount === undefined) return 'an unknown number of rows';
  const count = Math.round(amount).toLocaleString('en-US');
  const how = rows.exact !== undefined ? '' : rows.atLeast === true ? 'at least ' : 'about ';
  return `${how}${count} ${amount === 1 ? 'row' : 'rows'}`;
}

/** "It was 40 rows when you were asked; it is about 2,300 rows now." */
export function growthText(before: RowFacts, now: RowFacts): string {
  return `It was ${words(before)} when you were asked; it is ${words(now)} now.`;
}
