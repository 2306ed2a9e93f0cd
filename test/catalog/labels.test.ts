import { expect, test } from 'vitest';
import { applyLabels } from '../../src/catalog/labels.ts';
import type { CatalogColumn, CatalogSnapshot } from '../../src/model/catalog.ts';

const column = (name: string, number: number): CatalogColumn => ({
  name,
  number,
  type: 'text',
  typeOid: 25,
  primaryKey: false,
  class: 'phi.name',
  source: 'name',
  confidence: 0.9,
  unsure: false,
  why: 'name',
});

const snapshot: CatalogSnapshot = {
  version: 'v1',
  database: 'd',
  searchPath: ['public'],
  relations: [
    {
      oid: 1,
      schema: 'public',
      name: 'patients',
      kind: 'table',
      rows: -1,
      columns: [column('nick', 1), column('color', 2)],
      parents: [],
      triggers: [],
      rules: [],
      temporary: false,
    },
  ],
  foreignKeys: [],
  functions: [],
  complete: true,
};

const classesOf = (labels: Parameters<typeof applyLabels>[1]) =>
  applyLabels(snapshot, labels).relations[0]?.columns.map((found) => found.class);

test.each([
  ['public.patients.color', [undefined, undefined]],
  ['patients.color', [undefined, undefined]],
  ['*.*.c*', [undefined, undefined]],
  ['PUBLIC.Patients.Color', [undefined, undefined]],
])('%s takes the guess away', (pattern) => {
  expect(classesOf([{ pattern, class: 'none', source: 'test' }])).toEqual(['phi.name', undefined]);
});

test('the last label counts, one with the wrong number of parts names nothing', () => {
  expect(
    classesOf([
      { pattern: 'patients.*', class: 'none', source: 'a' },
      { pattern: 'patients.nick', class: 'pii.name', source: 'b' },
      { pattern: 'nick', class: 'phi.ssn', source: 'c' },
      { pattern: 'a.public.patients.nick', class: 'phi.ssn', source: 'd' },
    ]),
  ).toEqual(['pii.name', undefined]);
});

test('labels change the version', () => {
  const a = applyLabels(snapshot, [{ pattern: 'patients.nick', class: 'none', source: 'a' }]).version;
  const b = applyLabels(snapshot, [{ pattern: 'patients.nick', class: 'phi.id', source: 'a' }]).version;
  expect(new Set(['v1', a, b]).size).toBe(3);
  expect(applyLabels(snapshot, [])).toBe(snapshot);
});
