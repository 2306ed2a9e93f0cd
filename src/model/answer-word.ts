/**
 * What the log says about a question. `shape`: yes, also for others of its shape. `at-commit`: put off until COMMIT.
 * `trial`: to run in a transaction of its own, and to be asked about again before that ends.
 */
export type AnswerWord = 'yes' | 'no' | 'timeout' | 'cancelled' | 'shape' | 'at-commit' | 'trial';

const GOING_ON: ReadonlySet<unknown> = new Set<AnswerWord>(['yes', 'shape', 'at-commit', 'trial']);

/** True for answers after which the command runs. */
export function goesOn(answer: unknown): boolean {
  return GOING_ON.has(answer);
}
