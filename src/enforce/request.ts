import type { Actor } from '../model/actor.ts';
import type { Environment } from '../model/environment.ts';
import type { Message } from '../model/finding.ts';
import type { Judgement } from '../model/judge.ts';
import type { Answer } from '../model/prompter.ts';
import type { Target } from '../model/target.ts';
import type { TransactionContext } from './limits.ts';

/** What enforcing needs of a judgement. */
export type Judged = Pick<
  Judgement,
  | 'id'
  | 'verdict'
  | 'rule'
  | 'matched'
  | 'message'
  | 'obligations'
  | 'fingerprint'
  | 'statementHash'
  | 'masked'
  | 'shown'
  | 'findings'
  | 'intents'
  | 'data'
>;

export interface EnforceRequest {
  readonly judgement: Judged;
  readonly actor: Actor;
  readonly environment: Environment;
  readonly target: Target;
  readonly transaction: TransactionContext;
  /** It could run in a transaction of its own and be asked about again. */
  readonly trial?: boolean;
  /** Fires when the client cancels or leaves; with the reason `'server-lost'` when the server is gone. */
  readonly cancel: AbortSignal;
}

/** `person` and `shape`: somebody answered now. `allowance`, `repeat`: somebody answered before. */
export type PassedBy = 'verdict' | 'person' | 'shape' | 'trial' | 'allowance' | 'repeat';

export type RefusedBecause =
  | 'policy'
  | 'approval'
  | 'not-a-person'
  | 'no-time'
  | Extract<Answer, { readonly kind: 'no' }>['because'];

export type Enforcement =
  | { readonly kind: 'pass'; readonly by: PassedBy; readonly waitedMs: number }
  | {
      readonly kind: 'refuse';
      readonly message: Message;
      readonly because: RefusedBecause;
      readonly waitedMs: number;
    };
