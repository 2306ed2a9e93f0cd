import type { CopyLayout, SqlStatement } from '../../model/sql.ts';
import { fieldsOf, type Node } from './ast.ts';
import { isOn, option, optionText } from './def-elem.ts';

const TEXT: CopyLayout = {
  format: 'text',
  delimiter: '\t',
  quote: '"',
  escape: '"',
  null: '\\N',
  header: false,
};
const CSV: CopyLayout = { ...TEXT, format: 'csv', delimiter: ',', null: '' };
const UTF8 = /^utf-?_?8$|^unicode$/i;

/**
 * How the rows of a COPY … TO are written (PostgreSQL 18, COPY). Undefined for anything that can't be read field by
 * field: binary, another encoding, options guard does not understand.
 */
export function copyLayout(statement: SqlStatement): CopyLayout | undefined {
  const copy = fieldsOf(statement.tree, 'CopyStmt');
  if (copy === undefined) return undefined;
  const { options } = copy;
  const format = optionText(option(options, 'format'))?.toLowerCase() ?? 'text';
  if (format !== 'text' && format !== 'csv') return undefined;
  const encoding = option(options, 'encoding');
  if (encoding !== undefined && !UTF8.test(optionText(encoding) ?? '')) return undefined;
  return withOptions(format === 'csv' ? CSV : TEXT, options);
}

function withOptions(base: CopyLayout, options: readonly Node[] | undefined): CopyLayout {
  const quote = optionText(option(options, 'quote')) ?? base.quote;
  return {
    format: base.format,
    delimiter: optionText(option(options, 'delimiter')) ?? base.delimiter,
    quote,
    escape: optionText(option(options, 'escape')) ?? quote,
    null: optionText(option(options, 'null')) ?? base.null,
    header: isOn(options, 'header'),
  };
}
