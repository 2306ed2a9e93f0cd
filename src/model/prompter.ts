import type { ActorKind } from './actor.ts';
import type { EnvironmentClass } from './environment.ts';
import type { Message } from './finding.ts';
import type { MaskedText } from './text.ts';

/** One question to the person at the terminal. All texts are masked and free of control characters. */
export interface Question {
  readonly id: string;
  readonly statement: MaskedText;
  readonly target: string;
  readonly environment: EnvironmentClass;
  readonly actor: { readonly kind: ActorKind; readonly id: string };
  readonly message: Message;
  /** Id of the deciding rule. */
  readonly rule: string;
  /** Every rule that matched and every finding, for `e`. */
  readonly explain: readonly string[];
  /** Identity facts with their sources, the fingerprint, the whole statement: for `d`. */
  readonly details: readonly string[];
  /** "about 48,200 of 50,000 rows (planner's estimate)"; absent when nothing is written. */
  readonly rows?: string;
  readonly cascades: readonly string[];
  /** Present while a transaction is open on the server. */
  readonly transaction?: { readonly openMs: number; readonly locks: readonly string[] };
  /** The word to type in full instead of `y`. */
  readonly typed?: string;
  /** Offer `s`: the same shape for this session. */
  readonly shape: boolean;
  /** Offer `t`: run it in a transaction of its own, see the exact count, then decide. */
  readonly trial: boolean;
  readonly timeoutMs: number;
}

export type Answer =
  | { readonly kind: 'yes' }
  | { readonly kind: 'shape' }
  | { readonly kind: 'trial' }
  | {
      readonly kind: 'no';
      readonly because: 'person' | 'timeout' | 'cancelled' | 'server-lost' | 'no-terminal';
    };

/** Asks a person. Resolves to a no when `cancel` fires or the time is over; never rejects. */
export interface Prompter {
  ask(question: Question, cancel: AbortSignal): Promise<Answer>;
}
