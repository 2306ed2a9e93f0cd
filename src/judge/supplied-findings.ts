import type { Environment } from '../model/environment.ts';
import type { Supply } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type { ParsedSql, SqlEffect, SqlStatement } from '../model/sql.ts';
import { relationName } from './catalog-lookup.ts';
import { relationsOf } from './effect-relations.ts';
import type { Reached } from './reached.ts';

export const CROSSING_RULE = 'sql.crossenv';
const MOST_NAMED = 3;

/** True where values of the text, its parameters or the rows behind it can come to rest in the database. */
function carries(effect: SqlEffect): boolean {
  switch (effect.kind) {
    case 'insert':
    case 'update':
    case 'copy-in':
    case 'unknown':
      return true;
    case 'create':
      return effect.fromQuery;
    case 'dynamic':
      return effect.read !== true;
    default:
      return false;
  }
}

/** What guard tells of a write whose rows come from a higher environment. */
export function crossingMessage(supply: Supply, into: Environment, tables: readonly string[]) {
  const { target, environment, classes } = supply;
  const rest = tables.length - MOST_NAMED;
  const named = [...tables.slice(0, MOST_NAMED), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
  const held = classes.length === 0 ? 'what guard can not tell' : classes.slice(0, MOST_NAMED).join(', ');
  return {
    effect: `Carries rows from ${target} (${environment}) into ${into.name} (${into.class})${named === '' ? '' : `: ${named}`}.`,
    why: `They hold ${held}, and ${into.class} is kept less strictly than ${environment}.`,
    instead: `Fill ${into.class} with made-up rows, or leave classed columns and tables out of what you read from ${environment}.`,
  };
}

export interface SuppliedWorld {
  readonly supply: Supply | undefined;
  readonly into: Environment;
  /** What each statement sets off. */
  readonly reached: readonly (readonly Reached[])[];
}

/** Writes of a session that is fed from a higher environment. Where the text can't be read it may write anything. */
export function suppliedFindings(
  statements: readonly SqlStatement[],
  { kind }: ParsedSql,
  { supply, into, reached }: SuppliedWorld,
): readonly Finding[] {
  if (supply === undefined) return [];
  const finding = (span: Finding['span'], tables: readonly string[]): Finding => ({
    rule: CROSSING_RULE,
    intent: 'data.export.crossenv',
    span,
    objects: tables,
    tags: [],
    ...crossingMessage(supply, into, tables),
  });
  const found = statements.flatMap((statement, index) => {
    const effects = [...statement.effects, ...(reached[index] ?? []).flatMap((each) => each.effects)];
    const written = effects.filter(carries);
    const unseen = (reached[index] ?? []).some(({ how, unread }) => how === 'calls' && unread !== undefined);
    if (written.length === 0 && !unseen) return [];
    return [finding(statement.span, [...new Set(written.flatMap(relationsOf).map(relationName))])];
  });
  return kind === 'complete' || found.length > 0 ? found : [finding({ start: 0, end: 0 }, [])];
}
