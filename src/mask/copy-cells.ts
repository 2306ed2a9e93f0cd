import type { OutputColumn, Outputs } from '../model/lineage.ts';
import type { CopyMasker, FieldDescription } from '../model/row-masking.ts';
import type { CopyLayout } from '../model/sql.ts';
import { copyMasker } from './copy.ts';
import type { MaskingRules } from './fate.ts';
import { rowMasker } from './rows.ts';

const TEXT_OID = 25;

/**
 * The masker of one COPY … TO STDOUT in text or csv format, or undefined when nothing is to be changed. COPY sends no
 * column descriptions, so the lineage of its columns is all there is: `columns` is the number the server announced, and
 * where the lineage has another every column counts as opaque.
 */
export function copyOutMasker(
  outputs: Outputs,
  copy: { readonly columns: number; readonly layout: CopyLayout },
  rules: MaskingRules,
): CopyMasker | undefined {
  const known = outputs.kind === 'columns' && outputs.columns.length === copy.columns ? outputs.columns : [];
  const fields = Array.from({ length: copy.columns }, (_, index) => describe(known[index], rules));
  const { cells, hidden = [], counts } = rowMasker(fields, outputs, rules);
  if (cells.every((cell) => cell === undefined)) return undefined;
  return copyMasker({ layout: copy.layout, cells, hidden, counts });
}

/** What RowDescription would have said of a plain column: its type decides which mask stays valid. */
function describe(output: OutputColumn | undefined, { catalog }: MaskingRules): FieldDescription {
  const [origin] = output?.how === 'direct' && output.origins.length === 1 ? output.origins : [];
  const column = origin && catalog.column(origin.relation, origin.column);
  return {
    name: output?.name ?? '',
    tableOid: column === undefined ? 0 : (origin?.relation ?? 0),
    columnNumber: column?.number ?? 0,
    typeOid: column === undefined || column.typeOid === 0 ? TEXT_OID : column.typeOid,
    format: 'text',
  };
}
