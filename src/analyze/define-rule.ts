import type { Message } from '../model/finding.ts';
import type { Intent } from '../model/intent.ts';
import type { SqlEffect, SqlStatement } from '../model/sql.ts';

/** One finding without what every rule would repeat. `intent` defaults to the rule's own. */
export interface FindingPart extends Message {
  readonly intent?: Intent;
  readonly objects: readonly string[];
  readonly tags: readonly string[];
}

export type EffectKind = SqlEffect['kind'];
export type EffectOf<Kind extends EffectKind> = Extract<SqlEffect, { readonly kind: Kind }>;
export type Examples = readonly [string, ...string[]];

interface RuleParts {
  /** `sql.` and the name of its file. */
  readonly id: string;
  readonly intent: Intent;
  /** Statements in which the rule finds something. */
  readonly hits: Examples;
  /** Statements near to it in which it finds nothing. */
  readonly misses: Examples;
}

/** What the registry holds. */
export interface SqlRule extends RuleParts {
  /** Effects it is asked about; an empty list stands for statements without any effect. */
  readonly on: readonly EffectKind[];
  readonly check: (effects: readonly SqlEffect[], statement: SqlStatement) => readonly FindingPart[];
}

interface SqlRuleDefinition<Kind extends EffectKind> extends RuleParts {
  readonly on: readonly Kind[];
  /** Gets all effects of these kinds that a statement has, in order, at least one. */
  readonly check: (
    effects: readonly EffectOf<Kind>[],
    statement: SqlStatement,
  ) => FindingPart | readonly FindingPart[] | undefined;
}

/** Defines a rule over the effects of SQL statements; messages name objects, never literal values. */
export function defineRule<const Kind extends EffectKind>(definition: SqlRuleDefinition<Kind>): SqlRule {
  const kinds: readonly EffectKind[] = definition.on;
  const concerns = (effect: SqlEffect): effect is EffectOf<Kind> => kinds.includes(effect.kind);
  return {
    ...definition,
    check: (effects, statement) => {
      const found = definition.check(effects.filter(concerns), statement);
      if (found === undefined) return [];
      return isList(found) ? found : [found];
    },
  };
}

function isList(found: FindingPart | readonly FindingPart[]): found is readonly FindingPart[] {
  return Array.isArray(found);
}
