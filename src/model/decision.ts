import type { Message } from './finding.ts';
import type { Obligations } from './obligation.ts';
import type { Verdict } from './verdict.ts';

/** What the policy says to one statement or command, and why. */
export interface Decision {
  readonly verdict: Verdict;
  readonly obligations: Obligations;
  /** Id of the rule that decided (the first of the strictest). */
  readonly rule: string;
  /** Every rule that matched, strictest first. */
  readonly matched: readonly string[];
  readonly message: Message;
}
