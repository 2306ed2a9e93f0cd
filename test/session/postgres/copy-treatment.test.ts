import { describe, expect, test } from 'vitest';
import { indexCatalog } from '../../../src/mask/catalog-index.ts';
import type { MaskingRules } from '../../../src/mask/fate.ts';
import type { OutputColumn } from '../../../src/model/lineage.ts';
import type { CopyLayout } from '../../../src/model/sql.ts';
import { copyTreatment } from '../../../src/session/postgres/copy-treatment.ts';
import { CATALOG } from './catalog-sample.ts';

const RULES: MaskingRules = {
  catalog: indexCatalog(CATALOG),
  mask: ['phi.*'],
  unclassified: 'pass',
  year: 2026,
};
const LAYOUT: CopyLayout = {
  format: 'text',
  delimiter: '\t',
  quote: '"',
  escape: '"',
  null: '\\N',
  header: false,
};

function column(number: number, classes: OutputColumn['classes'] = []): OutputColumn {
  return { name: 'c', how: 'direct', origins: [{ relation: 20_000, column: number }], classes };
}

const CLASSED = { kind: 'columns', columns: [column(1), column(2, ['phi.name'])] } as const;
const PLAIN = { kind: 'columns', columns: [column(1), column(1)] } as const;
const TEXT = { columns: 2, format: 'text' } as const;
const BINARY = { columns: 2, format: 'binary' } as const;

describe('COPY TO STDOUT', () => {
  test('of classed columns is masked field by field', () => {
    const masker = copyTreatment({ outputs: CLASSED, layout: LAYOUT }, TEXT, RULES);
    if (masker === undefined || masker === 'unmaskable') throw new Error('not masked');
    const text = `${Buffer.from(masker.push(Buffer.from('7\tOkafor\n')))}${Buffer.from(masker.end())}`;
    expect(text).toMatch(/^7\t/);
    expect(text).not.toContain('Okafor');
  });

  test.each([
    ['text', TEXT],
    ['binary', BINARY],
  ])('of nothing classed passes as %s', (_, announced) => {
    expect(copyTreatment({ outputs: PLAIN, layout: LAYOUT }, announced, RULES)).toBeUndefined();
  });

  test.each([
    ['binary, as the server announces it', { outputs: CLASSED, layout: LAYOUT }, BINARY],
    ['a layout that can not be read', { outputs: CLASSED }, TEXT],
    ['no plan for it, in binary', undefined, BINARY],
    ['no plan for it', undefined, TEXT],
    [
      'not as many columns as planned, in binary',
      { outputs: PLAIN, layout: LAYOUT },
      { ...BINARY, columns: 3 },
    ],
  ] as const)('is refused where classed columns could be in it: %s', (_, plan, announced) => {
    expect(copyTreatment(plan, announced, RULES)).toBe('unmaskable');
  });
});
