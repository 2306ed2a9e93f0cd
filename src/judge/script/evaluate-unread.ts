import { maskText } from '../../mask/text.ts';
import { NO_DATA } from '../../model/facts.ts';
import type { Finding } from '../../model/finding.ts';
import type { JudgeRequest } from '../../model/judge.ts';
import type { Parsed } from '../../model/parsed.ts';
import { rawText } from '../../model/text.ts';
import { decideForSuspects } from '../decide-suspects.ts';
import type { JudgeWorld } from '../evaluated.ts';
import type { Evaluation } from '../evaluation.ts';
import { situationFacts } from '../situation-facts.ts';

/** The answer to a piece of a script that nobody could read: as doubtful as what is not understood. */
export function evaluateUnread(request: JudgeRequest, problem: string, world: JudgeWorld): Evaluation {
  const finding: Finding = {
    rule: 'plan.unread',
    intent: 'unknown',
    span: { start: 0, end: 0 },
    objects: [],
    tags: ['unreadable'],
    effect: 'What this would do could not be read.',
    why: `The reason: ${problem}.`,
    instead: 'Name files and variables so that they can be read before the run.',
  };
  const parsed: Parsed<string> = { kind: 'complete', items: [problem] };
  const facts = situationFacts(request, NO_DATA);
  return {
    parsed: 'partial',
    findings: [finding],
    data: NO_DATA,
    decision: {
      ...decideForSuspects({ findings: [finding], facts, parsed }, world.policy),
      // There is nothing that psql could be given a copy of.
      verdict: 'block',
    },
    plans: [],
    wants: [],
    asksServer: false,
    text: { masked: maskText(rawText('')), fingerprint: '' },
  };
}
