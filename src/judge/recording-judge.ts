import { hash } from 'node:crypto';
import type { Journal } from '../audit/journal.ts';
import { type PreparedPolicy, preparePolicy } from '../decide/prepare.ts';
import { maskText } from '../mask/text.ts';
import type { CatalogSnapshot } from '../model/catalog.ts';
import { GuardError } from '../model/errors.ts';
import type { Intent } from '../model/intent.ts';
import type { Judge, Judgement, JudgeRequest, Outcome, SessionNote } from '../model/judge.ts';
import type { CompiledPolicy } from '../model/policy.ts';
import { present } from '../model/present.ts';
import { unreachable } from '../model/unreachable.ts';
import { decisionBody, entryActor, noteBody } from './entry-parts.ts';
import type { JudgeWorld } from './evaluate-sql.ts';
import type { Evaluation } from './evaluation.ts';

/** A verdict is good for this long, in milliseconds: then the facts may have changed. */
const VERDICT_LIFE_MS = 60_000;
/** Schema pictures kept; connections to more databases than this ask again. */
const MOST_CATALOGS = 32;
/** Decisions whose outcome is still awaited; far more than statements can be in flight. */
const MOST_PENDING = 10_000;

const PLAIN: ReadonlySet<Intent> = new Set(['data.read', 'session.control']);

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

  async judge(request: JudgeRequest): Promise<Judgement> {
    const evaluation = this.#evaluate(request, {
      policy: this.#prepared,
      catalog: this.#catalog(request.catalog),
    });
    const judgement = toJudgement(request, evaluation);
    if (!request.entry || judgement.wants.length > 0 || judgement.asksServer) return { ...judgement, id: '' };
    return { ...judgement, id: this.#enter(request, judgement) };
  }

  async record(outcome: Outcome): Promise<void> {
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
    return catalog;
  }

  #enter(request: JudgeRequest, judgement: Omit<Judgement, 'id'>): string {
    const journal = this.#journal;
    if (journal === undefined) return '';
    const batched = this.#policy.audit === 'batched' && isPlainRead(judgement);
    const environment = request.situation.environment.class;
    const mode = this.#policy.auditMode[environment];
    const id = batched
      ? journal.noteRead(readNote(request, judgement), mode)
      : journal.append(
          decisionBody(request, judgement, { tag: journal.tag(request.text), bundle: this.#policy.digest }),
          'durable',
          mode,
        ).id;
    this.#pending.set(id, { session: request.situation.session.id, environment, batched });
    const [oldest] = this.#pending.keys();
    if (this.#pending.size > MOST_PENDING && oldest !== undefined) this.#pending.delete(oldest);
    return id;
  }

  #recordOutcome(outcome: Outcome, pending: Pending): void {
    const journal = this.#journal;
    if (journal === undefined) return;
    const mode = this.#policy.auditMode[pending.environment];
    const { session: sess } = pending;
    const parent = outcome.decision;
    switch (outcome.kind) {
      case 'answer': {
        const { answer, by, waitedMs } = outcome;
        journal.append({ type: 'answer', sess, parent, answer, by, dur_ms: waitedMs }, 'durable', mode);
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
        const read = { rows, masked, durationMs, ...present({ error }) };
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

/** Allowed, reads at most, nothing classed, nothing in doubt: its loss within 100 ms of a crash is acceptable. */
function isPlainRead(judgement: Omit<Judgement, 'id'>): boolean {
  return (
    judgement.verdict === 'allow' &&
    judgement.parsed === 'complete' &&
    judgement.data.classes.length === 0 &&
    judgement.intents.every((intent) => PLAIN.has(intent)) &&
    !judgement.plans.some((plan) => plan.writes)
  );
}

function readNote(request: JudgeRequest, judgement: Omit<Judgement, 'id'>) {
  return {
    actor: entryActor(request.situation.actor),
    sess: request.situation.session.id,
    fingerprint: hash('sha256', judgement.masked, 'hex').slice(0, 16),
    shape: judgement.masked,
    target: request.target.name,
    tables: judgement.data.tables,
    classes: judgement.data.classes,
    rule: judgement.rule,
  };
}

function toJudgement(request: JudgeRequest, evaluation: Evaluation): Omit<Judgement, 'id'> {
  const { decision, text } = evaluation;
  return {
    ...decision,
    statementHash: hash(
      'sha256',
      `${request.target.identity ?? request.target.name}\0${request.text}`,
      'hex',
    ),
    expires: new Date(Date.parse(request.situation.time) + VERDICT_LIFE_MS).toISOString(),
    parsed: evaluation.parsed,
    intents: [...new Set(evaluation.findings.map((finding) => finding.intent))],
    findings: evaluation.findings,
    data: evaluation.data,
    plans: evaluation.plans,
    fingerprint: decision.verdict === 'prompt' ? text.fingerprint : '',
    masked: text.masked,
    shown: decision.verdict === 'prompt' ? maskText(request.text) : text.masked,
    wants: evaluation.wants,
    asksServer: evaluation.asksServer,
  };
}
