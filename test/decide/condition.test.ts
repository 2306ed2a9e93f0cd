import { describe, expect, test } from 'vitest';
import { compileCondition, type Holds, NO, UNSURE, YES } from '../../src/decide/condition.ts';
import type { Condition } from '../../src/model/policy.ts';
import { type Change, factsOf, findingOf } from './situation.ts';

const NAMES: Readonly<Record<Holds, string>> = { [NO]: 'no', [UNSURE]: 'unsure', [YES]: 'yes' };

function holds(condition: Condition, change: Change = {}, finding = findingOf('data.delete')): string {
  return NAMES[compileCondition(condition)(finding, factsOf(change))];
}

describe('intent', () => {
  test.each([
    [['data.delete'], 'data.delete', 'yes'],
    [['data.delete'], 'data.delete.bulk', 'no'],
    [['data.delete.*'], 'data.delete.bulk', 'yes'],
    [['data.delete.*'], 'data.delete', 'yes'],
    [['data.*'], 'data.delete.bulk', 'yes'],
    [['data.*'], 'schema.drop', 'no'],
    [['data.read', 'schema.*'], 'schema.drop', 'yes'],
    [['*'], 'unknown', 'yes'],
  ] as const)('%j and %s: %s', (oneOf, intent, expected) => {
    expect(holds({ kind: 'words', key: 'intent', oneOf }, {}, findingOf(intent))).toBe(expected);
  });
});

describe('words', () => {
  test.each([
    ['actor.kind', ['agent', 'ci'], { kind: 'agent' }, 'yes'],
    ['actor.kind', ['human'], { kind: 'agent' }, 'no'],
    ['actor.id', ['deploy-*'], { id: 'deploy-7' }, 'yes'],
    ['actor.id', ['deploy-*'], { id: 'sam' }, 'no'],
    ['environment.class', ['prod'], { environment: 'prod' }, 'yes'],
    ['environment.name', ['clin*'], {}, 'yes'],
    ['environment.name', ['claims'], {}, 'no'],
    ['data.scale', ['bulk'], { data: { scale: 'bulk' } }, 'yes'],
    ['data.scale', ['bulk'], { data: { scale: 'small' } }, 'no'],
    ['data.scale', ['bulk'], {}, 'unsure'],
    ['purpose.ticket', ['INC-*'], { ticket: 'INC-12' }, 'yes'],
    ['purpose.ticket', ['INC-*'], { ticket: 'CHG-12' }, 'no'],
    ['purpose.ticket', ['INC-*'], {}, 'no'],
    ['session.transaction', ['open'], { session: { transaction: 'open' } }, 'yes'],
    ['session.transaction', ['open'], {}, 'no'],
    ['target.kind', ['postgres'], { target: { kind: 'postgres' } }, 'yes'],
    ['target.kind', ['postgres'], { target: { kind: 'shell' } }, 'no'],
    ['target.kind', ['postgres'], {}, 'unsure'],
    ['rule', ['sql.*'], {}, 'yes'],
    ['rule', ['shell.*'], {}, 'no'],
  ] as const)('%s %j with %j: %s', (key, oneOf, change, expected) => {
    expect(holds({ kind: 'words', key, oneOf }, change)).toBe(expected);
  });

  test('a missing scale is a plain no where nothing is written', () => {
    const condition: Condition = { kind: 'words', key: 'data.scale', oneOf: ['bulk'] };
    expect(holds(condition, {}, findingOf('data.read'))).toBe('no');
  });
});

describe('sets', () => {
  const tables = (tables: readonly string[]): Change => ({ data: { tables } });
  const columns = (columns: readonly string[]): Change => ({ data: { columns } });
  test.each([
    ['data.tables', { any: ['claims'] }, tables(['patients', 'claims']), 'yes'],
    ['data.tables', { any: ['claims'] }, tables(['patients']), 'no'],
    ['data.tables', { any: ['claims'] }, tables([]), 'no'],
    ['data.tables', { all: ['claims'] }, tables(['claims']), 'yes'],
    ['data.tables', { all: ['claims'] }, tables(['claims', 'patients']), 'no'],
    ['data.tables', { all: ['claims'] }, tables([]), 'no'],
    ['data.tables', { none: ['claims'] }, tables([]), 'yes'],
    ['data.tables', { none: ['claims'] }, tables(['claims']), 'no'],
    ['data.tables', { any: ['claims'], none: ['patients'] }, tables(['claims', 'patients']), 'no'],
    ['data.tables', { any: ['claim*'] }, tables(['claims_2026']), 'yes'],
    ['data.tables', { any: ['claims'] }, tables(['billing.claims']), 'yes'],
    ['data.tables', { any: ['billing.claims'] }, tables(['claims']), 'no'],
    ['data.tables', { any: ['public.claims'] }, tables(['claims']), 'yes'],
    ['data.tables', { any: ['public.claims'] }, tables(['billing.claims']), 'no'],
    ['data.columns', { all: ['claims.status'] }, columns(['claims.status']), 'yes'],
    ['data.columns', { all: ['status', 'notes'] }, columns(['claims.status', 'claims.notes']), 'yes'],
    ['data.columns', { all: ['status', 'notes'] }, columns(['claims.status', 'claims.amount']), 'no'],
    ['data.columns', { all: ['claims.status'] }, columns(['claims.*']), 'no'],
    ['data.columns', { all: ['status'] }, columns(['claims.*']), 'no'],
    ['data.columns', { all: ['claims.*'] }, columns(['claims.*']), 'yes'],
    ['data.columns', { all: ['claims.*'] }, columns(['claims.status']), 'yes'],
    ['data.columns', { any: ['claims.ssn'] }, columns(['claims.*']), 'yes'],
    ['data.columns', { any: ['ssn'] }, columns(['claims.*']), 'yes'],
    ['data.columns', { any: ['patients.ssn'] }, columns(['claims.*']), 'no'],
    ['data.columns', { none: ['claims.ssn'] }, columns(['claims.*']), 'no'],
    ['data.columns', { any: ['public.claims.ssn'] }, columns(['claims.*']), 'yes'],
    ['data.classes', { any: ['phi.*'] }, { data: { classes: ['phi.ssn'] } }, 'yes'],
    ['data.classes', { any: ['phi.*'] }, { data: { classes: ['cred.key'] } }, 'no'],
    ['actor.groups', { any: ['dba-*'] }, { groups: ['dba-leads'] }, 'yes'],
    ['actor.groups', { none: ['dba-*'] }, { groups: ['dba-leads'] }, 'no'],
    ['session.tainted', { any: ['phi.*'] }, { session: { tainted: ['phi.name'] } }, 'yes'],
    ['session.tainted', { any: ['phi.*'] }, {}, 'no'],
  ] as const)('%s %j with %j: %s', (key, patterns, change, expected) => {
    expect(holds({ kind: 'set', key, ...patterns }, change)).toBe(expected);
  });

  test('tags are the tags of the finding', () => {
    const condition: Condition = { kind: 'set', key: 'tags', any: ['no-where'] };
    expect(holds(condition, {}, findingOf('data.delete', ['no-where']))).toBe('yes');
    expect(holds(condition, {}, findingOf('data.delete'))).toBe('no');
  });
});

describe('flags', () => {
  test.each([
    ['actor.mfa', { mfa: true }],
    ['environment.synthetic', { synthetic: true }],
    ['environment.throwaway', { throwaway: true }],
    ['data.hasWhere', { data: { hasWhere: true } }],
    ['data.createdHere', { data: { createdHere: true } }],
    ['data.classed', { data: { classes: ['phi.id'] } }],
    ['workflow.verified', { verified: true }],
    ['purpose.ticket', { ticket: 'INC-1' }],
    ['purpose.breakglass', { breakglass: true }],
    ['session.attended', { attended: true }],
  ] as const)('%s', (key, change) => {
    const off: Change = { attended: false };
    expect(holds({ kind: 'flag', key, is: true }, change)).toBe('yes');
    expect(holds({ kind: 'flag', key, is: false }, change)).toBe('no');
    expect(holds({ kind: 'flag', key, is: true }, off)).toBe('no');
    expect(holds({ kind: 'flag', key, is: false }, off)).toBe('yes');
  });

  test('an empty ticket is none', () => {
    expect(holds({ kind: 'flag', key: 'purpose.ticket', is: true }, { ticket: '' })).toBe('no');
  });
});

describe('rows', () => {
  test.each([
    [{ lte: 500 }, { exact: 500 }, 'yes'],
    [{ lt: 500 }, { exact: 500 }, 'no'],
    [{ gte: 500 }, { exact: 500 }, 'yes'],
    [{ gt: 500 }, { exact: 500 }, 'no'],
    [{ gt: 10, lt: 20 }, { estimate: 15 }, 'yes'],
    [{ gt: 10, lt: 20 }, { estimate: 25 }, 'no'],
    [{ lte: 500 }, {}, 'unsure'],
    [{ gte: 0 }, {}, 'yes'],
    [{ gt: 500 }, { unavailable: 'the server is busy' }, 'unsure'],
    [{ lte: 500 }, { estimate: 501, atLeast: true }, 'no'],
    [{ lte: 500 }, { estimate: 400, atLeast: true }, 'unsure'],
    [{ gt: 500 }, { estimate: 400, atLeast: true }, 'unsure'],
    [{ gt: 500 }, { estimate: 501, atLeast: true }, 'yes'],
    [{ lte: 500 }, { estimate: Number.NaN }, 'unsure'],
    [{ lte: 500 }, { exact: 3, estimate: 9_000 }, 'yes'],
  ] as const)('%j with %j: %s', (bounds, rows, expected) => {
    expect(holds({ kind: 'number', key: 'data.rows', ...bounds }, { data: { rows } })).toBe(expected);
  });

  test.each([
    [{ gt: 50 }, { probes: 51 }, 'yes'],
    [{ gt: 50 }, { probes: 50 }, 'no'],
    [{ gte: 1 }, {}, 'no'],
    [{ lt: 1 }, {}, 'yes'],
  ] as const)('session.probes %j with %j: %s', (bounds, session, expected) => {
    const condition = { kind: 'number', key: 'session.probes', ...bounds } as const;
    expect(holds(condition, { session, data: { rows: { exact: 1_000 } } })).toBe(expected);
  });
});
