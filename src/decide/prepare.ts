import type { ActorKind } from '../model/actor.ts';
import type { EnvironmentClass } from '../model/environment.ts';
import type { Facts } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type { Obligations } from '../model/obligation.ts';
import type { CompiledPolicy, CompiledRule, Condition, WordKey } from '../model/policy.ts';
import { severity, type Verdict } from '../model/verdict.ts';
import { compileCondition, intentPatternMatches, type Test } from './condition.ts';

/** A rule with its conditions as closures. */
export interface PreparedRule {
  readonly id: string;
  readonly grants: boolean;
  readonly decision: Verdict;
  /** Position of the decision in the order of strictness. */
  readonly severity: number;
  /** Absent when the rule asks for nothing. */
  readonly obligations: Obligations | undefined;
  readonly reason: string | undefined;
  readonly fix: string | undefined;
  readonly match: readonly Test[];
  readonly unless: readonly Test[];
}

export interface PreparedNoMatch {
  readonly grants: boolean;
  readonly when: readonly Test[];
  readonly verdicts: Readonly<Partial<Record<ActorKind, Verdict>>>;
}

/** A policy as closures, indexed by intent, actor kind and environment class. Made once, used for every decision. */
export interface PreparedPolicy {
  readonly digest: string;
  readonly noMatch: readonly PreparedNoMatch[];
  /** The rules that can apply to this finding at all, in the order of the policy. */
  rulesFor(finding: Finding, facts: Facts): readonly PreparedRule[];
}

/** What one cell of the index is about. */
interface Cell {
  readonly finding: Finding;
  readonly kind: ActorKind;
  readonly environment: EnvironmentClass;
}

const INDEXED: ReadonlySet<WordKey> = new Set<WordKey>(['intent', 'actor.kind', 'environment.class']);

/** A compiled rule, split into what the index answers and what has to be asked each time. */
interface Candidate {
  readonly indexed: readonly (Condition & { readonly kind: 'words' })[];
  readonly rule: PreparedRule;
}

function isIndexed(condition: Condition): condition is Condition & { readonly kind: 'words' } {
  return condition.kind === 'words' && INDEXED.has(condition.key);
}

function isEmpty({ mask, ...others }: Obligations): boolean {
  return mask.length === 0 && Object.keys(others).length === 0;
}

function candidate(rule: CompiledRule): Candidate {
  return {
    indexed: rule.match.filter(isIndexed),
    rule: {
      id: rule.id,
      grants: rule.grants,
      decision: rule.decision,
      severity: severity(rule.decision),
      obligations: isEmpty(rule.obligations) ? undefined : rule.obligations,
      reason: rule.reason,
      fix: rule.fix,
      match: rule.match.filter((condition) => !isIndexed(condition)).map(compileCondition),
      unless: rule.unless.map(compileCondition),
    },
  };
}

function inCell(condition: Condition & { readonly kind: 'words' }, cell: Cell): boolean {
  if (condition.key === 'intent') {
    return condition.oneOf.some((pattern) => intentPatternMatches(pattern, cell.finding));
  }
  return condition.oneOf.includes(condition.key === 'actor.kind' ? cell.kind : cell.environment);
}

/** Builds every closure. Cells of the index are filled when they are first needed. */
export function preparePolicy(policy: CompiledPolicy): PreparedPolicy {
  const candidates = policy.rules.map(candidate);
  const cells = new Map<string, readonly PreparedRule[]>();
  return {
    digest: policy.digest,
    noMatch: policy.noMatch.map((entry) => ({ ...entry, when: entry.when.map(compileCondition) })),
    rulesFor(finding, facts) {
      const kind = facts.actor.kind;
      const environment = facts.environment.class;
      const key = `${finding.intent} ${kind} ${environment}`;
      const known = cells.get(key);
      if (known !== undefined) return known;
      const cell = { finding, kind, environment };
      const rules = candidates
        .filter(({ indexed }) => indexed.every((condition) => inCell(condition, cell)))
        .map(({ rule }) => rule);
      cells.set(key, rules);
      return rules;
    },
  };
}
