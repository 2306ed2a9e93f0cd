import { expect, test } from 'vitest';
import { indexCatalog } from '../../src/mask/catalog-index.ts';
import { copyOutMasker } from '../../src/mask/copy-cells.ts';
import type { MaskingRules } from '../../src/mask/fate.ts';
import type { OutputColumn, Outputs } from '../../src/model/lineage.ts';
import type { CopyLayout } from '../../src/model/sql.ts';

const COPY_TEXT: CopyLayout = {
  format: 'text',
  delimiter: '\t',
  quote: '"',
  escape: '"',
  null: '\\N',
  header: false,
};

const plain = { source: 'name', confidence: 0.9, unsure: false, why: 'test', primaryKey: false } as const;
const RULES: MaskingRules = {
  catalog: indexCatalog({
    version: 'v',
    database: 'd',
    searchPath: [],
    relations: [
      {
        oid: 20_000,
        schema: 'public',
        name: 'patients',
        kind: 'table',
        rows: 1,
        columns: [
          { ...plain, number: 1, name: 'id', type: 'integer', typeOid: 23, class: undefined },
          { ...plain, number: 2, name: 'dob', type: 'date', typeOid: 1082, class: 'phi.date' },
        ],
        parents: [],
        triggers: [],
        rules: [],
        temporary: false,
      },
    ],
    foreignKeys: [],
    functions: [],
    complete: true,
  }),
  mask: ['phi.*'],
  unclassified: 'scan',
  year: 2026,
};

const direct = (column: number, classes: OutputColumn['classes'] = []): OutputColumn => ({
  name: 'c',
  how: 'direct',
  origins: [{ relation: 20_000, column }],
  classes,
});
const columns = (...outputs: OutputColumn[]): Outputs => ({ kind: 'columns', columns: outputs });
const copy = (outputs: Outputs, count: number, text: string): string => {
  const masker = copyOutMasker(outputs, { columns: count, layout: COPY_TEXT }, RULES);
  if (masker === undefined) return text;
  return `${Buffer.from(masker.push(Buffer.from(text)))}${Buffer.from(masker.end())}`;
};

test('keeps types valid and passes keys', () => {
  expect(copy(columns(direct(1), direct(2, ['phi.date'])), 2, '7\t1984-07-12\n8\t\\N\n')).toBe(
    '7\t1984-01-01\n8\t\\N\n',
  );
});

test('hides every column when the server announces another number', () => {
  expect(copy(columns(direct(1)), 2, '7\tx\n')).toBe('*****\t*****\n');
});

test('is not needed where nothing would change', () => {
  expect(copyOutMasker(columns(direct(1)), { columns: 1, layout: COPY_TEXT }, RULES)).toBeUndefined();
});
