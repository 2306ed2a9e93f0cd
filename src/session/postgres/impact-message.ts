import type { DataFacts, RowFacts } from '../../model/facts.ts';
import type { Message } from '../../model/finding.ts';

/** More cascades than this are counted, not named. */
const MOST_CASCADES = 3;

function count(rows: number): string {
  return Math.round(rows).toLocaleString('en-US');
}

function rowsClause({ exact, estimate, atLeast, of }: RowFacts): string | undefined {
  const whole = of === undefined ? '' : ` of ${count(of)}`;
  if (exact !== undefined) return `${count(exact)}${whole} rows, counted`;
  if (estimate === undefined) return undefined;
  return atLeast === true
    ? `at least ${count(estimate)}${whole} rows`
    : `about ${count(estimate)}${whole} rows, as the planner sees it`;
}

function cascadeClause(cascades: readonly string[]): string {
  if (cascades.length === 0) return '';
  const more = cascades.length > MOST_CASCADES ? `, and ${cascades.length - MOST_CASCADES} more` : '';
  return ` With it: ${cascades.slice(0, MOST_CASCADES).join('; ')}${more}.`;
}

/** The message with the blast radius in its effect: how many rows, and what goes with them. */
export function withImpact(message: Message, data: DataFacts): Message {
  if (data.scale === undefined) return message;
  const rows = rowsClause(data.rows);
  const amount = rows === undefined ? '' : ` That is ${rows}.`;
  return { ...message, effect: `${message.effect}${amount}${cascadeClause(data.cascades)}` };
}
