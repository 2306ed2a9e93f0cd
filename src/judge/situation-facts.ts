import type { Environment } from '../model/environment.ts';
import type { DataFacts, Facts, SessionFacts } from '../model/facts.ts';
import type { JudgeRequest, Situation } from '../model/judge.ts';

/** The situation a request describes, with what is known of the data it touches. */
export function situationFacts(request: JudgeRequest, data: DataFacts): Facts {
  const { actor, purpose, environment, session, time } = request.situation;
  return {
    actor,
    purpose,
    environment,
    session: withProbes(session, data),
    time,
    data,
    impact: { objects: data.tables },
    workflow: { verified: false },
    target: { kind: request.target.kind },
  };
}

/** What is being judged counts: the policy's number is the one that would stand after it. */
function withProbes(session: SessionFacts, { probes }: DataFacts): SessionFacts {
  return probes === undefined ? session : { ...session, probes: (session.probes ?? 0) + probes.statements };
}

function sameEnvironment(a: Environment, b: Environment): boolean {
  return (
    a === b ||
    (a.class === b.class &&
      a.name === b.name &&
      a.because === b.because &&
      a.synthetic === b.synthetic &&
      a.throwaway === b.throwaway)
  );
}

function sameSession(a: SessionFacts, b: SessionFacts): boolean {
  return (
    a.id === b.id &&
    a.transaction === b.transaction &&
    a.wrote === b.wrote &&
    a.attended === b.attended &&
    a.pending === b.pending &&
    a.supplied === b.supplied &&
    a.probes === b.probes &&
    (a.tainted === b.tainted || (a.tainted.length === 0 && b.tainted.length === 0))
  );
}

/** Every fact of a situation but its time: no condition of a policy asks for that. Says no too often, never too seldom. */
export function sameSituation(a: Situation, b: Situation): boolean {
  return (
    a.actor === b.actor &&
    a.purpose === b.purpose &&
    sameEnvironment(a.environment, b.environment) &&
    sameSession(a.session, b.session)
  );
}
