import type { DataClass } from '../model/data-class.ts';
import type { Outputs } from '../model/lineage.ts';
import type { CellMasker, FieldDescription, RowMasker } from '../model/row-masking.ts';
import { cellMasker } from './cells.ts';
import { type ColumnFate, columnFates, type MaskingRules } from './fate.ts';
import { matchesEither } from './pattern.ts';
import { type CellKind, cellKind } from './pg-types.ts';
import { scanBinaryJsonb, scanMasker } from './scan.ts';
import { Tally } from './tally.ts';

const none = (): ReadonlyMap<DataClass, number> => new Map();

/** Masks the rows of one result; counts what it changed. */
export function rowMasker(
  fields: readonly FieldDescription[],
  outputs: Outputs,
  rules: MaskingRules,
): RowMasker {
  const fates = columnFates(fields, outputs, rules);
  if (fates.every(({ kind }) => kind === 'pass')) return { cells: fields.map(() => undefined), counts: none };
  const tally = new Tally();
  return {
    cells: fields.map((field, index) => {
      if (fates[index]?.kind === 'pass') return undefined;
      const type = rules.catalog.column(field.tableOid, field.columnNumber)?.type;
      const fate = fates[index] ?? { kind: 'hide', class: 'opaque' };
      return maskerOf(fate, { kind: cellKind(field.typeOid, type), format: field.format }, { rules, tally });
    }),
    counts: () => tally.counts(),
  };
}

/** The bytes a column's cells come in. */
export interface CellShape {
  readonly kind: CellKind;
  readonly format: 'text' | 'binary';
}

interface Making {
  readonly rules: MaskingRules;
  readonly tally: Tally;
}

/** The masker that carries out a column's fate; undefined when cells pass. */
export function maskerOf(fate: ColumnFate, shape: CellShape, making: Making): CellMasker | undefined {
  switch (fate.kind) {
    case 'pass':
      return undefined;
    case 'scan':
      return scanned(shape, making);
    case 'hide':
      return hidden(fate.class, shape, making);
  }
}

function hidden(
  name: DataClass | 'opaque',
  { kind, format }: CellShape,
  { rules, tally }: Making,
): CellMasker {
  const { digest, year } = rules;
  const masker = cellMasker(kind, format, {
    class: name,
    ...(digest === undefined ? {} : { digest }),
    ...(year === undefined ? {} : { year }),
  });
  const slot = tally.slot(name);
  return (cell) => {
    slot.count++;
    return masker(cell);
  };
}

function scanned(shape: CellShape, making: Making): CellMasker {
  const { kind, format } = shape;
  const { rules, tally } = making;
  // Their binary formats hold lengths and positions that a rewritten text would break.
  if (format === 'binary' && (kind === 'textArray' || kind === 'tsvector')) {
    return hidden('opaque', shape, making);
  }
  const scan = scanMasker(
    kind,
    (found) => matchesEither(found, rules.mask),
    (found) => {
      tally.slot(found).count++;
    },
  );
  return format === 'binary' && kind === 'jsonb' ? scanBinaryJsonb(scan) : scan;
}
