import type { DoctorFinding } from './finding.ts';
import { examineMachine } from './machine.ts';
import { examineState } from './own-state.ts';
import { examineRules } from './rules.ts';

/** Everything `guard doctor` looks at, in the order in which it is told. Changes nothing but an empty state folder. */
export async function examine(version: string): Promise<readonly DoctorFinding[]> {
  const rules = await examineRules();
  return [
    { about: 'guard', state: 'ok', says: version },
    ...(await examineMachine()),
    ...(await examineState(rules.stateFolder)()),
    ...rules.findings,
  ];
}
