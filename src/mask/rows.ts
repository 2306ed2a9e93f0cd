import type { DataClass } from '../model/data-class.ts';
import type { ColumnOrigin, OutputColumn, Outputs } from '../model/lineage.ts';
import { styleOf } from '../model/mask-style.ts';
import { present } from '../model/present.ts';
import type { CellMasker, FieldDescription, RowMasker } from '../model/row-masking.ts';
import { type CellShape, cellShape } from './cell-shape.ts';
import { cellMasker } from './cells.ts';
import { type ColumnFate, columnFates, type MaskingRules } from './fate.ts';
import { matchesEither } from './pattern.ts';
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
      const output = outputs.kind === 'columns' ? outputs.columns[index] : undefined;
      const origins = originsOf(field, output);
      return maskerOf(fate, cellShape(field, type), { rules, tally, origins });
    }),
    hidden: fates.flatMap(({ kind }, index) => (kind === 'hide' ? [index] : [])),
    counts: () => tally.counts(),
  };
}

/** The columns that a cell stands for. */
function originsOf(
  { tableOid, columnNumber }: FieldDescription,
  output: OutputColumn | undefined,
): readonly ColumnOrigin[] {
  const own = columnNumber === 0 ? [] : [{ relation: tableOid, column: columnNumber }];
  return [...own, ...(output?.origins ?? [])];
}

interface Making {
  readonly rules: MaskingRules;
  readonly tally: Tally;
  readonly origins: readonly ColumnOrigin[];
}

/** The masker that carries out a column's fate; undefined when cells pass. */
function maskerOf(fate: ColumnFate, shape: CellShape, making: Making): CellMasker | undefined {
  switch (fate.kind) {
    case 'pass':
      return undefined;
    case 'scan':
      return scanned(shape, making);
    case 'hide':
      return hidden(fate.class, shape, making);
  }
}

function hidden(name: DataClass | 'opaque', shape: CellShape, making: Making): CellMasker {
  const { rules, tally, origins } = making;
  const { keys, year, styles, issued } = rules;
  const masker = cellMasker(shape, {
    class: name,
    style: name === 'opaque' ? 'stars' : styleOf(name, styles),
    ...present({ keys, year, issued: issued?.shows(origins) }),
  });
  const slot = tally.slot(name);
  const count = (): void => {
    slot.count++;
  };
  const counting = (cell: Uint8Array): Uint8Array | null => {
    count();
    return masker(cell);
  };
  const { constant } = masker;
  return constant === undefined
    ? counting
    : Object.assign(counting, { constant: { bytes: constant.bytes, count } });
}

function scanned(shape: CellShape, making: Making): CellMasker {
  const { kind, format } = shape;
  const { rules, tally, origins } = making;
  let noted = false;
  // Their binary formats hold lengths and positions that a rewritten text would break.
  if (format === 'binary' && (kind === 'textArray' || kind === 'tsvector')) {
    return hidden('opaque', shape, making);
  }
  const scan = scanMasker(
    kind,
    (found) => matchesEither(found, rules.mask),
    (found) => {
      if (!noted) rules.issued?.shows(origins);
      noted = true;
      tally.slot(found).count++;
    },
  );
  return format === 'binary' && kind === 'jsonb' ? scanBinaryJsonb(scan) : scan;
}
