import { type DecideInput, decide } from '../decide/decide.ts';
import { sumObligations } from '../decide/obligations.ts';
import type { PreparedPolicy } from '../decide/prepare.ts';
import { suspectedKinds } from '../model/actor.ts';
import type { Decision } from '../model/decision.ts';
import { severity } from '../model/verdict.ts';

/**
 * The decision for whoever may be at work. Where the evidence speaks for more than one kind (an agent in a CI job, a
 * person who says `--actor ci`) a policy row may be milder for either of them: the strictest verdict counts, and the
 * obligations of all of them.
 */
export function decideForSuspects(input: DecideInput, policy: PreparedPolicy): Decision {
  const { actor } = input.facts;
  const kinds = suspectedKinds(actor);
  if (kinds.length < 2) return decide(input, policy);
  const decisions = kinds.map((kind) =>
    decide({ ...input, facts: { ...input.facts, actor: { ...actor, kind } } }, policy),
  );
  const strictest = decisions.reduce((worst, each) =>
    severity(each.verdict) > severity(worst.verdict) ? each : worst,
  );
  return { ...strictest, obligations: sumObligations(decisions.map(({ obligations }) => obligations)) };
}
