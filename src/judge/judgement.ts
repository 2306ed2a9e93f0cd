import { hash } from 'node:crypto';
import type { ReadNote } from '../audit/reads-batch.ts';
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

/** A judgement before it has an entry. */
export type Draft = Omit<Judgement, 'id' | 'expires'>;

/** What follows from an evaluation, for one target. The last judgement is kept whole: a read is asked for again and again. */
interface Answered {
  readonly draft: Draft;
  readonly target: string;
  last: Judgement | undefined;
}

/** A known text in a known situation has one evaluation: what follows from it is made once. */
const answered = new WeakMap<Evaluation, Answered>();

function answeredBy(request: JudgeRequest, evaluation: Evaluation): Answered {
  const target = request.target.identity ?? request.target.name;
  const known = answered.get(evaluation);
  if (known !== undefined && known.target === target) return known;
  // An evaluation that allows may be that of many texts.
  const asks = evaluation.decision.verdict !== 'allow';
  const statementHash = asks ? hash('sha256', `${target}\0${request.text}`, 'hex') : '';
  const made = { draft: { ...draftOf(request, evaluation), statementHash }, target, last: undefined };
  answered.set(evaluation, made);
  return made;
}

/** The same object for the same evaluation and target. */
export function toDraft(request: JudgeRequest, evaluation: Evaluation): Draft {
  return answeredBy(request, evaluation).draft;
}

export function toJudgement(request: JudgeRequest, evaluation: Evaluation, id: string): Judgement {
  const known = answeredBy(request, evaluation);
  const expires = endOfLife(request.situation.time);
  if (known.last?.id === id && known.last.expires === expires) return known.last;
  const judgement = { ...known.draft, id, expires };
  known.last = judgement;
  return judgement;
}

let lastTime = '';
let lastEnd = '';

/** When a verdict of that time is too old; times come in order, many of them alike. */
function endOfLife(time: string): string {
  if (time !== lastTime) {
    lastTime = time;
    lastEnd = new Date(Date.parse(time) + VERDICT_LIFE_MS).toISOString();
  }
  return lastEnd;
}

function draftOf(request: JudgeRequest, evaluation: Evaluation): Omit<Draft, 'statementHash'> {
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
    ...present({ script: evaluation.script, psqlState: evaluation.psqlState, copies: evaluation.copies }),
    wants: evaluation.wants,
    asksServer: evaluation.asksServer,
  };
}

const plain = new WeakMap<Draft, boolean>();

/** Allowed, reads at most, nothing classed, nothing in doubt: its loss within 100 ms of a crash is acceptable. */
export function isPlainRead(draft: Draft): boolean {
  const known = plain.get(draft) ?? readsPlainly(draft);
  plain.set(draft, known);
  return known;
}

function readsPlainly(draft: Draft): boolean {
  return (
    draft.verdict === 'allow' &&
    draft.parsed === 'complete' &&
    draft.data.classes.length === 0 &&
    draft.obligations.mask.length === 0 &&
    draft.intents.every((intent) => PLAIN.has(intent)) &&
    !draft.plans.some((plan) => plan.writes)
  );
}

const notes = new WeakMap<Draft, ReadNote>();

/** What the log keeps of a plain read: the same object as long as nothing in it is another. */
export function readNote(request: JudgeRequest, draft: Draft): ReadNote {
  const known = notes.get(draft);
  const actor = actorOf(request);
  const sess = request.situation.session.id;
  const target = request.target.name;
  if (known?.actor === actor && known.sess === sess && known.target === target) return known;
  const { masked, data, rule } = draft;
  const fingerprint = hash('sha256', masked, 'hex').slice(0, SHAPE_DIGITS);
  const { tables, classes } = data;
  const note = { actor, sess, fingerprint, shape: masked, target, tables, classes, rule };
  notes.set(draft, note);
  return note;
}

const actors = new WeakMap<JudgeRequest['situation']['actor'], EntryActor>();

function actorOf({ situation: { actor } }: JudgeRequest): EntryActor {
  const entry = actors.get(actor) ?? entryActor(actor);
  actors.set(actor, entry);
  return entry;
}
