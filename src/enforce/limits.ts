import type { TransactionState } from '../model/facts.ts';

export interface EnforceLimits {
  /** How long a question waits outside a transaction. */
  readonly questionMs: number;
  /** Inside one, where the session holds locks meanwhile. */
  readonly questionInTransactionMs: number;
  /** A question ends this long before the server would end the idle transaction. */
  readonly idleMarginMs: number;
  /** "Allow this shape": how long and how often. */
  readonly shapeMs: number;
  readonly shapeUses: number;
  /** The same text again so soon after its last run is the same run going on (`\watch`), for so long. */
  readonly repeatGapMs: number;
  readonly repeatMs: number;
}

export const DEFAULT_LIMITS: EnforceLimits = {
  questionMs: 5 * 60_000,
  questionInTransactionMs: 60_000,
  idleMarginMs: 2_000,
  shapeMs: 15 * 60_000,
  shapeUses: 20,
  repeatGapMs: 10_000,
  repeatMs: 60 * 60_000,
};

/** The transaction a command would run in. */
export interface TransactionContext {
  readonly state: TransactionState;
  /** Milliseconds since it began. */
  readonly openMs: number;
  /** What it has locked, as people read it: "claims (row exclusive)". */
  readonly locks: readonly string[];
  /** It has changed something. */
  readonly wrote: boolean;
  /** `idle_in_transaction_session_timeout` of the server in milliseconds; 0 or absent: none. */
  readonly idleTimeoutMs?: number;
  /** Milliseconds since the server has been idle in it; absent: it has just become so. */
  readonly idleForMs?: number;
}

export const NO_TRANSACTION: TransactionContext = { state: 'idle', openMs: 0, locks: [], wrote: false };

/** How long a question may wait; 0 when there is no time to ask at all. */
export function questionTimeout(transaction: TransactionContext, limits: EnforceLimits): number {
  if (transaction.state === 'idle') return limits.questionMs;
  // Locks are never a reason to wait longer than without them.
  const most = Math.min(limits.questionInTransactionMs, limits.questionMs);
  const { idleTimeoutMs = 0, idleForMs = 0 } = transaction;
  if (idleTimeoutMs <= 0) return most;
  return Math.max(0, Math.min(most, idleTimeoutMs - idleForMs - limits.idleMarginMs));
}
