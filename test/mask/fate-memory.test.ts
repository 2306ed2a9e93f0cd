import { describe, expect, test } from 'vitest';
import { indexCatalog } from '../../src/mask/catalog-index.ts';
import { columnFates, type MaskingRules } from '../../src/mask/fate.ts';
import type { CatalogSnapshot } from '../../src/model/catalog.ts';
import type { DataClass } from '../../src/model/data-class.ts';
import type { Outputs } from '../../src/model/lineage.ts';
import type { FieldDescription } from '../../src/model/row-masking.ts';

const TABLE = 20_000;

function catalog(dataClass: DataClass | undefined): CatalogSnapshot {
  return {
    version: '1',
    database: 'clinic',
    searchPath: ['public'],
    foreignKeys: [],
    functions: [],
    complete: true,
    relations: [
      {
        oid: TABLE,
        schema: 'public',
        name: 'people',
        kind: 'table',
        rows: 10,
        parents: [],
        triggers: [],
        rules: [],
        temporary: false,
        columns: [
          {
            number: 1,
            name: 'number',
            type: 'text',
            typeOid: 25,
            primaryKey: false,
            class: dataClass,
            source: 'name',
            confidence: 1,
            unsure: false,
            why: '',
          },
        ],
      },
    ],
  };
}

const FIELD: FieldDescription = {
  name: 'number',
  tableOid: TABLE,
  columnNumber: 1,
  typeOid: 25,
  format: 'text',
};
const OPAQUE: Outputs = { kind: 'opaque', because: 'test' };

function rules(dataClass: DataClass | undefined, change: Partial<MaskingRules> = {}): MaskingRules {
  return { catalog: indexCatalog(catalog(dataClass)), mask: ['phi.*'], unclassified: 'scan', ...change };
}

describe('the fate of a result that was seen before', () => {
  test('is the same object', () => {
    const same = rules('phi.ssn');
    const first = columnFates([FIELD], OPAQUE, same);
    expect(first).toEqual([{ kind: 'hide', class: 'phi.ssn' }]);
    expect(columnFates([{ ...FIELD }], OPAQUE, { ...same, year: 2026 })).toBe(first);
  });

  test('follows a changed catalog, even for the same statement', () => {
    expect(columnFates([FIELD], OPAQUE, rules(undefined))).toEqual([{ kind: 'scan' }]);
    expect(columnFates([FIELD], OPAQUE, rules('phi.ssn'))).toEqual([{ kind: 'hide', class: 'phi.ssn' }]);
  });

  test('follows the policy', () => {
    const first = rules('phi.ssn');
    columnFates([FIELD], OPAQUE, first);
    expect(columnFates([FIELD], OPAQUE, { ...first, mask: ['cred.*'] })).toEqual([{ kind: 'scan' }]);
    expect(columnFates([FIELD], OPAQUE, { ...first, mask: [] })).toEqual([{ kind: 'pass' }]);
    const open = rules(undefined);
    columnFates([FIELD], OPAQUE, open);
    expect(columnFates([FIELD], OPAQUE, { ...open, unclassified: 'pass' })).toEqual([{ kind: 'pass' }]);
  });

  test('follows the fields the server describes', () => {
    const same = rules('phi.ssn');
    columnFates([FIELD], OPAQUE, same);
    expect(columnFates([{ ...FIELD, tableOid: 0, columnNumber: 0 }], OPAQUE, same)).toEqual([
      { kind: 'hide', class: 'opaque' },
    ]);
    expect(columnFates([FIELD, FIELD], OPAQUE, same)).toHaveLength(2);
  });
});
