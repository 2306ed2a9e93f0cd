import type { DataFacts, Facts } from '../model/facts.ts';
import type { JudgeRequest } from '../model/judge.ts';

/** The situation a request describes, with what is known of the data it touches. */
export function situationFacts(request: JudgeRequest, data: DataFacts): Facts {
  const { actor, purpose, environment, session, time } = request.situation;
  return {
    actor,
    purpose,
    environment,
    session,
    time,
    data,
    impact: { objects: data.tables },
    workflow: { verified: false },
    target: { kind: request.target.kind },
  };
}
