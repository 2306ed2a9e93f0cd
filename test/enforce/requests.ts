import { NO_TRANSACTION } from '../../src/enforce/limits.ts';
import type { EnforceRequest, Judged } from '../../src/enforce/request.ts';
import type { Actor } from '../../src/model/actor.ts';
import type { Environment } from '../../src/model/environment.ts';
import { NO_DATA } from '../../src/model/facts.ts';
import type { Answer, Prompter, Question } from '../../src/model/prompter.ts';
import type { MaskedText } from '../../src/model/text.ts';

export const ALICE: Actor = {
  kind: 'human',
  id: 'alice',
  uid: 1000,
  groups: [],
  mfa: false,
  evidence: [{ value: 'human', source: 'foreground terminal', strength: 'os' }],
};

export const STAGING: Environment = {
  class: 'staging',
  name: 'claims-staging',
  because: 'pinned by you',
  synthetic: false,
  throwaway: false,
};

function masked(text: string): MaskedText {
  return text as MaskedText;
}

let ids = 0;

export function judged(changes: Partial<Judged> = {}): Judged {
  ids += 1;
  return {
    id: `d${ids}`,
    verdict: 'prompt',
    rule: 'small-write',
    matched: ['small-write'],
    message: { effect: 'changes 12 rows of claims', why: 'staging is shared', instead: 'run it on dev' },
    obligations: { mask: [] },
    fingerprint: 'f1',
    statementHash: 'h1',
    masked: masked('UPDATE claims SET state = $1 WHERE id = $2'),
    shown: masked('UPDATE claims SET state = $1 WHERE id = $2'),
    findings: [
      {
        rule: 'update',
        intent: 'data.update',
        effect: 'changes claims.',
        why: 'Shared.',
        instead: 'dev',
        span: { start: 0, end: 6 },
        objects: ['claims'],
        tags: [],
      },
    ],
    intents: ['data.update'],
    data: {
      ...NO_DATA,
      tables: ['claims'],
      rows: { estimate: 12, of: 5000 },
      scale: 'small',
      hasWhere: true,
    },
    ...changes,
  };
}

export function request(
  changes: Partial<Judged> = {},
  around: Partial<Omit<EnforceRequest, 'judgement'>> = {},
): EnforceRequest {
  return {
    judgement: judged(changes),
    actor: ALICE,
    environment: STAGING,
    target: { kind: 'postgres', name: 'claims-staging', identity: 'pg:1/2' },
    transaction: NO_TRANSACTION,
    cancel: new AbortController().signal,
    ...around,
  };
}

/** Answers from a list, remembers what was asked. */
export class ScriptedPrompter implements Prompter {
  readonly asked: Question[] = [];
  readonly #answers: Answer[];

  constructor(...answers: Answer[]) {
    this.#answers = answers;
  }

  async ask(question: Question): Promise<Answer> {
    this.asked.push(question);
    return this.#answers.shift() ?? { kind: 'no', because: 'timeout' };
  }
}

export class FakeClock {
  now = 0;

  monotonic(): number {
    return this.now;
  }
}

export const YES: Answer = { kind: 'yes' };
export const SHAPE: Answer = { kind: 'shape' };
export const NO: Answer = { kind: 'no', because: 'person' };
