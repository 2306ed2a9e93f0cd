import { hash } from 'node:crypto';
import { maskText } from '../mask/text.ts';
import type { EntryActor } from '../model/audit-entry.ts';
import type { Intent } from '../model/intent.ts';
import type { Judgement, JudgeRequest } from '../model/judge.ts';
import { present } from '../model/present.ts';
import { entryActor } from './entry-parts.ts';
import type { Evaluation } from './evaluation.ts';

/** A verdict is good for this long, in milliseconds: then the facts may have changed. */
const VERDICT_LIFE_MS = 60_000;
/** Hexadecimal digits that name a shape in the log. */
const SHAPE_DIGITS = 16;

const PLAIN: ReadonlySet<Intent> = new Set(['data.read', 'session.control']);

type Draft = Omit<Judgement, 'id'>;

/** What of a judgement is the same for every request that the same evaluation answers. */
interface Answered {
  readonly draft: Omit<Draft, 'statementHash' | 'expires'>;
  readonly target: string;
  readonly statementHash: string;
}

/** A known text in a known situation has one evaluation: what follows from it is made once. */
const answered = new WeakMap<Evaluation, Answered>();
const shapes = new WeakMap<Evaluation, string>();

export function toJudgement(request: JudgeRequest, evaluation: Evaluation): Draft {
  const target = request.target.identity ?? request.target.name;
  let known = answered.get(evaluation);
  if (known === undefined || known.target !== target) {
    const statementHash = hash('sha256', `${target}\0${request.text}`, 'hex');
    known = { draft: draftOf(request, evaluation), target, statementHash };
    answered.set(evaluation, known);
  }
  return {
    ...known.draft,
    statementHash: known.statementHash,
    expires: new Date(Date.parse(request.situation.time) + VERDICT_LIFE_MS).toISOString(),
  };
}

function draftOf(request: JudgeRequest, evaluation: Evaluation): Answered['draft'] {
  const { decision, text } = evaluation;
  return {
    ...decision,
    parsed: evaluation.parsed,
    intents: [...new Set(evaluation.findings.map((finding) => finding.intent))],
    findings: evaluation.findings,
    data: evaluation.data,
    plans: evaluation.plans,
    fingerprint: decision.verdict === 'prompt' ? text.fingerprint : '',
    masked: text.masked,
    shown: text.shown ?? (decision.verdict === 'prompt' ? maskText(request.text) : text.masked),
    ...present({ script: evaluation.script }),
    wants: evaluation.wants,
    asksServer: evaluation.asksServer,
  };
}

/** Allowed, reads at most, nothing classed, nothing in doubt: its loss within 100 ms of a crash is acceptable. */
export function isPlainRead(judgement: Draft): boolean {
  return (
    judgement.verdict === 'allow' &&
    judgement.parsed === 'complete' &&
    judgement.data.classes.length === 0 &&
    judgement.obligations.mask.length === 0 &&
    judgement.intents.every((intent) => PLAIN.has(intent)) &&
    !judgement.plans.some((plan) => plan.writes)
  );
}

/** What the log keeps of a plain read. */
export function readNote(request: JudgeRequest, judgement: Draft, evaluation: Evaluation) {
  const fingerprint =
    shapes.get(evaluation) ?? hash('sha256', judgement.masked, 'hex').slice(0, SHAPE_DIGITS);
  shapes.set(evaluation, fingerprint);
  return {
    actor: actorOf(request),
    sess: request.situation.session.id,
    fingerprint,
    shape: judgement.masked,
    target: request.target.name,
    tables: judgement.data.tables,
    classes: judgement.data.classes,
    rule: judgement.rule,
  };
}

const actors = new WeakMap<JudgeRequest['situation']['actor'], EntryActor>();

function actorOf({ situation: { actor } }: JudgeRequest): EntryActor {
  const entry = actors.get(actor) ?? entryActor(actor);
  actors.set(actor, entry);
  return entry;
}
