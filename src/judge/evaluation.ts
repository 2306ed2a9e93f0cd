import type { Decision } from '../model/decision.ts';
import type { DataFacts } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type { EstimateQuery, StatementPlan } from '../model/judge.ts';
import type { ParsedKind } from '../model/parsed.ts';
import type { ScriptPlan } from '../model/plan.ts';
import type { ScriptState } from '../model/psql.ts';
import type { MaskedText, RawText } from '../model/text.ts';

/** What the engine says to one text, whatever its language. */
export interface Evaluation {
  readonly parsed: ParsedKind;
  readonly findings: readonly Finding[];
  readonly data: DataFacts;
  readonly decision: Decision;
  readonly plans: readonly StatementPlan[];
  readonly wants: readonly EstimateQuery[];
  readonly asksServer: boolean;
  /** Made when asked for: not every verdict needs them. */
  readonly text: {
    readonly masked: MaskedText;
    /** In place of the text itself, where a person is asked about more than one statement. */
    readonly shown?: MaskedText;
    readonly fingerprint: string;
  };
  /** Only of texts for psql. */
  readonly psqlState?: ScriptState;
  readonly copies?: readonly RawText[];
  /** Only of scripts. */
  readonly script?: ScriptPlan;
}
