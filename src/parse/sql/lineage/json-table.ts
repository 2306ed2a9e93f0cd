import type { JsonTable } from '@pgsql/types';
import { fieldsOf, type Node } from '../ast.ts';
import { type Cell, derived, HARMLESS } from './cell.ts';
import { FixedColumns } from './column-list.ts';
import { tableItem } from './relation.ts';
import type { Item, Scope } from './scope.ts';
import type { Tracer } from './tracer.ts';

interface Column {
  readonly name: string;
  readonly ordinality: boolean;
  /** DEFAULT … ON EMPTY and ON ERROR. */
  readonly defaults: readonly (Node | undefined)[];
}

/** JSON_TABLE (PostgreSQL 17): every column may show any part of the document. */
export function jsonTableItem(tracer: Tracer, json: JsonTable, scope: Scope): Item {
  const inputs: Cell[] = [];
  if (json.context_item?.raw_expr !== undefined)
    inputs.push(tracer.expression(json.context_item.raw_expr, scope));
  for (const argument of json.passing ?? []) inputs.push(tracer.expression(argument, scope));
  const columns: Column[] = [];
  gatherColumns(json.columns, columns);
  const value = derived(inputs);
  const names = columns.map((column) => column.name);
  const cells = columns.map((column) => {
    const defaults = column.defaults.map((each) => tracer.expression(each, scope));
    return column.ordinality ? HARMLESS : derived([value, ...defaults]);
  });
  scope.counts.push(value);
  return tableItem(
    { columns: new FixedColumns(names, cells), open: undefined, count: value },
    { name: 'json_table', alias: json.alias, generated: true },
  );
}

/** Columns in order; those of NESTED PATH stand where it stands. */
function gatherColumns(nodes: readonly Node[] | undefined, into: Column[]): void {
  for (const node of nodes ?? []) {
    const column = fieldsOf(node, 'JsonTableColumn');
    if (column?.coltype === 'JTC_NESTED') gatherColumns(column.columns, into);
    else
      into.push({
        name: column?.name ?? '',
        ordinality: column?.coltype === 'JTC_FOR_ORDINALITY',
        defaults: [column?.on_empty?.expr, column?.on_error?.expr],
      });
  }
}
