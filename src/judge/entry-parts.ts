import type { Actor } from '../model/actor.ts';
import type {
  DecisionBody,
  EntryActor,
  EntryEnvironment,
  EntryFacts,
  NoteBody,
} from '../model/audit-entry.ts';
import type { Environment } from '../model/environment.ts';
import type { DataFacts, PurposeFacts } from '../model/facts.ts';
import type { Judgement, JudgeRequest, SessionNote } from '../model/judge.ts';
import { present } from '../model/present.ts';

export function entryActor(actor: Actor): EntryActor {
  const { kind, id, uid, groups, mfa, onBehalfOf, agent } = actor;
  return { kind, id, uid, groups, mfa, ...present({ onBehalfOf, agent }) };
}

function entryEnvironment({ class: level, name, because }: Environment): EntryEnvironment {
  return { class: level, name, because };
}

function entryFacts(data: DataFacts): EntryFacts {
  const { tables, columns, classes, rows, scale, cascades, probes } = data;
  return { tables, columns, classes, rows, cascades, ...present({ scale, probes: probes?.columns }) };
}

function entryPurpose({ ticket, text }: PurposeFacts): Pick<DecisionBody, 'purpose'> {
  return ticket === undefined && text === undefined ? {} : { purpose: present({ ticket, text }) };
}

/** The entry that stands on disk before the statement may take effect. */
export function decisionBody(
  request: JudgeRequest,
  judgement: Omit<Judgement, 'id' | 'expires'>,
  proof: { readonly tag: string; readonly bundle: string },
): DecisionBody {
  const { session, actor, environment, purpose } = request.situation;
  return {
    type: 'decision',
    sess: session.id,
    actor: entryActor(actor),
    target: request.target,
    env: entryEnvironment(environment),
    cmd: { masked: judgement.masked, tag: proof.tag, len: Buffer.byteLength(request.text) },
    intents: judgement.intents,
    verdict: judgement.verdict,
    rule: judgement.rule,
    matched: judgement.matched,
    obligations: judgement.obligations,
    facts: entryFacts(judgement.data),
    parsed: judgement.parsed,
    bundle: proof.bundle,
    ...entryPurpose(purpose),
  };
}

export function noteBody(note: SessionNote): NoteBody {
  const { actor, target, environment } = note;
  const evidence = note.type === 'session.start' ? { evidence: actor.evidence } : {};
  return {
    type: note.type,
    sess: note.session,
    actor: { ...entryActor(actor), ...evidence },
    ...present({ target, env: environment === undefined ? undefined : entryEnvironment(environment) }),
    details: note.details,
  };
}
