import { describe, expect, test } from 'vitest';
import { indexCatalog } from '../../src/mask/catalog-index.ts';
import { columnFates, type MaskingRules } from '../../src/mask/fate.ts';
import { rowMasker } from '../../src/mask/rows.ts';
import type { CatalogColumn, CatalogRelation, CatalogSnapshot } from '../../src/model/catalog.ts';
import type { DataClass } from '../../src/model/data-class.ts';
import type { OutputColumn, Outputs } from '../../src/model/lineage.ts';
import type { FieldDescription } from '../../src/model/row-masking.ts';

const column = (number: number, name: string, dataClass?: DataClass, unsure = false): CatalogColumn => ({
  number,
  name,
  type: 'text',
  typeOid: 25,
  primaryKey: false,
  class: dataClass,
  source: dataClass === undefined ? 'none' : 'name',
  confidence: 0.9,
  unsure,
  why: 'test',
});

const relation = (oid: number, kind: CatalogRelation['kind'], columns: CatalogColumn[]): CatalogRelation => ({
  oid,
  schema: 'public',
  name: `r${oid}`,
  kind,
  rows: 1,
  columns,
  parents: [],
  triggers: [],
  rules: [],
  temporary: false,
});

const PATIENTS = 20_000;
const VIEW = 20_001;
const NEWER = 29_999;

const snapshot: CatalogSnapshot = {
  version: 'v',
  database: 'd',
  searchPath: ['public'],
  relations: [
    relation(PATIENTS, 'table', [
      column(1, 'ssn', 'phi.ssn'),
      column(2, 'color'),
      column(3, 'maybe', 'phi.text', true),
      { ...column(4, 'settled'), source: 'label' },
    ]),
    relation(VIEW, 'view', [column(1, 'x')]),
  ],
  foreignKeys: [],
  functions: [],
  complete: true,
};

const RULES: MaskingRules = {
  catalog: indexCatalog(snapshot),
  mask: ['phi.*', 'cred.*'],
  unclassified: 'scan',
};

const field = (tableOid: number, columnNumber: number, typeOid = 25): FieldDescription => ({
  name: 'f',
  tableOid,
  columnNumber,
  typeOid,
  format: 'text',
});
const output = (
  how: OutputColumn['how'],
  classes: DataClass[] = [],
  origin?: [number, number],
): OutputColumn => ({
  name: 'f',
  how,
  classes,
  origins: origin === undefined ? [] : [{ relation: origin[0], column: origin[1] }],
});
const columns = (...outputs: OutputColumn[]): Outputs => ({ kind: 'columns', columns: outputs });
const LOST: Outputs = { kind: 'opaque', because: 'test' };

const fate = (one: FieldDescription, outputs: Outputs, rules: Partial<MaskingRules> = {}): string => {
  const [found] = columnFates([one], outputs, { ...RULES, ...rules });
  return found?.kind === 'hide' ? found.class : (found?.kind ?? 'none');
};

describe('the stricter of origin and lineage counts', () => {
  test.each<[string, FieldDescription, Outputs, string]>([
    ['a column with a class', field(PATIENTS, 1), columns(output('direct', ['phi.ssn'])), 'phi.ssn'],
    ['the same, lineage calls it harmless', field(PATIENTS, 1), columns(output('harmless')), 'phi.ssn'],
    ['the same, lineage is lost', field(PATIENTS, 1), LOST, 'phi.ssn'],
    ['a column without a class', field(PATIENTS, 2), columns(output('direct')), 'scan'],
    ['the same, lineage is lost', field(PATIENTS, 2), LOST, 'scan'],
    ['the same, lineage says opaque', field(PATIENTS, 2), columns(output('opaque')), 'opaque'],
    ['an unsure guess', field(PATIENTS, 3), columns(output('direct', ['phi.text'], [PATIENTS, 3])), 'scan'],
    ['a column that somebody labelled free', field(PATIENTS, 4), columns(output('direct')), 'pass'],
    ['a whole row', field(PATIENTS, 0), columns(output('harmless')), 'opaque'],
    ['an expression over a class', field(0, 0), columns(output('derived', ['phi.ssn'])), 'phi.ssn'],
    ['an expression over nothing', field(0, 0), columns(output('derived')), 'scan'],
    ['a number over nothing', field(0, 0, 23), columns(output('derived')), 'pass'],
    ['a count', field(0, 0, 20), columns(output('harmless')), 'pass'],
    ['a function nobody knows', field(0, 0), columns(output('opaque')), 'opaque'],
    ['lineage lost, no origin', field(0, 0), LOST, 'opaque'],
    ['column counts differ', field(0, 0), columns(output('harmless'), output('harmless')), 'opaque'],
    ['a view column without lineage', field(VIEW, 1), LOST, 'opaque'],
    ['a view column over a class', field(VIEW, 1), columns(output('direct', ['phi.name'])), 'phi.name'],
    ['a view column over nothing', field(VIEW, 1), columns(output('direct')), 'scan'],
    ['a table newer than the catalog', field(NEWER, 1), LOST, 'opaque'],
    [
      'a table newer than the catalog, under a name the lineage knows',
      field(NEWER, 1),
      { kind: 'columns', columns: [{ name: 'x', how: 'harmless', origins: [], classes: [] }] },
      'opaque',
    ],
  ])('%s', (_, one, outputs, expected) => {
    expect(fate(one, outputs)).toBe(expected);
  });
});

describe('rules', () => {
  test('nothing is masked when nothing is to be', () => {
    expect(fate(field(PATIENTS, 1), LOST, { mask: [] })).toBe('pass');
  });
  test('only the classes asked for', () => {
    expect(fate(field(PATIENTS, 1), columns(output('direct', ['phi.ssn'])), { mask: ['phi.name'] })).toBe(
      'scan',
    );
  });
  test('what can not be told passes the scan where the database holds nothing of the kind', () => {
    expect(fate(field(0, 0), LOST, { mask: ['cred.*'] })).toBe('scan');
    const incomplete = indexCatalog({ ...snapshot, complete: false });
    expect(fate(field(0, 0), LOST, { mask: ['cred.*'], catalog: incomplete })).toBe('opaque');
  });
  test.each([
    ['mask', 'opaque'],
    ['pass', 'pass'],
  ] as const)('unclassified: %s', (unclassified, expected) => {
    expect(fate(field(PATIENTS, 2), columns(output('direct')), { unclassified })).toBe(expected);
  });
});

describe('a result', () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const masker = rowMasker(
    [field(PATIENTS, 1), field(PATIENTS, 2), field(0, 0, 20), field(PATIENTS, 1)],
    columns(
      output('direct', ['phi.ssn']),
      output('direct'),
      output('harmless'),
      output('direct', ['phi.ssn']),
    ),
    RULES,
  );

  test('is masked cell by cell and counted by class', () => {
    const [ssn, color, count, again] = masker.cells;
    const plain = bytes('blue');
    expect(count).toBeUndefined();
    expect(ssn?.(bytes('999-12-3456'))).toEqual(bytes('*****'));
    expect(again?.(bytes('999-12-3456'))).toEqual(bytes('*****'));
    expect(color?.(plain)).toBe(plain);
    expect(color?.(bytes('ssn 999-12-3456'))).toEqual(bytes('ssn ***-**-****'));
    expect([...masker.counts()]).toEqual([
      ['phi.ssn', 2],
      ['pii.ssn', 1],
    ]);
  });

  test('stays valid JSON when a value in it is hidden', () => {
    const scan = rowMasker([field(PATIENTS, 2, 3802)], columns(output('direct')), RULES).cells[0];
    for (const document of ['{"ssn": 212345678, "a": 1}', '{"x": "212-34-5678"}']) {
      const out = new TextDecoder().decode(scan?.(bytes(document)) ?? bytes(''));
      expect(out).not.toMatch(/2123|212-/);
      expect(() => JSON.parse(out)).not.toThrow();
    }
  });

  test('keeps the version byte of binary jsonb', () => {
    const one: FieldDescription = { ...field(PATIENTS, 2, 3802), format: 'binary' };
    const scan = rowMasker([one], columns(output('direct')), RULES).cells[0];
    expect(scan?.(bytes('\u0001{"x":"212-34-5678"}'))).toEqual(bytes('\u0001{"x":"***-**-****"}'));
    const clean = bytes('\u0001{"x":1}');
    expect(scan?.(clean)).toEqual(clean);
  });
});
