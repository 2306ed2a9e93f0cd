import type { StatementPlan } from '../../model/judge.ts';
import type { Renames } from '../../wire/postgres/gate.ts';

/** Which names of a message's statements may stand for something else afterwards. */
export function renamesOf(plans: readonly StatementPlan[]): Renames | undefined {
  if (plans.some(({ remember }) => remember?.kind === 'forget-all')) return 'all';
  return plans.some(({ changesSchema }) => changesSchema) ? 'portals' : undefined;
}
