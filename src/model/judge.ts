import type { Actor } from './actor.ts';
import type { AnswerWord } from './answer-word.ts';
import type { CatalogSnapshot } from './catalog.ts';
import type { Decision } from './decision.ts';
import type { BulkExport } from './dump.ts';
import type { Environment } from './environment.ts';
import type { DataFacts, PurposeFacts, RowFacts, SessionFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import type { Intent } from './intent.ts';
import type { ColumnOrigin, Outputs } from './lineage.ts';
import type { ParsedKind } from './parsed.ts';
import type { PlanPart, ScriptPlan } from './plan.ts';
import type { ScriptState } from './psql.ts';
import type { CopyLayout, SqlEffect } from './sql.ts';
import type { Target } from './target.ts';
import type { MaskedText, RawText } from './text.ts';

export const LANGUAGES = ['shell', 'sql', 'psql', 'kubectl'] as const;
export type Language = (typeof LANGUAGES)[number];

/** How the text was captured and how sure guard is that this is what will take effect. */
export interface Channel {
  readonly language: Language;
  /** `wire`, `argv`, `file`, `check`… */
  readonly via: string;
  /** `exact`: these bytes take effect. `claimed`: somebody says so. */
  readonly certainty: 'exact' | 'claimed';
}

/** What the session knows of the world around one command. Everything here is JSON. */
export interface Situation {
  readonly actor: Actor;
  readonly purpose: PurposeFacts;
  readonly environment: Environment;
  readonly session: SessionFacts;
  /** ISO 8601. */
  readonly time: string;
}

/** Statement texts that names stand for in this database session: EXECUTE name, FETCH FROM name. */
export interface StatementMemory {
  readonly prepared: Readonly<Record<string, RawText>>;
  readonly cursors: Readonly<Record<string, RawText>>;
  /** Relations made in this database session (`schema.name` or `name`), for "made here" rules. */
  readonly created: readonly string[];
  /** Code that may read classed values ran: settings, sequences and locks may hold them from then on. */
  readonly clouded?: boolean;
}

/**
 * What is known of the psql that a text is for. A text for psql comes by one of these ways (`channel.via`): `line`, one
 * line as it was submitted, with newlines where it was pasted; `argv`, the value of `-c`; anything else, the text of a
 * file or a pipe. By `line` only psql's own commands are judged, because its SQL is judged again on the wire; by any
 * other way SQL and commands together. Without this a text is read as the first one of the newest psql.
 */
export interface PsqlContext {
  /** psql's major version. */
  readonly version?: number;
  /** Where psql stands before the text: the `psqlState` of the judgement of the line before it, however that was answered. */
  readonly state?: ScriptState;
  /**
   * What `%R` shows in the prompt of the line (`=`, `-`, `'`, `"`, `$`, `*`, `(`, `@`…). It goes before `state` where both
   * disagree, after Ctrl-C for one; the line is then judged as what it could be in any state that has this prompt.
   */
  readonly prompt?: string;
  /** Values of psql's variables, as far as they are known. */
  readonly variables?: Readonly<Record<string, RawText>>;
  /** True when `variables` holds all of them; any other name may have any value otherwise. */
  readonly allVariables?: boolean;
  /** Started with `-S`. */
  readonly singleLine?: boolean;
  /** True when the caller reads files that are included, and what comes back from an editor, and has it judged by itself. */
  readonly reads?: boolean;
}

export interface JudgeRequest {
  readonly channel: Channel;
  readonly text: RawText;
  /** The messages of a script that is to be judged as one; `text` is then all of it. Estimates count statements through it. */
  readonly script?: readonly PlanPart[];
  readonly target: Target;
  readonly cwd?: string;
  readonly situation: Situation;
  /** Version of a snapshot published before; absent when there is no catalog. */
  readonly catalog?: string;
  readonly memory?: StatementMemory;
  /** With the language `psql`. */
  readonly psql?: PsqlContext;
  /** Answers to `wants` of an earlier judgement of the same text. */
  readonly estimates?: readonly Estimate[];
  /** Answer to `asksServer` of an earlier judgement: the server's grammar refuses the text, so nothing of it can run. */
  readonly serverRejects?: boolean;
  /** The command is a bulk export of these tables. */
  readonly bulk?: BulkExport;
  /** What the command does is judged again while it runs: its words alone are not all that stands in the way. */
  readonly judgedAgain?: boolean;
  /** False to learn the verdict without leaving an entry (guard check, Parse without Execute). */
  readonly entry: boolean;
}

/** An estimate the judge needs before it can decide. */
export interface EstimateQuery {
  /** Index of the statement in the message. */
  readonly statement: number;
  /** The statement to put behind EXPLAIN (FORMAT JSON). */
  readonly explain: RawText;
  /** A bounded count to run where the planner is not trustworthy: returns one row, one bigint. */
  readonly count?: RawText;
  /** The count stops here; `rows` then means "at least". */
  readonly countLimit?: number;
  /** How many rows of other tables go with them. */
  readonly taken?: readonly TakenQuery[];
}

/** A bounded count of the rows of one table that a foreign key takes along. */
export interface TakenQuery {
  /** The referring relation. */
  readonly from: number;
  readonly count: RawText;
  readonly countLimit: number;
}

/** What was found; without `rows` it is not known. `planned` is the planner's number. */
export interface TakenRows {
  readonly from: number;
  readonly rows?: number;
  readonly how?: 'counted' | 'planned' | 'at-least';
}

export interface Estimate {
  readonly statement: number;
  readonly rows?: number;
  readonly atLeast?: boolean;
  readonly exact?: boolean;
  readonly of?: number;
  readonly unavailable?: string;
  readonly taken?: readonly TakenRows[];
}

/** What the session must know about each statement of an allowed message to carry it out. */
export interface StatementPlan {
  readonly kind: string;
  readonly outputs: Outputs;
  /** `layout` is absent when the rows can't be read field by field (binary, another encoding). */
  readonly copyOut?: { readonly outputs: Outputs; readonly layout?: CopyLayout };
  /** Changes to the statement memory once the statement succeeded. */
  readonly remember?: MemoryChange;
  readonly writes: boolean;
  readonly changesSchema: boolean;
  /** Columns that it writes from its own text and parameters. */
  readonly stores?: readonly StoredColumn[];
  /** COPY … FROM STDIN. */
  readonly copyIn?: CopiedIn;
  /** Functions that are not PostgreSQL's own, blocks or triggers run in it. */
  readonly runsRoutines?: true;
  /** Columns without a class that it fills with classed values. */
  readonly fills?: readonly FilledColumn[];
  /** The one table whose rows it writes, where its command tag counts all of them. */
  readonly into?: string;
  readonly transaction?: { readonly action: TransactionAction; readonly savepoint?: string };
}

export type TransactionAction = Extract<SqlEffect, { readonly kind: 'transaction' }>['action'];

/** What a statement puts into one column. */
export interface StoredColumn extends ColumnOrigin {
  /** Constants that may be masks; all others are left out. */
  readonly texts: readonly RawText[];
  /** Numbers of parameters, from 1. */
  readonly parameters: readonly number[];
}

/** Where the fields of COPY … FROM STDIN go: null for a column that guard does not know. */
export interface CopiedIn {
  readonly columns: readonly (ColumnOrigin | null)[];
  /** Absent when the rows can't be read field by field (binary, another encoding). */
  readonly layout?: CopyLayout;
}

/** `position` counts the columns of the new table from 0. */
export type FilledColumn =
  /** Code that guard can't follow ran: whatever relation is new afterwards. */
  | { readonly kind: 'new' }
  | ({ readonly kind: 'known' } & ColumnOrigin)
  | {
      readonly kind: 'made';
      readonly schema?: string;
      readonly name: string;
      readonly position: number | 'all';
    };

export type MemoryChange =
  | { readonly kind: 'prepare'; readonly name: string; readonly text: RawText }
  | { readonly kind: 'deallocate'; readonly name: string | 'all' }
  | { readonly kind: 'cursor'; readonly name: string; readonly text: RawText }
  | { readonly kind: 'close'; readonly name: string | 'all' }
  | { readonly kind: 'created'; readonly name: string }
  /** Another relation may stand under these names from now on. */
  | { readonly kind: 'unmade'; readonly names: readonly string[] | 'all' }
  /** Code that may read classed values ran. */
  | { readonly kind: 'clouded' }
  | { readonly kind: 'forget-all'; readonly clouded?: boolean };

export interface Judgement extends Decision {
  /** Id of the decision entry; `record` refers to it. */
  readonly id: string;
  /** SHA-256 over text and target, hex: what a yes or an approval is bound to. Empty where the verdict asks for none. */
  readonly statementHash: string;
  /** ISO 8601: a verdict older than this must be asked again. */
  readonly expires: string;
  readonly parsed: ParsedKind;
  readonly intents: readonly Intent[];
  readonly findings: readonly Finding[];
  readonly data: DataFacts;
  readonly plans: readonly StatementPlan[];
  /** What a script does, message by message. */
  readonly script?: ScriptPlan;
  /** With the language `psql`: where psql stands once the text was read, for the next line. */
  readonly psqlState?: ScriptState;
  /** With the language `psql`: the statements that its `\copy` commands send, exactly. */
  readonly copies?: readonly RawText[];
  /** Shape of the statement (literals removed), for "allow the same shape". */
  readonly fingerprint: string;
  /** The text with its literals hidden: what entries hold. */
  readonly masked: MaskedText;
  /** The text as the person who typed it may see it again: values with the shape of somebody's are hidden. */
  readonly shown: MaskedText;
  /** True when guard could not read the text: ask the server's own grammar and judge again; no entry was written. */
  readonly asksServer: boolean;
  /** Not empty: supply these estimates and ask again; no entry was written. */
  readonly wants: readonly EstimateQuery[];
}

/** How many rows a statement would touch when it was asked about, and once the answer was there. */
export interface Recount {
  readonly was: RowFacts;
  readonly now: RowFacts;
}

/** What became of a judged command. */
export type Outcome =
  | {
      readonly kind: 'answer';
      readonly decision: string;
      readonly answer: AnswerWord;
      readonly by: string;
      readonly waitedMs: number;
      readonly recount?: Recount;
    }
  | { readonly kind: 'refused'; readonly decision: string; readonly because: string }
  | {
      readonly kind: 'result';
      readonly decision: string;
      readonly rows: number;
      readonly masked: Readonly<Record<string, number>>;
      readonly tag?: string;
      /** SQLSTATE or exit status. */
      readonly error?: string;
      readonly durationMs: number;
    };

/** Things that happen beside commands: session start and end, a target labelled, a class changed. */
export interface SessionNote {
  readonly type:
    | 'session.start'
    | 'session.end'
    | 'policy.load'
    | 'target.label'
    | 'catalog.label'
    | 'mask.error'
    | 'state.migrate';
  readonly session: string;
  readonly actor: Actor;
  readonly target?: Target;
  readonly environment?: Environment;
  /** Small, flat, no raw values. */
  readonly details: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** An answer, or the promise of one: whoever knows it at once says it at once. */
export type Soon<T> = T | Promise<T>;

/**
 * The port between a session and whoever decides: in process now, a child process or a daemon under
 * another uid later. Everything that crosses is JSON. What throws, or a promise that rejects, means "not allowed".
 */
export interface Judge {
  /** Makes a catalog known under its version. */
  learn(catalog: CatalogSnapshot): Promise<void>;
  /** Decides; when `entry` and nothing is wanted the decision entry is as durable as its verdict asks before this resolves. */
  judge(request: JudgeRequest): Soon<Judgement>;
  /** Done once the outcome is recorded (an `answer` and a `refused` are durable then). */
  record(outcome: Outcome): Soon<void>;
  note(note: SessionNote): Promise<void>;
  /** Flushes batched entries and lets go of everything. */
  close(): Promise<void>;
}
