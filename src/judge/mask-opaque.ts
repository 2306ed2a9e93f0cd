import type { Decision } from '../model/decision.ts';
import type { Environment } from '../model/environment.ts';
import type { StatementPlan } from '../model/judge.ts';
import { defaultMask, type MaskPattern } from '../model/obligation.ts';

function isOpaque({ outputs, copyOut }: StatementPlan): boolean {
  return [outputs, copyOut?.outputs].some(
    (each) =>
      each?.kind === 'opaque' ||
      (each?.kind === 'columns' && each.columns.some((column) => column.how === 'opaque')),
  );
}

/**
 * What may hold any class is masked as if it did: a function of the database's own, a view of what others run. The policy
 * could not know, because no classed column is named.
 */
export function maskOpaque(
  decision: Decision,
  plans: readonly StatementPlan[],
  environment: Environment,
): Decision {
  if (decision.obligations.mask.length > 0 || !plans.some(isOpaque)) return decision;
  const mask: readonly MaskPattern[] = defaultMask(environment);
  return { ...decision, obligations: { ...decision.obligations, mask } };
}
