import type { RowFacts, WriteScale } from './facts.ts';
import type { Message } from './finding.ts';
import type { RelationRef } from './sql.ts';
import type { RawText } from './text.ts';
import type { Verdict } from './verdict.ts';

/** One piece of a script, in the order in which it would run: one message to the server, or one command of psql's own. */
export interface PlanPart {
  readonly language: 'sql' | 'psql';
  readonly text: RawText;
  /** The file as the person named it; `-c`, `standard input`. */
  readonly file: string;
  /** Where it begins, from 1. */
  readonly line: number;
  /** Why `text` may not be what runs, in one clause: it is judged again when it does. */
  readonly doubt?: string;
  /** Why it could not be read at all, in one clause; `text` is then empty. */
  readonly problem?: string;
}

/** What a statement does while it holds a lock on a table: `brief` ends at once, the others grow with the table. */
export type LockWork = 'rewrite' | 'scan' | 'index' | 'brief';

export interface TableLock {
  readonly table: RelationRef;
  /** PostgreSQL's name of the lock (docs, Explicit Locking), in small letters. */
  readonly mode: string;
  readonly work: LockWork;
  /** What takes it, in SQL's words: `ALTER COLUMN TYPE`. */
  readonly by: string;
}

export const DEED_KINDS = [
  'drop',
  'truncate',
  'delete',
  'update',
  'insert',
  'change',
  'create',
  'grant',
  'run',
  'maintain',
  'command',
  'read',
  'unknown',
] as const;
export type DeedKind = (typeof DEED_KINDS)[number];

/** One thing that a script does, by the names of what it does it to. */
export interface PlanDeed {
  readonly kind: DeedKind;
  readonly what: string;
}

/** One message of a script with what is known of it. */
export interface PlanStep {
  readonly file: string;
  readonly line: number;
  readonly verdict: Verdict;
  readonly rule: string;
  readonly message: Message;
  readonly deeds: readonly PlanDeed[];
  /** Long ones only, on tables that the script did not make itself. */
  readonly locks: readonly TableLock[];
  /** What can't be had back once it is committed, one clause each. */
  readonly lost: readonly string[];
  readonly rows?: RowFacts;
  readonly scale?: WriteScale;
}

/** `reads`: nothing is changed. The others are rows 3a, 3b and 3c of the default policy; a script can be of both last kinds. */
export type PlanNature = 'reads' | 'additive' | 'heavy' | 'opaque';

/** A script as a whole. */
export interface ScriptPlan {
  readonly natures: readonly PlanNature[];
  readonly steps: readonly PlanStep[];
}
