import type { PendingCommit, PendingWrite } from '../../model/facts.ts';
import type { Judgement, StatementPlan } from '../../model/judge.ts';
import { present } from '../../model/present.ts';

/** Writes of one transaction that are told apart; those of more tables are added to the last one. */
const MOST_WRITES = 64;

/** `INSERT 0 5`, `UPDATE 3`… (PostgreSQL documentation, message formats: CommandComplete). */
const TAG = /^(INSERT|UPDATE|DELETE|MERGE)(?: \d{1,10})? (\d{1,15})$/;
const DID: Readonly<Record<string, PendingWrite['did']>> = {
  INSERT: 'inserted',
  UPDATE: 'updated',
  DELETE: 'deleted',
  MERGE: 'merged',
};

/** What was said of a statement before it ran; `unasked` when the question about it was put off. */
export interface TalliedJudgement {
  readonly judgement: Pick<Judgement, 'intents' | 'data'>;
  readonly unasked: boolean;
}

interface State extends Omit<PendingCommit, 'unfinished'> {
  readonly unasked: boolean;
}

const NOTHING: State = {
  statements: 0,
  writes: [],
  intents: [],
  columns: [],
  classes: [],
  cascades: [],
  unasked: false,
};

/** Counts what an open transaction wrote, by the server's own command tags, so that COMMIT can ask about all of it. */
export class TransactionTally {
  #state = NOTHING;
  #savepoints: readonly { readonly name: string; readonly state: State }[] = [];
  /** Put off and sent, not ended yet. */
  readonly #running = new Set<TalliedJudgement>();
  #pending: PendingCommit | undefined;

  /** What COMMIT must ask about; the same object until something changes. */
  get pending(): PendingCommit | undefined {
    const unfinished = this.#running.size > 0;
    if (!this.#state.unasked && !unfinished) return undefined;
    if (this.#pending === undefined) {
      const { unasked: _, ...state } = this.#state;
      const sent = [...this.#running].flatMap(writeIntents);
      this.#pending = { ...state, intents: union(state.intents, sent), unfinished };
    }
    return this.#pending;
  }

  reset(): void {
    this.#savepoints = [];
    this.#set(NOTHING);
  }

  /** A statement whose question is put off is about to be sent. */
  sent(judged: TalliedJudgement): void {
    this.#running.add(judged);
    this.#pending = undefined;
  }

  /** It ended, well or not. */
  ended(judged: TalliedJudgement): void {
    if (this.#running.delete(judged)) this.#pending = undefined;
  }

  /** A statement succeeded. */
  ran(plan: StatementPlan, tag: string, judged: TalliedJudgement): void {
    if (plan.transaction !== undefined) this.#control(plan.transaction);
    const [, verb = '', rows] = TAG.exec(tag) ?? [];
    const did = DID[verb];
    if (plan.into === undefined || did === undefined) return;
    this.#add(
      { table: plan.into, did, rows: Number(rows), ...present({ of: judged.judgement.data.rows.of }) },
      judged,
    );
  }

  #add(write: PendingWrite, judged: TalliedJudgement): void {
    const { unasked, judgement } = judged;
    const { data } = judgement;
    const state = this.#state;
    this.#set({
      statements: state.statements + 1,
      writes: added(state.writes, write),
      intents: union(state.intents, writeIntents(judged)),
      unasked: state.unasked || unasked,
      columns: union(state.columns, data.columns),
      classes: union(state.classes, data.classes),
      cascades: union(state.cascades, data.cascades),
    });
  }

  #control({ action, savepoint = '' }: NonNullable<StatementPlan['transaction']>): void {
    const at = this.#savepoints.findLastIndex(({ name }) => name === savepoint);
    const kept = this.#savepoints[at];
    switch (action) {
      case 'commit':
      case 'rollback':
      case 'prepare':
        this.reset();
        return;
      case 'savepoint':
        this.#savepoints = [...this.#savepoints, { name: savepoint, state: this.#state }];
        return;
      case 'release':
        if (kept !== undefined) this.#savepoints = this.#savepoints.slice(0, at);
        return;
      case 'rollback-to':
        // The savepoint itself stays, for another time. One that was not seen takes nothing back.
        if (kept === undefined) return;
        this.#savepoints = this.#savepoints.slice(0, at + 1);
        this.#set(kept.state);
        return;
      default:
    }
  }

  #set(state: State): void {
    this.#state = state;
    this.#pending = undefined;
  }
}

function writeIntents({ judgement }: TalliedJudgement): PendingCommit['intents'] {
  return judgement.intents.filter((intent) => intent !== 'data.read' && intent.startsWith('data.'));
}

function added(writes: readonly PendingWrite[], write: PendingWrite): readonly PendingWrite[] {
  const same = writes.findIndex(({ table, did }) => table === write.table && did === write.did);
  if (same < 0 && writes.length < MOST_WRITES) return [...writes, write];
  const at = same < 0 ? writes.length - 1 : same;
  return writes.map((one, index) => (index === at ? { ...one, rows: one.rows + write.rows } : one));
}

function union<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  return b.every((item) => a.includes(item)) ? a : [...new Set([...a, ...b])];
}
