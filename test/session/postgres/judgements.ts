import { NO_DATA } from '../../../src/model/facts.ts';
import type { Judgement } from '../../../src/model/judge.ts';
import type { MaskedText } from '../../../src/model/text.ts';

function masked(text: string): MaskedText {
  return text as MaskedText;
}

/** A read that was allowed with masking. */
export function judgement(changes: Partial<Judgement> = {}): Judgement {
  return {
    id: 'd1',
    verdict: 'allow',
    rule: 'read.classed',
    matched: ['read.classed'],
    obligations: { mask: ['phi.*'] },
    message: { effect: 'Reads patients.', why: 'Health data.', instead: 'Count them.' },
    statementHash: 'h',
    expires: '2026-11-20T10:01:00Z',
    parsed: 'complete',
    intents: ['data.read'],
    findings: [],
    data: NO_DATA,
    plans: [],
    fingerprint: 'f',
    masked: masked('SELECT $1'),
    shown: masked('SELECT 1'),
    asksServer: false,
    wants: [],
    ...changes,
  };
}
