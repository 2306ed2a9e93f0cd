import { describe, expect, test } from 'vitest';
import type { Actor } from '../../../src/model/actor.ts';
import type { CompiledPolicy } from '../../../src/model/policy.ts';
import {
  answerOwn,
  misspelt,
  type OwnStatus,
  refuseSetting,
} from '../../../src/session/postgres/own-answer.ts';
import type { OwnStatement } from '../../../src/session/postgres/own-statement.ts';
import { Purpose } from '../../../src/session/postgres/purpose.ts';
import { CATALOG } from './catalog-sample.ts';
import { judgement } from './judgements.ts';

const ACTOR: Actor = {
  kind: 'human',
  id: 'nina',
  uid: 1000,
  groups: [],
  mfa: false,
  evidence: [{ value: 'human', source: 'in the foreground of a terminal', strength: 'os' }],
};
const STATUS: OwnStatus = {
  session: 's1',
  actor: ACTOR,
  target: { kind: 'postgres', name: 'clinic-main' },
  environment: { class: 'prod', name: 'clinic-main', because: 'said so', synthetic: false, throwaway: false },
  catalog: CATALOG,
  masked: { values: 0, columns: 0, classes: [] },
  lines: false,
  probes: 0,
  policy: {
    name: 'default',
    version: '2026.11',
    digest: '0123456789abcdef',
    styles: {},
  } as unknown as CompiledPolicy,
};

function world(changes: Partial<OwnStatus> = {}) {
  return {
    purpose: new Purpose({ ticket: 'OPS-1', breakglass: false }),
    status: { ...STATUS, ...changes },
    last: undefined,
  };
}

type Own = Exclude<OwnStatement, { kind: 'misspelt' }>;

/** The rows of an answer as one object. */
function told(own: Own, asked: Parameters<typeof answerOwn>[1]): Readonly<Record<string, string>> {
  const answer = answerOwn(own, asked);
  if (answer.kind !== 'answer') throw new Error('not answered');
  return Object.fromEntries((answer.rows ?? []).map(([name = '', value = '']) => [name, value]));
}

describe('SHOW guard.status', () => {
  test('says who, where, why and what is not covered', () => {
    expect(told({ kind: 'show', topic: 'status' }, world())).toMatchObject({
      session: 's1',
      target: 'clinic-main',
      environment: 'prod (said so)',
      actor: 'human nina',
      because: 'human: in the foreground of a terminal',
      ticket: 'OPS-1',
      purpose: 'none: SET guard.purpose = …',
      policy: 'default 2026.11 0123456789ab',
      columns: '3, 1 masked by class',
      'psql commands': 'not covered: a client of its own',
      'probes of masked columns': 'none',
    });
  });

  test.each([
    [1, '1 statement: conditions, sort orders or groups that tell masked values apart'],
    [12, '12 statements: conditions, sort orders or groups that tell masked values apart'],
  ])('counts probes: %i', (probes, expected) => {
    const rows = told({ kind: 'show', topic: 'status' }, world({ probes }));
    expect(rows['probes of masked columns']).toBe(expected);
  });

  test('a catalog that can not be read is said', () => {
    const { columns } = told({ kind: 'show', topic: 'status' }, world({ catalog: undefined }));
    expect(columns).toBe('the catalog can not be read: everything is masked');
  });
});

describe('SHOW guard.why', () => {
  test('before anything was judged', () => {
    expect(told({ kind: 'show', topic: 'why' }, world())).toEqual({ verdict: 'nothing was judged yet' });
  });

  test('tells the last verdict with its three parts, its rule and its entry', () => {
    const last = judgement({ verdict: 'block', obligations: { mask: [] } });
    expect(told({ kind: 'show', topic: 'why' }, { ...world(), last })).toEqual({
      verdict: 'block',
      rule: 'read.classed',
      effect: 'Reads patients.',
      why: 'Health data.',
      instead: 'Count them.',
      intents: 'data.read',
      masked: 'nothing',
      read: 'complete',
      entry: 'd1',
    });
  });
});

describe('ticket and purpose', () => {
  test('are set, shown and taken back, each by itself', () => {
    const asked = world();
    expect(answerOwn({ kind: 'set', field: 'purpose', value: 'audit 7' }, asked)).toEqual({
      kind: 'answer',
      tag: 'SET',
    });
    expect(answerOwn({ kind: 'show', topic: 'purpose' }, asked)).toEqual({
      kind: 'answer',
      tag: 'SHOW',
      columns: ['guard.purpose'],
      rows: [['audit 7']],
    });
    expect(asked.purpose.facts).toEqual({ ticket: 'OPS-1', text: 'audit 7', breakglass: false });
    expect(answerOwn({ kind: 'reset', field: 'ticket' }, asked)).toEqual({ kind: 'answer', tag: 'RESET' });
    expect(asked.purpose.facts).toEqual({ text: 'audit 7', breakglass: false });
  });

  test.each([
    ['agent', 'an agent'],
    ['ci', 'a CI job'],
  ] as const)('are not for %s to say', (kind, named) => {
    expect(refuseSetting(kind)).toMatchObject({ code: '42501', hint: expect.stringContaining('--ticket') });
    expect(refuseSetting(kind).message).toContain(named);
  });

  test('what guard does not know is answered with what it knows', () => {
    expect(misspelt().hint).toContain('SHOW guard.{status | why | ticket | purpose}');
  });
});
