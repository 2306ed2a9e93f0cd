import type { TransactionState } from '../../model/facts.ts';
import type { CopyMasker, FieldDescription, RowMasker } from '../../model/row-masking.ts';
import type { RawText } from '../../model/text.ts';

/**
 * What the proxy asks of the session behind it. The proxy knows messages, order and bytes; the gate knows
 * meaning. A gate method that throws or rejects ends the connection with a clear error (fails closed).
 */
export interface Gate {
  /** The startup packet, before anything is sent upstream. */
  startup(parameters: ReadonlyMap<string, string>): StartupRuling;
  /** Every ParameterStatus, also later ones; a refusal ends the connection. */
  parameterStatus(name: string, value: string): WireRefusal | undefined;
  /** The value of a later ParameterStatus as the client may see it; without this method as it is. */
  reported?(name: string, value: string): string;
  /** After authentication, before the first ReadyForQuery reaches the client; a refusal ends the connection. */
  ready(server: ServerFacts, probe: Probe): Promise<WireRefusal | undefined>;
  /** One Query, or one Parse or Execute of the extended protocol, held until this resolves. */
  statement(request: StatementRequest): Ruling | Promise<Ruling>;
  /** The connection is idle (ReadyForQuery passed on, nothing outstanding): time for housekeeping, if there is any. At most one call at a time. */
  idle?(probe: Probe): Promise<void> | undefined;
  /** NoticeResponse and NotificationResponse texts that belong to no statement. */
  /** What the client may see of a notification. */
  notification?(topic: string, payload: string): { readonly topic: string; readonly payload: string };
  scrub(fields: NoticeFields): NoticeFields;
  closed(because: string): void;
}

export type StartupRuling =
  | { readonly kind: 'forward'; readonly parameters: ReadonlyMap<string, string> }
  | { readonly kind: 'refuse'; readonly refusal: WireRefusal };

/** A refusal in PostgreSQL's own words. `detail` is the why, `hint` the instead. */
export interface WireRefusal {
  /** SQLSTATE, five characters; 42501 for policy. */
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
}

/** What is known once the server has accepted the login. */
export interface ServerFacts {
  readonly parameters: ReadonlyMap<string, string>;
  /** SHA-256 of the server certificate (DER), hex; absent without TLS. */
  readonly certificate?: string;
  readonly peer: { readonly address?: string; readonly port?: number; readonly socket?: string };
}

/** `parse`: the text is only being prepared. `execute`: it is about to take effect. */
export interface StatementRequest {
  readonly protocol: 'simple' | 'extended';
  readonly phase: 'parse' | 'execute';
  readonly text: RawText;
  /** Prepared statement name of the extended protocol; '' is the unnamed one. */
  readonly name?: string;
  readonly bound?: BoundParameters;
  readonly transaction: TransactionState;
  /** Milliseconds since the open transaction began, as the proxy saw it. */
  readonly transactionMs: number;
  /** Absent when the server is not idle: then nothing may be estimated. */
  readonly probe?: Probe;
  /** Fires when the client cancels, the client leaves or the server is lost. */
  readonly cancel: AbortSignal;
}

/** Values as the client bound them. */
export interface BoundParameters {
  readonly types: readonly number[];
  readonly formats: readonly number[];
  readonly values: readonly (Uint8Array | null)[];
}

export type Renames = 'portals' | 'all';

export type Ruling =
  /**
   * `renames`: afterwards a portal (`portals`), or a prepared statement too (`all`), may be another one than the proxy
   * knows by that name, in ways its text does not show.
   */
  | {
      readonly kind: 'forward';
      readonly run: StatementRun;
      readonly renames?: Renames;
      readonly trial?: Trial;
    }
  /**
   * `substitute`: the server itself fails (a script's transaction is aborted as after any error).
   * `synthesize`: the client gets the error, the server nothing, the transaction survives.
   */
  | { readonly kind: 'refuse'; readonly refusal: WireRefusal; readonly how: 'substitute' | 'synthesize' }
  /** Answered by guard, never forwarded (SHOW guard.status). */
  | {
      readonly kind: 'answer';
      readonly tag: string;
      readonly columns?: readonly string[];
      readonly rows?: readonly (readonly string[])[];
    }
  | { readonly kind: 'disconnect'; readonly refusal: WireRefusal };

/**
 * Runs the statement in a transaction of guard's own, and asks before that ends. For one statement of the simple
 * protocol outside a transaction.
 */
export interface Trial {
  /** The statement has run. A refusal rolls it back. `probe` works inside the transaction. */
  decide(
    outcome: { readonly tag: string; readonly rows: number },
    context: { readonly probe: Probe; readonly cancel: AbortSignal },
  ): Promise<'commit' | WireRefusal>;
}

/** Follows one forwarded message. `index` counts its statements from 0. */
export interface StatementRun {
  /** Called for each RowDescription (or, without one, before the first row of an Execute whose fields were described earlier). */
  rows(index: number, fields: readonly FieldDescription[]): RowTreatment | WireRefusal;
  /** Called at CopyOutResponse; a refusal discards the data and gives the client an error. */
  copyOut(
    index: number,
    copy: { readonly columns: number; readonly format: 'text' | 'binary' },
  ): CopyMasker | undefined | WireRefusal;
  /** Called at CopyInResponse: what looks at the rows that the client sends; without it they pass unread. */
  copyIn?(
    index: number,
    copy: { readonly columns: number; readonly format: 'text' | 'binary' },
  ): CopyInCheck | undefined;
  /** ErrorResponse and NoticeResponse while this runs. */
  scrub(fields: NoticeFields): NoticeFields;
  /** CommandComplete or EmptyQueryResponse of statement `index`. */
  completed(index: number, tag: string, rows: number): void;
  /** Once, when the message is done: after ReadyForQuery, an error, or a lost connection. */
  finished(outcome: { readonly error?: string; readonly rows: number; readonly durationMs: number }): void;
}

/** Looks at the rows of COPY … FROM STDIN as they pass. */
export interface CopyInCheck {
  /** The payload of one CopyData, cut anywhere. A refusal ends the COPY on the server, which then stores nothing of it. */
  push(payload: Uint8Array): WireRefusal | undefined;
  /** At CopyDone: what was held back. */
  end(): WireRefusal | undefined;
}

export interface RowTreatment {
  readonly masker?: RowMasker;
  /** Rows after these are dropped; the client gets a notice. */
  readonly maxRows?: number;
}

/** Field code (one character, for example `M`) to text, in order. */
export type NoticeFields = ReadonlyMap<string, string>;

/** guard's own statements on the user's idle connection, invisible to the client. */
export interface Probe {
  /** Simple protocol; resolves with one result per statement. Never rejects for a server error. */
  simple(sql: string): Promise<ProbeAnswer>;
  /**
   * Whether the server's own grammar takes the text: it is prepared, never run. `rejected` only for a syntax error at a
   * place in the text, so that a text of several statements is never mistaken for one.
   */
  syntax(sql: string): Promise<'accepted' | 'rejected' | 'unknown'>;
  /** One statement with the client's own parameters. */
  bound(sql: string, parameters: BoundParameters): Promise<ProbeAnswer>;
}

export type ProbeAnswer =
  | { readonly kind: 'rows'; readonly results: readonly (readonly (readonly (string | null)[])[])[] }
  | { readonly kind: 'error'; readonly code: string; readonly message: string; readonly position?: string };
