import type { Enforcement } from '../../enforce/request.ts';
import type { Environment } from '../../model/environment.ts';
import type { Message } from '../../model/finding.ts';
import type { Judgement, Recount, Soon } from '../../model/judge.ts';
import { present } from '../../model/present.ts';
import type { Target } from '../../model/target.ts';
import type { StatementRequest } from '../../wire/postgres/gate.ts';
import { answerOf } from './answer-outcome.ts';
import type { GateSetting } from './gate-setting.ts';
import { growthText, hasGrown } from './growth.ts';
import { withImpact } from './impact-message.ts';
import type { OpenTransaction } from './open-transaction.ts';
import { mayTry } from './trial-question.ts';

/** A statement that grows while somebody thinks is asked about again this often, then refused. */
const MOST_RENEWALS = 2;
/** An answer that was given before is as good as new unless the statement had to wait, in milliseconds. */
const LONG_WAIT_MS = 1_000;

export interface Asking {
  readonly setting: GateSetting;
  readonly request: StatementRequest;
  readonly judgement: Judgement;
  readonly target: Target;
  readonly environment: Environment;
  readonly transaction: OpenTransaction;
  /** The same statement judged on the rows it would touch now. */
  readonly again: () => Soon<Judgement>;
}

/** Runs, runs in a transaction of its own first, or why it does not. */
export type Asked = 'pass' | 'trial' | 'cancelled' | Message;

/** One question that was put, and how many rows there are once it was answered. */
interface Round {
  readonly asked: Judgement;
  readonly enforced: Enforcement;
  readonly now: Judgement | undefined;
}

/**
 * Carries out a verdict that is not `allow`. People may think for minutes: the rows are estimated again right before the
 * statement runs, and where they have grown the question is put again with the new figure.
 */
export async function askPerson(asking: Asking): Promise<Asked> {
  let judgement = asking.judgement;
  for (let renewals = 0; ; renewals += 1) {
    const round = await askOnce(asking, judgement, renewals === 0);
    const { enforced, now } = round;
    const recount = recountOf(round);
    if (enforced.kind === 'refuse' || asking.request.cancel.aborted) return refused(asking, round);
    if (enforced.by === 'trial') return 'trial';
    if (now === undefined || !hasGrown(judgement.data, now.data)) return 'pass';
    if (renewals === MOST_RENEWALS) return stillGrowing(asking, now, recount);
    judgement = grownJudgement(judgement, now);
  }
}

async function askOnce(asking: Asking, judgement: Judgement, first: boolean): Promise<Round> {
  const { setting, request, target, environment, transaction } = asking;
  const { enforcer, judge, actor } = setting;
  const enforced = await enforcer.enforce({
    judgement,
    actor,
    environment,
    target,
    transaction: await transaction.context(request),
    trial: first && mayTry(request, judgement, setting),
    cancel: request.cancel,
  });
  const now = mayHaveGrown(asking, judgement, enforced) ? await asking.again() : undefined;
  const round = { asked: judgement, enforced, now };
  const answer = answerOf(enforced, judgement.id, actor.id);
  if (answer !== undefined) await judge.record({ ...answer, ...present({ recount: recountOf(round) }) });
  return round;
}

/** Only writes have a size that was agreed to, and only time makes it another. */
function mayHaveGrown({ request }: Asking, { data }: Judgement, enforced: Enforcement): boolean {
  if (enforced.kind === 'refuse' || data.scale === undefined || request.cancel.aborted) return false;
  const now = enforced.by === 'person' || enforced.by === 'shape';
  return now || (enforced.by !== 'trial' && enforced.waitedMs >= LONG_WAIT_MS);
}

function recountOf({ asked, now }: Round): Recount | undefined {
  return now === undefined ? undefined : { was: asked.data.rows, now: now.data.rows };
}

/** As the first question, on the new rows: at least a question, and more where the new figure asks for more. */
function grownJudgement(judgement: Judgement, now: Judgement): Judgement {
  return {
    ...now,
    id: judgement.id,
    verdict: now.verdict === 'allow' ? 'prompt' : now.verdict,
    // The answer to this question is for this run alone.
    fingerprint: '',
    shown: judgement.shown,
    message: {
      ...now.message,
      effect: `${growthText(judgement.data.rows, now.data.rows)} ${now.message.effect}`,
    },
  };
}

async function refused({ setting, request }: Asking, { asked, enforced }: Round): Promise<Asked> {
  const because = enforced.kind === 'pass' ? 'cancelled' : enforced.because;
  await setting.judge.record({ kind: 'refused', decision: asked.id, because });
  if (enforced.kind === 'pass' || request.cancel.aborted) return 'cancelled';
  return told(setting, asked, withImpact(enforced.message, asked.data));
}

async function stillGrowing(
  { setting, judgement }: Asking,
  now: Judgement,
  recount?: Recount,
): Promise<Asked> {
  await setting.judge.record({ kind: 'refused', decision: judgement.id, because: 'it keeps growing' });
  const grown = recount === undefined ? '' : ` ${growthText(recount.was, recount.now)}`;
  return told(setting, now, {
    effect: now.message.effect,
    why: `Each time it was asked about it had grown before the answer came.${grown}`,
    instead: 'Nothing has run. Wait until the rows are at rest, or name the rows you mean by their keys.',
  });
}

function told({ run, post }: GateSetting, { rule }: Judgement, message: Message): Message {
  run.refused(message);
  post({ kind: 'refused', message, rule });
  return message;
}
