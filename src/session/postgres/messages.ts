import type { Actor } from '../../model/actor.ts';
import type { DumpWish } from '../../model/dump.ts';
import type { EnvironmentClass } from '../../model/environment.ts';
import type { GuardErrorCode } from '../../model/errors.ts';
import type { PurposeFacts } from '../../model/facts.ts';
import type { Message } from '../../model/finding.ts';
import type { PlanPart } from '../../model/plan.ts';
import type { CompiledPolicy } from '../../model/policy.ts';
import type { Answer, Question } from '../../model/prompter.ts';
import type { RawText } from '../../model/text.ts';
import type { InputEnds } from '../../observe/flow-ends.ts';
import type { WireRefusal } from '../../wire/postgres/gate.ts';
import type { OwnAccess } from '../../wire/postgres/proxy.ts';
import type { ConnectionTarget } from '../../wire/postgres/target.ts';
import type { MaskedSoFar } from './mask-totals.ts';

/** What the worker thread is started with. Plain data: it crosses a thread. */
export interface WorkerSetting {
  readonly session: string;
  readonly socketPath: string;
  readonly target: ConnectionTarget;
  /** guard logs in itself; absent: the client's login is relayed. */
  readonly access?: OwnAccess;
  /** The client is a bulk export of this kind, or reads one in. */
  readonly dump?: DumpWish | 'restore';
  readonly actor: Actor;
  readonly attempts: readonly string[];
  readonly purpose: PurposeFacts;
  readonly policy: CompiledPolicy;
  /** Raises the environment of every target. */
  readonly environment?: EnvironmentClass;
  /** A database of guard's own (the demo). */
  readonly ownDatabase: boolean;
  /** A person can be asked. */
  readonly attended: boolean;
  /** The first refusal is final for the run (no terminal, `guard exec`). */
  readonly scripted: boolean;
  /** What psql was told to run, to be decided as one. */
  readonly script?: readonly PlanPart[];
  /** Host the judge in a child process instead of this thread. */
  readonly judgeApart: boolean;
  /** A result that would have to be masked is refused instead. */
  readonly maskFails: boolean;
  readonly stateFolder: string;
  /** psql sends its own command lines through the wire, marked with this; absent: it does not. */
  readonly lineSecret?: string;
  /** Where the client's input comes from; absent: its input and output are not guard's own. */
  readonly input?: InputEnds;
}

/** One finding out to the person who watches: what the target turned out to be. */
export interface Connected {
  readonly target: string;
  readonly environment: EnvironmentClass;
  readonly because: string;
  readonly columns: number;
  readonly classed: number;
  readonly unsure: number;
}

/** A target nobody has named yet. */
export interface UnknownTarget {
  readonly name: string;
  /** What it counts as until then, and why. */
  readonly because: string;
}

/** A line of psql that was read over the wire and judged; without `refusal` it may run. */
export interface RuledLine {
  readonly number: number;
  readonly line: RawText;
  /** Id of its entry; absent when nothing was recorded. */
  readonly decision?: string;
  readonly refusal?: WireRefusal;
}

export type FromWorker =
  | { readonly kind: 'listening'; readonly port?: number }
  | { readonly kind: 'connected'; readonly connected: Connected }
  | { readonly kind: 'ask'; readonly question: Question }
  | { readonly kind: 'withdraw'; readonly question: string; readonly because: string }
  | { readonly kind: 'label'; readonly id: string; readonly target: UnknownTarget }
  | { readonly kind: 'masked'; readonly masked: MaskedSoFar }
  | {
      readonly kind: 'refused';
      readonly message: Message;
      readonly rule: string;
      /** All that is missing is that other people agree. */
      readonly waiting?: boolean;
    }
  | ({ readonly kind: 'line' } & RuledLine)
  | { readonly kind: 'trouble'; readonly text: string }
  | {
      readonly kind: 'failed';
      readonly code: GuardErrorCode;
      readonly message: string;
      readonly hint?: string;
    };

export type ToWorker =
  | { readonly kind: 'answer'; readonly question: string; readonly answer: Answer }
  | { readonly kind: 'labelled'; readonly id: string; readonly class: EnvironmentClass | undefined }
  | { readonly kind: 'ran'; readonly decision: string; readonly durationMs: number }
  | { readonly kind: 'close' };
