import type { Question } from '../model/prompter.ts';
import { canRemember } from './allowances.ts';
import type { EnforceRequest } from './request.ts';
import { rowsText } from './rows-text.ts';

/** The question a person gets for one judged command. */
export function questionOf(request: EnforceRequest, timeoutMs: number): Question {
  const { judgement, actor, environment, target, transaction } = request;
  const rows = rowsText(judgement.data.rows);
  const typed = judgement.obligations.typedConfirmation === true;
  return {
    id: judgement.id,
    statement: judgement.shown,
    target: target.name,
    environment: environment.class,
    actor: { kind: actor.kind, id: actor.id },
    message: judgement.message,
    rule: judgement.rule,
    explain: explanation(request),
    details: details(request),
    cascades: judgement.data.cascades,
    shape: canRemember(judgement),
    trial: request.trial === true,
    timeoutMs,
    ...(judgement.data.scale === undefined || rows === undefined ? {} : { rows }),
    ...(transaction.state === 'idle'
      ? {}
      : { transaction: { openMs: transaction.openMs, locks: transaction.locks } }),
    ...(typed ? { typed: typedWord(request) } : {}),
  };
}

/** Short enough to type, long enough to make one look: the database or the object at stake. */
function typedWord({ target }: EnforceRequest): string {
  return target.database ?? target.name;
}

function explanation({ judgement }: EnforceRequest): readonly string[] {
  return [
    `decided by ${judgement.rule}`,
    ...judgement.matched.filter((rule) => rule !== judgement.rule).map((rule) => `also matched ${rule}`),
    ...judgement.findings.map(
      (finding) =>
        `${finding.rule} (${finding.intent}): ${finding.effect} ${finding.why} Instead: ${finding.instead}`,
    ),
  ];
}

function details({ judgement, actor, environment, target }: EnforceRequest): readonly string[] {
  return [
    `target ${target.name}${target.identity === undefined ? '' : `, identity ${target.identity}`}`,
    `environment ${environment.class}: ${environment.because}`,
    `actor ${actor.kind} ${actor.id}, uid ${actor.uid}`,
    ...actor.evidence.map((fact) => `${fact.value}: ${fact.source} (${fact.strength})`),
    `tables ${judgement.data.tables.join(', ') || 'none'}`,
    `classes ${judgement.data.classes.join(', ') || 'none'}`,
    `intents ${judgement.intents.join(', ')}`,
    `shape ${judgement.fingerprint}`,
    `decision ${judgement.id}`,
  ];
}
