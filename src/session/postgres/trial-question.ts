import type { Enforcer } from '../../enforce/enforcer.ts';
import type { EnforceRequest } from '../../enforce/request.ts';
import type { Intent } from '../../model/intent.ts';
import type { Judge, Judgement, Soon } from '../../model/judge.ts';
import type { StatementRequest, Trial, WireRefusal } from '../../wire/postgres/gate.ts';
import { answerOf } from './answer-outcome.ts';
import type { GateSetting } from './gate-setting.ts';
import { refusalOf } from './refusal.ts';

/** SQLSTATE transaction_rollback. */
const ROLLED_BACK = '40000';

/** What ROLLBACK takes back whole. */
const CAN_BE_TRIED: ReadonlySet<Intent> = new Set([
  'data.read',
  'data.insert',
  'data.update',
  'data.update.bulk',
  'data.delete',
  'data.delete.bulk',
]);

/** True when the statement may run in a transaction of its own first: it only writes rows of one table. */
export function mayTry(request: StatementRequest, judgement: Judgement, setting: GateSetting): boolean {
  const { verdict, parsed, plans, intents } = judgement;
  const [plan, ...others] = plans;
  return (
    verdict === 'prompt' &&
    setting.attended &&
    setting.actor.kind === 'human' &&
    request.protocol === 'simple' &&
    request.transaction === 'idle' &&
    request.probe !== undefined &&
    parsed === 'complete' &&
    plan?.into !== undefined &&
    others.length === 0 &&
    intents.every((intent) => CAN_BE_TRIED.has(intent))
  );
}

export interface TrialWorld {
  readonly judge: Judge;
  readonly enforcer: Enforcer;
  /** The judgement that was answered with "try it". */
  readonly judgement: Judgement;
  /** The same statement judged on the rows it really touched. */
  readonly recount: (rows: number) => Soon<Judgement>;
  /** What the question needs besides, inside the transaction. */
  readonly question: (
    context: Parameters<Trial['decide']>[1],
  ) => Promise<Omit<EnforceRequest, 'judgement' | 'trial' | 'cancel'>>;
}

/** The second question of a statement that was tried: it has run, and nothing is final yet. */
export function askAfterTrial(world: TrialWorld): Trial {
  return {
    decide: async ({ tag, rows }, context) => {
      const { judge, enforcer, judgement } = world;
      const counted = await world.recount(rows);
      const question = await world.question(context);
      const enforced = await enforcer.enforce({
        ...question,
        judgement: triedJudgement(judgement, counted, { tag, rows }),
        cancel: context.cancel,
      });
      const answer = answerOf(enforced, judgement.id, question.actor.id);
      if (answer !== undefined) await judge.record(answer);
      if (enforced.kind === 'pass' && !context.cancel.aborted) return 'commit';
      return enforced.kind === 'refuse' && enforced.because === 'policy'
        ? refusalOf(enforced.message)
        : rolledBack(rows);
    },
  };
}

/** Somebody wanted to be asked: at least a question, and more where the exact number asks for more. */
function triedJudgement(
  judgement: Judgement,
  counted: Judgement,
  { tag, rows }: { readonly tag: string; readonly rows: number },
): Judgement {
  const verdict = counted.verdict === 'allow' ? 'prompt' : counted.verdict;
  return {
    ...counted,
    id: judgement.id,
    verdict,
    // The answer to this question is for this run alone.
    fingerprint: '',
    shown: judgement.shown,
    message: {
      effect: `It has run: ${tag} (${rows === 1 ? 'one row' : `${rows.toLocaleString('en-US')} rows`}). Nothing is final yet.`,
      why: 'Yes commits it; afterwards the old values are gone.',
      instead: 'No rolls it back: nothing has changed then.',
    },
  };
}

function rolledBack(rows: number): WireRefusal {
  return {
    code: ROLLED_BACK,
    message: `guard rolled it back: ${rows === 1 ? 'one row is' : `${rows.toLocaleString('en-US')} rows are`} as before`,
    detail: 'It ran in a transaction of its own, and the answer was not yes.',
    hint: 'Nothing has changed. Make it smaller, or run it again.',
  };
}
