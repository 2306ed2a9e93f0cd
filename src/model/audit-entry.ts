import type { ActorKind, AgentIdentity, Sourced } from './actor.ts';
import type { AnswerWord } from './answer-word.ts';
import type { Unbranded } from './brand.ts';
import type { DataClass } from './data-class.ts';
import type { EnvironmentClass } from './environment.ts';
import type { RowFacts, WriteScale } from './facts.ts';
import type { Intent } from './intent.ts';
import type { Obligations } from './obligation.ts';
import type { ParsedKind } from './parsed.ts';
import type { Target } from './target.ts';
import type { MaskedText } from './text.ts';
import type { Verdict } from './verdict.ts';

/** Version of the entry format, field `v`. */
export const ENTRY_VERSION = 1;

export const ENTRY_TYPES = [
  'session.start',
  'session.end',
  'decision',
  'answer',
  'result',
  'reads',
  'policy.load',
  'target.label',
  'catalog.label',
  'mask.error',
  'state.migrate',
  'gap',
  'segment',
  'key',
] as const;
export type EntryType = (typeof ENTRY_TYPES)[number];

/** A name, id or sentence of guard's own; captured text ({@link Unbranded}) is a compile error here. */
export type Word = Unbranded<string>;

/** How often values of each class were masked. */
export type MaskedCounts = Readonly<Record<string, number>>;

/** Small and flat, no values out of data. */
export type Details = Readonly<Record<string, Word | number | boolean | readonly Word[]>>;

export interface EntryActor {
  readonly kind: ActorKind;
  readonly id: Word;
  readonly uid: number;
  readonly groups?: readonly Word[];
  readonly mfa?: boolean;
  readonly onBehalfOf?: Word;
  readonly agent?: AgentIdentity;
  /** Only in `session.start`. */
  readonly evidence?: readonly Sourced<ActorKind>[];
}

export interface EntryCommand {
  readonly masked: MaskedText;
  /** `hmac:<key id>:<hex>` over the raw text under a secret of this host: equal texts correlate, nothing can be guessed back. */
  readonly tag: Word;
  /** UTF-8 bytes of the raw text. */
  readonly len: number;
}

export interface EntryEnvironment {
  readonly class: EnvironmentClass;
  readonly name: Word;
  readonly because: Word;
}

export interface EntryFacts {
  readonly tables: readonly Word[];
  readonly columns: readonly Word[];
  readonly classes: readonly DataClass[];
  readonly rows?: RowFacts;
  readonly scale?: WriteScale;
  readonly cascades?: readonly Word[];
  /** Classed columns that conditions, sort orders or groups tell apart. */
  readonly probes?: readonly Word[];
}

interface InSession {
  /** Session id. */
  readonly sess: Word;
  readonly actor: EntryActor;
  readonly target?: Target;
  readonly env?: EntryEnvironment;
}

export interface NoteBody extends InSession {
  readonly type:
    | 'session.start'
    | 'session.end'
    | 'policy.load'
    | 'target.label'
    | 'catalog.label'
    | 'mask.error'
    | 'state.migrate';
  readonly details: Details;
}

/** Written before the command may start. */
export interface DecisionBody extends InSession {
  readonly type: 'decision';
  readonly target: Target;
  readonly env: EntryEnvironment;
  readonly cmd: EntryCommand;
  readonly intents: readonly Intent[];
  readonly verdict: Verdict;
  readonly rule: Word;
  readonly matched: readonly Word[];
  readonly obligations: Obligations;
  readonly facts: EntryFacts;
  readonly parsed: ParsedKind;
  /** SHA-256 of the compiled policy that decided, hex. */
  readonly bundle: Word;
  readonly purpose?: { readonly ticket?: Word; readonly text?: Word };
}

/** What the person at the terminal said. `parent` is the decision's id. */
export interface AnswerBody {
  readonly type: 'answer';
  readonly sess: Word;
  readonly parent: Word;
  readonly answer: AnswerWord;
  readonly by: Word;
  readonly dur_ms: number;
  /** Rows when it was asked about, and right before it ran. */
  readonly recount?: { readonly was: RowFacts; readonly now: RowFacts };
}

/** What became of it. `parent` is the decision's id. */
export interface ResultBody {
  readonly type: 'result';
  readonly sess: Word;
  readonly parent: Word;
  readonly rows: number;
  readonly masked: MaskedCounts;
  readonly tag?: Word;
  /** SQLSTATE, exit status, or `refused`. */
  readonly error?: Word;
  /** Why it was refused after the decision, in one clause. */
  readonly because?: Word;
  readonly dur_ms: number;
}

/** Reads of one shape in one batch. */
export interface ReadShape {
  readonly sess: Word;
  readonly fingerprint: Word;
  /** The statement with its literals removed. */
  readonly shape: MaskedText;
  readonly target: Word;
  readonly tables: readonly Word[];
  readonly classes: readonly DataClass[];
  readonly rule: Word;
  /** Reads let through. */
  readonly count: number;
  /** Reads (of this or an earlier batch) that ended meanwhile, and what they gave together. */
  readonly done: number;
  readonly rows: number;
  readonly errors: number;
  readonly masked: MaskedCounts;
  readonly dur_ms: number;
}

/** Plain reads of at most 100 ms, all sessions of one guard process. */
export interface ReadsBody {
  readonly type: 'reads';
  readonly actor: EntryActor;
  readonly count: number;
  readonly shapes: readonly ReadShape[];
  /** The batch was found beside the log of a guard that died; it may repeat what that guard had written last. */
  readonly recovered?: boolean;
}

/** A hole in the log that guard knows of. */
export interface GapBody {
  readonly type: 'gap';
  /**
   * `torn`: an unfinished line was moved to a side file. `shrunk`, `replaced`: the file lost entries that were there.
   * `lost`: entries that could not be written in best-effort mode. `unsealed`: the batch of a dead guard was unreadable.
   */
  readonly reason: 'torn' | 'shrunk' | 'replaced' | 'lost' | 'unsealed';
  /** Bytes moved aside, or missing. */
  readonly bytes?: number;
  /** SHA-256 of the bytes moved aside, hex. */
  readonly sha256?: Word;
  /** How many entries are missing, as far as known. */
  readonly entries?: number;
}

/** The first line of every file. */
export interface SegmentBody {
  readonly type: 'segment';
  /** Number of the file, from 0. */
  readonly segment: number;
  /** The verification key of the entries that follow. */
  readonly key: Word;
}

/** From the next entry on another key signs; this entry is signed by the key before, where there is one. */
export interface KeyBody {
  readonly type: 'key';
  readonly key: Word;
}

/** What a caller supplies; the journal adds position, time, place and proof. */
export type EntryBody =
  | NoteBody
  | DecisionBody
  | AnswerBody
  | ResultBody
  | ReadsBody
  | GapBody
  | SegmentBody
  | KeyBody;

/** What the journal adds. On disk `prev` stands first and `sig` last. */
export interface EntryFrame {
  /** SHA-256 of the line before, without its newline, hex; 64 zeros in the very first. */
  readonly prev: Word;
  readonly v: typeof ENTRY_VERSION;
  /** From 0, without holes. */
  readonly seq: number;
  /** 10 characters of time and 26 of randomness (128 bit), Crockford base 32. */
  readonly id: Word;
  /** ISO 8601, UTC, milliseconds. */
  readonly ts: Word;
  /** Milliseconds of a clock that never goes back within one boot. */
  readonly mono: number;
  readonly host: Word;
  readonly origin: Word;
  /** `<key id>:<base64>`: Ed25519 over the bytes of the line before `,"sig":`. */
  readonly sig: Word;
}
