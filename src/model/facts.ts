import type { Actor } from './actor.ts';
import type { DataClass } from './data-class.ts';
import type { Environment, EnvironmentClass } from './environment.ts';
import type { Intent } from './intent.ts';
import type { Target } from './target.ts';

/** How many rows a statement touches, with how sure guard is. */
export interface RowFacts {
  /** The planner's number, or a lower bound when `atLeast`. */
  readonly estimate?: number;
  readonly atLeast?: boolean;
  readonly exact?: number;
  /** Rows of the whole table (planner's number). */
  readonly of?: number;
  /** Why there is no estimate, in one clause. */
  readonly unavailable?: string;
}

/** default-policy.md: small ≤ 100 rows with an effective WHERE, or VALUES; bulk = no effective WHERE, > 1,000 rows, or > 10 % of a table of more than 100. */
export type WriteScale = 'small' | 'medium' | 'bulk';

export interface DataFacts {
  readonly tables: readonly string[];
  /** `table.column`, `table.*` when all. */
  readonly columns: readonly string[];
  /**
   * Columns whose values change (`table.column`, `table.*`), by the statement itself or what it sets off: one list for each, with
   * every name under which that column may be written (through a view, as part of a partitioned table).
   */
  readonly writes: readonly (readonly string[])[];
  /** Classes of every column read or written. */
  readonly classes: readonly DataClass[];
  readonly rows: RowFacts;
  /** Absent when nothing is written. */
  readonly scale?: WriteScale;
  /** Tables reached by ON DELETE/UPDATE CASCADE or SET NULL, and triggers that would fire, as people read them. */
  readonly cascades: readonly string[];
  readonly hasWhere: boolean;
  /** True when every object acted on was made in this session. */
  readonly createdHere: boolean;
  /** Absent when no statement tells classed values apart without showing them. */
  readonly probes?: ProbeFacts;
}

/**
 * Conditions, sort orders and groups on classed columns: what they find is told by which rows come back, so that no mask can
 * hide it. A look-up by one value (`mrn = 'A-1'`) is none.
 */
export interface ProbeFacts {
  /** Statements of this message that do. */
  readonly statements: number;
  /** `table.column`. */
  readonly columns: readonly string[];
}

export const NO_DATA: DataFacts = {
  tables: [],
  columns: [],
  writes: [],
  classes: [],
  rows: {},
  cascades: [],
  hasWhere: false,
  createdHere: false,
};

export interface PurposeFacts {
  readonly ticket?: string;
  readonly text?: string;
  readonly breakglass: boolean;
}

export type TransactionState = 'idle' | 'open' | 'failed';

/** Rows of one table that a transaction changed in one way, as the server counted them. */
export interface PendingWrite {
  readonly did: 'inserted' | 'updated' | 'deleted' | 'merged';
  readonly table: string;
  readonly rows: number;
  /** Rows of the whole table (planner's number). */
  readonly of?: number;
}

/** What an open transaction did while the question was put off: COMMIT asks it. */
export interface PendingCommit {
  readonly statements: number;
  readonly writes: readonly PendingWrite[];
  readonly intents: readonly Intent[];
  /** A statement was sent and has not ended: the counts are not the whole. */
  readonly unfinished: boolean;
  readonly columns: readonly string[];
  readonly classes: readonly DataClass[];
  readonly cascades: readonly string[];
}

/** Rows of a higher environment that another session of guard let go and this one is given to read. */
export interface Supply {
  readonly environment: EnvironmentClass;
  /** Name of where they were read. */
  readonly target: string;
  /** Empty: guard could not tell. */
  readonly classes: readonly DataClass[];
}

export interface SessionFacts {
  readonly id: string;
  /** Classes read so far in this session. */
  readonly tainted: readonly DataClass[];
  readonly transaction: TransactionState;
  /** True when the open transaction has written. */
  readonly wrote: boolean;
  /** A person at a terminal can be asked. */
  readonly attended: boolean;
  readonly pending?: PendingCommit;
  readonly supplied?: Supply;
  /** Statements of this session so far, on all its connections, that probed classed columns; with those being judged where a policy asks. */
  readonly probes?: number;
}

export interface Facts {
  readonly actor: Actor;
  readonly purpose: PurposeFacts;
  readonly environment: Environment;
  readonly data: DataFacts;
  readonly impact: { readonly objects: readonly string[] };
  readonly workflow: { readonly verified: boolean; readonly name?: string };
  readonly session: SessionFacts;
  /** Absent where nobody said what would be acted on; a policy then treats `target.kind` as undecided. */
  readonly target?: Pick<Target, 'kind'>;
  /** ISO 8601 with offset. */
  readonly time: string;
}
