import type { Enforcement, PassedBy, RefusedBecause } from '../../enforce/request.ts';
import type { Outcome } from '../../model/judge.ts';

type Answer = Extract<Outcome, { kind: 'answer' }>['answer'];

const PASSED: Readonly<Record<PassedBy, Answer | undefined>> = {
  verdict: undefined,
  person: 'yes',
  shape: 'shape',
  trial: 'trial',
  allowance: 'shape',
  repeat: 'yes',
};

const REFUSED: Readonly<Record<RefusedBecause, Answer | undefined>> = {
  policy: undefined,
  approval: undefined,
  'not-a-person': undefined,
  'no-time': undefined,
  'no-terminal': undefined,
  person: 'no',
  timeout: 'timeout',
  cancelled: 'cancelled',
  'server-lost': 'cancelled',
};

/** An answer that was given earlier is recorded as such. */
const EARLIER: ReadonlySet<PassedBy> = new Set(['allowance', 'repeat']);

/** What the log says about the person's answer; undefined when nobody was asked. */
export function answerOf(enforced: Enforcement, decision: string, person: string): Outcome | undefined {
  const answer = enforced.kind === 'pass' ? PASSED[enforced.by] : REFUSED[enforced.because];
  if (answer === undefined) return undefined;
  const earlier = enforced.kind === 'pass' && EARLIER.has(enforced.by);
  return {
    kind: 'answer',
    decision,
    answer,
    by: earlier ? `${person} (earlier)` : person,
    waitedMs: enforced.waitedMs,
  };
}
