import type { Message } from '../model/finding.ts';
import { unreachable } from '../model/unreachable.ts';
import type { EnforceRequest, RefusedBecause } from './request.ts';

/** More care does not help where somebody else has to agree. */
const WITHOUT_APPROVAL =
  'Let somebody run it who may do so alone, or make it smaller: few rows need only a yes.';

/** The message of a refusal: the effect stays what it was, the why says what stood in the way. */
export function refusalMessage(request: EnforceRequest, because: RefusedBecause): Message {
  const { message } = request.judgement;
  const why = obstacle(request, because);
  return {
    effect: message.effect,
    why: why === undefined ? message.why : `${why} ${message.why}`,
    instead: instead(request, because),
  };
}

function obstacle(request: EnforceRequest, because: RefusedBecause): string | undefined {
  switch (because) {
    case 'policy':
      return undefined;
    case 'approval':
      return `It ${approvalText(request)}; guard requests is not available in this version.`;
    case 'not-a-person':
      return `guard would ask a person, and this session is ${request.actor.kind === 'ci' ? "a CI job's" : "an agent's"}.`;
    case 'no-terminal':
      return 'guard would ask a person, and in this run nobody can be asked (guard exec, or no terminal).';
    case 'no-time':
      return 'guard would ask a person, and the server would end this idle transaction before an answer.';
    case 'person':
      return 'The answer was no.';
    case 'timeout':
      return 'Nobody answered in time.';
    case 'cancelled':
      return 'It was cancelled while guard asked.';
    case 'server-lost':
      return 'The server was lost while guard asked.';
    default:
      return unreachable(because);
  }
}

function approvalText(request: EnforceRequest): string {
  const others = Math.max(1, request.judgement.obligations.quorum ?? 1);
  return others === 1 ? 'needs approval by another person' : `needs approval by ${others} other people`;
}

function instead(request: EnforceRequest, because: RefusedBecause): string {
  if (because === 'approval') {
    if (request.transaction.state !== 'idle' && request.transaction.wrote)
      return 'ROLLBACK, get approval, run again.';
    if (request.judgement.data.scale !== undefined) return WITHOUT_APPROVAL;
  }
  return request.judgement.message.instead;
}
