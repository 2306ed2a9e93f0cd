import { isHarmlessProgram } from '../analyze/harmless-program.ts';
import { maskText } from '../mask/text.ts';
import { NO_DATA } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type { JudgeRequest, Language } from '../model/judge.ts';
import type { Parsed } from '../model/parsed.ts';
import { decideForSuspects } from './decide-suspects.ts';
import type { JudgeWorld } from './evaluated.ts';
import type { Evaluation } from './evaluation.ts';
import { situationFacts } from './situation-facts.ts';

const WHAT: Readonly<Record<Exclude<Language, 'sql' | 'psql'>, string>> = {
  shell: 'a shell command',
  kubectl: 'a kubectl command',
};

function findingFor(request: JudgeRequest, language: Exclude<Language, 'sql' | 'psql'>): Finding {
  const length = [...request.text].length;
  const common = {
    span: { start: 0, end: length },
    objects: [],
    tags: request.judgedAgain === true ? ['judged-again'] : [],
  };
  if (language === 'shell' && isHarmlessProgram(request.text)) {
    return {
      ...common,
      rule: 'shell.harmless-program',
      intent: 'session.control',
      effect: 'Runs a program that changes nothing.',
      why: '',
      instead: '',
    };
  }
  if (request.judgedAgain === true) {
    return {
      ...common,
      tags: ['judged-again'],
      rule: `${language}.watched`,
      intent: 'unknown',
      effect: 'Runs a program of which guard only sees what it does in PostgreSQL.',
      why: 'Its statements are judged one by one; what else it does on this machine is not.',
      instead: 'Run SQL through guard -- psql, or ask a person to run this.',
    };
  }
  return {
    ...common,
    rule: `${language}.unread`,
    intent: 'unknown',
    effect: `Runs ${WHAT[language]} that this version of guard does not read.`,
    why: 'What guard can not read it can not vouch for.',
    instead: 'Run SQL through guard -- psql; for anything else ask a person who may run it.',
  };
}

/** Commands whose grammar guard does not read yet: honest doubt, which the policy prices. */
export function evaluateArgv(
  request: JudgeRequest,
  world: JudgeWorld,
  language: Exclude<Language, 'sql' | 'psql'>,
): Evaluation {
  const finding = findingFor(request, language);
  // What is judged again is known as far as words can tell: its finding says what is not.
  const unread = finding.intent === 'unknown' && request.judgedAgain !== true;
  const parsed: Parsed<string> = unread
    ? { kind: 'partial', items: [], at: finding.span, problem: 'not read' }
    : { kind: 'complete', items: [request.text] };
  return {
    parsed: parsed.kind,
    findings: [finding],
    data: NO_DATA,
    decision: decideForSuspects(
      { findings: [finding], facts: situationFacts(request, NO_DATA), parsed },
      world.policy,
    ),
    plans: [],
    wants: [],
    asksServer: false,
    text: { masked: maskText(request.text), fingerprint: '' },
  };
}
