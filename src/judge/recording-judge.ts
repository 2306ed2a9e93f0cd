import type { Journal } from '../audit/journal.ts';
import { type PreparedPolicy, preparePolicy } from '../decide/prepare.ts';
import type { CatalogSnapshot } from '../model/catalog.ts';
import { GuardError } from '../model/errors.ts';
import type { Judge, Judgement, JudgeRequest, Outcome, SessionNote } from '../model/judge.ts';
import type { CompiledPolicy } from '../model/policy.ts';
import { present } from '../model/present.ts';
import { unreachable } from '../model/unreachable.ts';
import { decisionBody, noteBody } from './entry-parts.ts';
import type { JudgeWorld } from './evaluated.ts';
import type { Evaluation } from './evaluation.ts';
import { type Draft, isPlainRead, readNote, toDraft, toJudgement } from './judgement.ts';

/** Schema pictures kept; connections to more databases than this ask again. */
const MOST_CATALOGS = 32;
/** Decisions whose outcome is still awaited; far more than statements can be in flight. */
const MOST_PENDING = 10_000;

interface Pending {
  readonly session: string;
  readonly environment: keyof CompiledPolicy['auditMode'];
  readonly batched: boolean;
}

export interface RecordingJudgeSetting {
  readonly policy: CompiledPolicy;
  /** How a text becomes a decision; pure. */
  readonly evaluate: (request: JudgeRequest, world: JudgeWorld) => Evaluation;
  /** Absent where nothing is recorded because nothing is run (guard check). */
  readonly journal?: Journal;
}

/** Decides in this thread, by the engine it is given, and writes the log. */
export class RecordingJudge implements Judge {
  readonly #policy: CompiledPolicy;
  readonly #evaluate: RecordingJudgeSetting['evaluate'];
  readonly #prepared: PreparedPolicy;
  readonly #journal: Journal | undefined;
  readonly #catalogs = new Map<string, CatalogSnapshot>();
  readonly #pending = new Map<string, Pending>();

  constructor(setting: RecordingJudgeSetting) {
    this.#evaluate = setting.evaluate;
    this.#policy = setting.policy;
    this.#prepared = preparePolicy(setting.policy);
    this.#journal = setting.journal;
  }

  async learn(catalog: CatalogSnapshot): Promise<void> {
    this.#catalogs.delete(catalog.version);
    this.#catalogs.set(catalog.version, catalog);
    const [oldest] = this.#catalogs.keys();
    if (this.#catalogs.size > MOST_CATALOGS && oldest !== undefined) this.#catalogs.delete(oldest);
  }

  judge(request: JudgeRequest): Judgement {
    const evaluation = this.#evaluate(request, {
      policy: this.#prepared,
      catalog: this.#catalog(request.catalog),
      labels: this.#policy.labels,
    });
    const draft = toDraft(request, evaluation);
    const { wants, asksServer } = evaluation;
    if (!request.entry || wants.length > 0 || asksServer) return toJudgement(request, evaluation, '');
    return toJudgement(request, evaluation, this.#enter(request, draft));
  }

  record(outcome: Outcome): void {
    const pending = this.#pending.get(outcome.decision);
    if (pending === undefined) throw new GuardError('INTERNAL', 'an outcome without its decision');
    if (outcome.kind !== 'answer' && !pending.batched) this.#pending.delete(outcome.decision);
    this.#recordOutcome(outcome, pending);
  }

  async note(note: SessionNote): Promise<void> {
    const mode = note.environment === undefined ? undefined : this.#policy.auditMode[note.environment.class];
    this.#journal?.append(noteBody(note), 'durable', mode);
  }

  async close(): Promise<void> {
    this.#journal?.[Symbol.dispose]();
  }

  #catalog(version: string | undefined): CatalogSnapshot | undefined {
    if (version === undefined) return undefined;
    const catalog = this.#catalogs.get(version);
    if (catalog === undefined)
      throw new GuardError('INTERNAL', 'the catalog of this connection is not known to the judge');
    // A session goes back to a picture it had before many changes: the one used longest ago goes first.
    this.#catalogs.delete(version);
    this.#catalogs.set(version, catalog);
    return catalog;
  }

  #enter(request: JudgeRequest, draft: Draft): string {
    const journal = this.#journal;
    if (journal === undefined) return '';
    const batched = this.#policy.audit === 'batched' && isPlainRead(draft);
    const environment = request.situation.environment.class;
    const mode = this.#policy.auditMode[environment];
    const id = batched
      ? journal.noteRead(readNote(request, draft), mode)
      : journal.append(
          decisionBody(request, draft, { tag: journal.tag(request.text), bundle: this.#policy.digest }),
          'durable',
          mode,
        ).id;
    // All reads of one shape have one id, and with it one session.
    if (!batched || this.#pending.get(id)?.environment !== environment)
      this.#await(id, { session: request.situation.session.id, environment, batched });
    return id;
  }

  #await(id: string, pending: Pending): void {
    this.#pending.set(id, pending);
    if (this.#pending.size <= MOST_PENDING) return;
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined) this.#pending.delete(oldest);
  }

  #recordOutcome(outcome: Outcome, pending: Pending): void {
    const journal = this.#journal;
    if (journal === undefined) return;
    const mode = this.#policy.auditMode[pending.environment];
    const { session: sess } = pending;
    const parent = outcome.decision;
    switch (outcome.kind) {
      case 'answer': {
        const { answer, by, waitedMs, recount } = outcome;
        const body = { type: 'answer', sess, parent, answer, by, dur_ms: waitedMs } as const;
        journal.append({ ...body, ...present({ recount }) }, 'durable', mode);
        return;
      }
      case 'refused': {
        const { because } = outcome;
        const body = {
          type: 'result',
          sess,
          parent,
          rows: 0,
          masked: {},
          error: 'refused',
          because,
          dur_ms: 0,
        } as const;
        journal.append(body, 'durable', mode);
        return;
      }
      case 'result': {
        const { rows, masked, tag, error, durationMs } = outcome;
        const read = error === undefined ? { rows, masked, durationMs } : { rows, masked, durationMs, error };
        if (pending.batched && journal.noteReadResult(parent, read)) return;
        const body = {
          type: 'result',
          sess,
          parent,
          rows,
          masked,
          ...present({ tag, error }),
          dur_ms: durationMs,
        } as const;
        journal.append(body, 'batched', mode);
        return;
      }
      default:
        unreachable(outcome);
    }
  }
}
