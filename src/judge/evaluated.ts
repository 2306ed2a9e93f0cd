import type { ColumnLabel } from '../catalog/labels.ts';
import type { PreparedPolicy } from '../decide/prepare.ts';
import type { CatalogSnapshot } from '../model/catalog.ts';
import type { JudgeRequest, Situation, StatementMemory } from '../model/judge.ts';
import type { Target } from '../model/target.ts';
import { NO_MEMORY } from './data-facts.ts';
import type { Evaluation } from './evaluation.ts';
import { sameSituation } from './situation-facts.ts';

export interface JudgeWorld {
  readonly policy: PreparedPolicy;
  readonly catalog: CatalogSnapshot | undefined;
  /** What people said about columns, for tables that a script makes: no evaluation of a single text asks for them. */
  readonly labels?: readonly ColumnLabel[];
}

/**
 * An evaluation with everything but the text that it was made from: who, where, in which transaction (situation), what
 * names stand for in the session (memory), the policy, and the catalog with its search path. A catalog stands as its number, so
 * that old ones can go.
 */
export interface Evaluated {
  readonly situation: Situation;
  readonly target: Target['kind'];
  readonly memory: StatementMemory;
  readonly policy: PreparedPolicy;
  readonly catalog: number;
  readonly evaluation: Evaluation;
}

const NO_CATALOG = 0;
const catalogNumbers = new WeakMap<CatalogSnapshot, number>();
let lastCatalogNumber = NO_CATALOG;

function numberOf(catalog: CatalogSnapshot | undefined): number {
  if (catalog === undefined) return NO_CATALOG;
  const known = catalogNumbers.get(catalog);
  if (known !== undefined) return known;
  lastCatalogNumber += 1;
  catalogNumbers.set(catalog, lastCatalogNumber);
  return lastCatalogNumber;
}

export function remember(evaluation: Evaluation, request: JudgeRequest, world: JudgeWorld): Evaluated {
  const { situation, target, memory = NO_MEMORY } = request;
  const { policy, catalog } = world;
  return { situation, target: target.kind, memory, policy, catalog: numberOf(catalog), evaluation };
}

/** True where nothing that the evaluation depends on, but for the text, is different. */
export function stillHolds(last: Evaluated, request: JudgeRequest, world: JudgeWorld): boolean {
  return (
    last.policy === world.policy &&
    last.catalog === numberOf(world.catalog) &&
    last.target === request.target.kind &&
    last.memory === (request.memory ?? NO_MEMORY) &&
    sameSituation(last.situation, request.situation)
  );
}
