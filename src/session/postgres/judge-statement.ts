import type { Estimate, Judge, Judgement, JudgeRequest, Soon } from '../../model/judge.ts';
import type { StatementRequest } from '../../wire/postgres/gate.ts';
import type { OpenTransaction } from './open-transaction.ts';
import { estimateRows, noEstimates } from './row-estimate.ts';

const SERVER_BUSY = 'the server is still busy with an earlier statement';

export interface Hearing {
  readonly judge: Judge;
  readonly asked: JudgeRequest;
  readonly request: StatementRequest;
  readonly transaction: OpenTransaction;
}

/** The judgement of one statement; what the judge wants to know first is asked of the server. At once when nothing is. */
export function judgeStatement(hearing: Hearing): Soon<Judgement> {
  const first = hearing.judge.judge(hearing.asked);
  return first instanceof Promise ? first.then((said) => supply(hearing, said)) : supply(hearing, first);
}

function supply(hearing: Hearing, first: Judgement): Soon<Judgement> {
  if (first.asksServer) return withGrammar(hearing);
  return first.wants.length === 0 ? first : withEstimates(hearing, first);
}

async function withGrammar({ judge, asked, request }: Hearing): Promise<Judgement> {
  return judge.judge({ ...asked, serverRejects: await serverRejects(request) });
}

async function withEstimates(hearing: Hearing, first: Judgement): Promise<Judgement> {
  return hearing.judge.judge({ ...hearing.asked, estimates: await estimate(hearing, first) });
}

/** In a transaction the question is asked behind a savepoint, so that the answer leaves no trace. */
async function serverRejects({ probe, text, transaction }: StatementRequest): Promise<boolean> {
  // A failed transaction answers everything alike.
  if (probe === undefined || transaction === 'failed') return false;
  if (transaction === 'open') await probe.simple('SAVEPOINT guard_syntax');
  const answer = await probe.syntax(text);
  if (transaction === 'open') {
    await probe.simple('ROLLBACK TO SAVEPOINT guard_syntax; RELEASE SAVEPOINT guard_syntax');
  }
  return answer === 'rejected';
}

async function estimate(hearing: Hearing, { wants }: Judgement): Promise<readonly Estimate[]> {
  const { probe, transaction, bound } = hearing.request;
  if (probe === undefined) return noEstimates(wants, SERVER_BUSY);
  const whyNot = await hearing.transaction.whyNoQuery(transaction, probe);
  if (whyNot !== undefined) return noEstimates(wants, whyNot);
  return estimateRows(wants, {
    probe,
    inTransaction: transaction === 'open',
    ...(bound === undefined ? {} : { bound }),
  });
}
