import { NO_TRANSACTION, type TransactionContext } from '../../enforce/limits.ts';
import type { PendingCommit, TransactionState } from '../../model/facts.ts';
import type { StatementPlan, TransactionAction } from '../../model/judge.ts';
import type { Probe, StatementRequest } from '../../wire/postgres/gate.ts';
import { type TalliedJudgement, TransactionTally } from './transaction-tally.ts';

/** Statements that take no snapshot, so that a transaction may still choose its isolation level after them. */
const BEFORE_SNAPSHOT: ReadonlySet<string> = new Set([
  'TransactionStmt',
  'VariableSetStmt',
  'VariableShowStmt',
  'ConstraintsSetStmt',
]);

const ENDS: ReadonlySet<TransactionAction> = new Set(['commit', 'rollback', 'prepare']);

/** What may choose the isolation level, or stand before what does. */
const MAY_SET_LEVEL = /^[\s;]*(?:set|begin|start|savepoint|show|--|\/\*)/i;

/** Outside a transaction the server refuses a savepoint; inside it takes no snapshot. */
async function outside(probe: Probe): Promise<boolean> {
  const inside = await probe.simple('SAVEPOINT guard_look; RELEASE SAVEPOINT guard_look');
  return inside.kind === 'error';
}

/** Locks of plain reads stand in nobody's way, and those of indexes only repeat their table's. */
const LOCKS_SQL = `SELECT l.mode || ' on ' || l.relation::pg_catalog.regclass::text
 FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation
 WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted
 AND l.mode NOT IN ('AccessShareLock', 'RowShareLock') AND c.relkind NOT IN ('i', 'I') AND l.relation > 16383
 ORDER BY 1 LIMIT 8`;

/** What one connection's current transaction has done so far, as far as guard saw it. */
export class OpenTransaction {
  readonly #tally = new TransactionTally();
  #wrote = false;
  #snapshot = false;

  /** What COMMIT must ask about. */
  get pending(): PendingCommit | undefined {
    return this.#tally.pending;
  }

  get wrote(): boolean {
    return this.#wrote;
  }

  /** Tells of the state before each statement; a fresh transaction starts clean. */
  enter(state: TransactionState): void {
    if (state !== 'idle') return;
    this.#restart();
  }

  /** A statement whose question is put off until COMMIT is about to be sent. */
  sent(judged: TalliedJudgement): void {
    this.#tally.sent(judged);
  }

  /** It ended, well or not. */
  ended(judged: TalliedJudgement): void {
    this.#tally.ended(judged);
  }

  ran(plan: StatementPlan, tag: string, judged: TalliedJudgement): void {
    if (plan.writes) this.#wrote = true;
    if (!BEFORE_SNAPSHOT.has(plan.kind)) this.#snapshot = true;
    this.#tally.ran(plan, tag, judged);
    // COMMIT AND CHAIN: the next transaction has begun already.
    if (plan.transaction !== undefined && ENDS.has(plan.transaction.action)) this.#restart();
  }

  #restart(): void {
    this.#wrote = false;
    this.#snapshot = false;
    this.#tally.reset();
  }

  /** False when a query now would fix what a REPEATABLE READ or SERIALIZABLE transaction sees before the user's first one. */
  async mayQuery(probe: Probe, next?: string): Promise<boolean> {
    if (this.#snapshot) return true;
    // SET TRANSACTION ISOLATION LEVEL must come before any query, and nobody knows yet whether it comes.
    if (next === undefined || MAY_SET_LEVEL.test(next)) return outside(probe);
    const answer = await probe.simple('SHOW transaction_isolation');
    const level = answer.kind === 'rows' ? answer.results[0]?.[0]?.[0] : undefined;
    if (level === 'read committed' || level === 'read uncommitted') return true;
    return outside(probe);
  }

  /** What a question must know of the transaction it would hold up. */
  async context({
    transaction,
    transactionMs,
    probe,
  }: Pick<StatementRequest, 'transaction' | 'transactionMs' | 'probe'>): Promise<TransactionContext> {
    if (transaction === 'idle') return NO_TRANSACTION;
    const readable = probe !== undefined && transaction === 'open';
    return {
      state: transaction,
      openMs: transactionMs,
      wrote: this.#wrote,
      locks: readable && this.#snapshot ? await heldLocks(probe) : [],
      idleTimeoutMs: readable ? await idleTimeout(probe) : 0,
    };
  }

  /**
   * Why guard must not run a query of its own here, or undefined. In REPEATABLE READ and SERIALIZABLE the first
   * query fixes what the transaction sees: that must be the user's.
   */
  async whyNoQuery(state: TransactionState, probe: Probe): Promise<string | undefined> {
    if (state === 'failed') return 'the transaction has failed';
    if (state === 'idle' || this.#snapshot) return undefined;
    const answer = await probe.simple('SHOW transaction_isolation');
    const level = answer.kind === 'rows' ? answer.results[0]?.[0]?.[0] : undefined;
    if (level === 'read committed' || level === 'read uncommitted') return undefined;
    return `the ${level ?? 'open'} transaction has not read anything yet, and an estimate would fix what it sees`;
  }
}

/** The locks this transaction holds on tables, as people read them; empty when they can't be read. */
async function heldLocks(probe: Probe): Promise<readonly string[]> {
  const answer = await probe.simple(LOCKS_SQL);
  if (answer.kind === 'error') return [];
  return (answer.results[0] ?? []).flatMap(([lock]) => (lock === null || lock === undefined ? [] : [lock]));
}

/** PostgreSQL 15 documentation, section 20.1.1: how SHOW prints a time. */
const SHOWN_TIME = /^(\d{1,15})(ms|s|min|h|d)?$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Milliseconds after which the server ends an idle transaction; 0 when it never does or won't say. By SHOW: a query of
 * pg_settings would take the transaction's first snapshot.
 */
async function idleTimeout(probe: Probe): Promise<number> {
  const answer = await probe.simple('SHOW idle_in_transaction_session_timeout');
  const shown = answer.kind === 'rows' ? (answer.results[0]?.[0]?.[0] ?? '') : '';
  const [, amount, unit = 'ms'] = SHOWN_TIME.exec(shown) ?? [];
  return amount === undefined ? 0 : Number(amount) * (UNIT_MS[unit] ?? 1);
}
