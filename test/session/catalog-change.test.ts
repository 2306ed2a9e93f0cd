import { describe, expect, test } from 'vitest';
import type { ActorKind } from '../../src/model/actor.ts';
import type { CatalogColumn } from '../../src/model/catalog.ts';
import { considerLabel } from '../../src/session/catalog-change.ts';
import type { KnownCatalog } from '../../src/session/known-catalogs.ts';

function column(name: string, guess: Partial<CatalogColumn> = {}): CatalogColumn {
  return {
    name,
    number: 1,
    type: 'text',
    typeOid: 25,
    primaryKey: false,
    class: undefined,
    source: guess.class === undefined ? 'none' : 'name',
    confidence: 0.9,
    unsure: false,
    why: '',
    ...guess,
  };
}

function relation(schema: string, name: string, columns: readonly CatalogColumn[]) {
  const rest = { kind: 'table', rows: 1, parents: [], triggers: [], rules: [], temporary: false } as const;
  return { ...rest, oid: 1, schema, name, columns };
}

const KNOWN: KnownCatalog = {
  identity: 'pg:1/2',
  target: 'clinic',
  user: 'ada',
  seenAt: 0,
  snapshot: {
    version: '1',
    database: 'clinic',
    searchPath: ['public'],
    relations: [
      relation('public', 'patients', [
        column('ssn', { class: 'phi.ssn' }),
        column('plain'),
        column('maybe', { class: 'phi.text', unsure: true }),
        column('lifted', { source: 'label' }),
      ]),
      relation('old', 'visits', [column('at')]),
      relation('new', 'visits', [column('at')]),
    ],
    foreignKeys: [],
    functions: [],
    complete: true,
  },
};

function consider(name: string, dataClass: string, who: ActorKind = 'human', atTerminal = true) {
  const actor = { kind: who, id: 'ada', uid: 1, groups: [], mfa: false, evidence: [] };
  return considerLabel(KNOWN, { column: name, class: dataClass, actor, atTerminal, time: '2026' });
}

describe('what takes protection away needs a person at a terminal', () => {
  test.each([
    ['patients.ssn', 'none', true],
    ['patients.ssn', 'pii.id', true],
    ['patients.maybe', 'none', true],
    ['patients.maybe', 'pii.name', true],
    ['patients.plain', 'phi.text', false],
    ['patients.maybe', 'phi.text', false],
    ['patients.plain', 'none', false],
    ['patients.lifted', 'phi.text', false],
  ])('%s → %s', (name, wish, loosened) => {
    expect(consider(name, wish)).toMatchObject({ kind: 'change', loosened });
    for (const outcome of [
      consider(name, wish, 'agent'),
      consider(name, wish, 'ci'),
      consider(name, wish, 'human', false),
    ])
      expect(outcome.kind).toBe(loosened ? 'refused' : 'change');
  });

  test('an agent is told who it is, a person what is missing', () => {
    const refused = (outcome: ReturnType<typeof consider>) =>
      outcome.kind === 'refused' ? outcome.message.why : '';
    expect(refused(consider('patients.ssn', 'none', 'agent'))).toContain('an AI agent');
    expect(refused(consider('patients.ssn', 'none', 'human', false))).toContain('no terminal');
  });
});

describe('names', () => {
  test('the label names schema, table and column as the database does', () => {
    expect(consider('PATIENTS.SSN', 'none')).toMatchObject({
      label: { target: 'pg:1/2', pattern: 'public.patients.ssn', class: 'none', by: 'ada', time: '2026' },
      from: 'phi.ssn',
      columnName: 'ssn',
    });
  });

  test.each([
    ['patients.snn', 'none', /did you mean "patients\.ssn"/],
    ['public.patients.snn', 'none', /did you mean "public\.patients\.ssn"/],
    ['ssn', 'none', /no column called/],
    ['a.b.c.d', 'none', /no column called/],
    ['patients.*', 'none', /no column called/],
    ['visits.at', 'phi.date', /old\.visits\.at, new\.visits\.at/],
    ['patients.ssn', 'phi.snn', /did you mean "phi\.ssn"/],
    ['patients.ssn', 'constructor', /no data class/],
  ])('%s as %s is a mistake', (name, wish, says) => {
    expect(() => consider(name, wish)).toThrow(says);
    expect(() => consider(name, wish)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test('the schema tells them apart', () => {
    expect(consider('new.visits.at', 'phi.date')).toMatchObject({ label: { pattern: 'new.visits.at' } });
  });
});

test('what is so already stays as it is', () => {
  expect(consider('patients.ssn', 'phi.ssn', 'agent', false)).toEqual({
    kind: 'unchanged',
    class: 'phi.ssn',
  });
  expect(consider('patients.lifted', 'none', 'agent', false)).toEqual({ kind: 'unchanged', class: 'none' });
});
