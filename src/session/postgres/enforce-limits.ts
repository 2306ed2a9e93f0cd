import { DEFAULT_LIMITS, type EnforceLimits } from '../../enforce/limits.ts';
import type { PromptLimits } from '../../model/policy.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** The policy's limits for questions, in the enforcer's words. */
export function enforceLimits(limits: PromptLimits): EnforceLimits {
  return {
    ...DEFAULT_LIMITS,
    questionMs: limits.timeoutSeconds * SECOND_MS,
    questionInTransactionMs: limits.transactionSeconds * SECOND_MS,
    shapeMs: limits.shapeMinutes * MINUTE_MS,
    shapeUses: limits.shapeUses,
  };
}
