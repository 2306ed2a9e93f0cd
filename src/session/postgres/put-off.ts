import type { Intent } from '../../model/intent.ts';
import type { Judgement } from '../../model/judge.ts';
import type { StatementRequest } from '../../wire/postgres/gate.ts';
import type { GateSetting } from './gate-setting.ts';

/** What can be undone by ROLLBACK and is counted by its command tag. */
const MAY_WAIT: ReadonlySet<Intent> = new Set(['data.read', 'data.insert', 'data.update', 'data.delete']);

/**
 * True when the question about a statement may wait for COMMIT: a small or medium write of one table inside BEGIN, where
 * a person can be asked later and its command tag will say exactly how much it was. What else a statement does, or what
 * could not be read, is asked about before it runs.
 */
export function mayAskAtCommit(
  request: StatementRequest,
  judgement: Judgement,
  setting: GateSetting,
): boolean {
  const { verdict, parsed, plans, intents, data } = judgement;
  const [plan, ...others] = plans;
  return (
    verdict === 'prompt' &&
    setting.policy.prompts.atCommit &&
    setting.attended &&
    setting.actor.kind === 'human' &&
    request.transaction === 'open' &&
    request.probe !== undefined &&
    parsed === 'complete' &&
    plan?.into !== undefined &&
    others.length === 0 &&
    (data.scale === 'small' || data.scale === 'medium') &&
    intents.every((intent) => MAY_WAIT.has(intent))
  );
}
