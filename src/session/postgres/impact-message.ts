import { rowsText } from '../../enforce/rows-text.ts';
import type { DataFacts, RowFacts } from '../../model/facts.ts';
import type { Message } from '../../model/finding.ts';

/** More cascades than this are counted, not named. */
const MOST_CASCADES = 3;

function amountClause(rows: RowFacts): string {
  const isKnown = rows.exact !== undefined || rows.estimate !== undefined;
  return isKnown ? ` That is ${rowsText(rows)}.` : '';
}

function cascadeClause(cascades: readonly string[]): string {
  if (cascades.length === 0) return '';
  const more = cascades.length > MOST_CASCADES ? `, and ${cascades.length - MOST_CASCADES} more` : '';
  return ` With it: ${cascades.slice(0, MOST_CASCADES).join('; ')}${more}.`;
}

/** The message with the blast radius in its effect: how many rows, and what goes with them. */
export function withImpact(message: Message, data: DataFacts): Message {
  if (data.scale === undefined) return message;
  return { ...message, effect: `${message.effect}${amountClause(data.rows)}${cascadeClause(data.cascades)}` };
}
