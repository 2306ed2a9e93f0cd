import type { SelectStmt } from '@pgsql/types';
import { constantOf, fieldsOf, type Node, nameParts } from '../ast.ts';
import { type Cell, derived, HARMLESS, union } from './cell.ts';
import { allCells, allNames, FixedColumns } from './column-list.ts';
import { bindCtes } from './cte.ts';
import { traceFrom } from './from-clause.ts';
import { traceSort, traceWindow } from './function-call.ts';
import { traceCondition } from './operator.ts';
import { traceFilter } from './probe.ts';
import { bareMatches, Scope } from './scope.ts';
import { type Table, UNKNOWN_TABLE } from './table.ts';
import { traceTargets } from './target-list.ts';
import type { Tracer } from './tracer.ts';

/** A SELECT in all its forms. `outer` is what it sees of the query around it. */
export function traceQuery(tracer: Tracer, select: SelectStmt, outer: Scope): Table {
  return tracer.deeper(() => {
    const scope = new Scope(outer, [], bindCtes(tracer, select.withClause, outer));
    const table = body(tracer, select, scope);
    return { ...table, count: derived([table.count, ...limits(tracer, select, scope)]) };
  }, UNKNOWN_TABLE);
}

function body(tracer: Tracer, select: SelectStmt, scope: Scope): Table {
  if (select.op !== undefined && select.op !== 'SETOP_NONE') return setOperation(tracer, select, scope);
  if (select.valuesLists !== undefined) return values(tracer, select, scope);
  return plain(tracer, select, scope);
}

/** LIMIT and OFFSET with anything but a constant turn a value into a number of rows. */
function limits(tracer: Tracer, select: SelectStmt, scope: Scope): readonly Cell[] {
  return [select.limitCount, select.limitOffset].map((node) => tracer.expression(node, scope));
}

function plain(tracer: Tracer, select: SelectStmt, scope: Scope): Table {
  traceFrom(tracer, select.fromClause, scope);
  traceFilter(tracer, select.whereClause, scope);
  const table = traceTargets(tracer, select.targetList, scope);
  for (const node of select.distinctClause ?? []) tracer.grouped.push(tracer.expression(node, scope));
  for (const node of select.groupClause ?? []) traceGroup(tracer, node, { scope, table });
  traceCondition(tracer, select.havingClause, scope);
  for (const node of select.windowClause ?? []) {
    const window = fieldsOf(node, 'WindowDef');
    if (window !== undefined) traceWindow(tracer, window, scope);
  }
  traceOrder(tracer, select.sortClause, { scope, table });
  return table;
}

interface Level {
  readonly scope: Scope;
  readonly table: Table;
}

/** GROUP BY: input columns come before names of output columns; a position reads nothing new. */
function traceGroup(tracer: Tracer, node: Node, at: Level): void {
  const set = fieldsOf(node, 'GroupingSet');
  if (set !== undefined) for (const each of set.content ?? []) traceGroup(tracer, each, at);
  else tracer.grouped.push(groupCell(tracer, node, at));
}

function groupCell(tracer: Tracer, node: Node, at: Level): Cell {
  const isOutput = constantOf(node)?.type === 'number' || isOutputName(node, at);
  return isOutput ? (outputOf(node, at.table) ?? HARMLESS) : tracer.expression(node, at.scope);
}

function isOutputName(node: Node, at: Level): boolean {
  const [name, more] = nameParts(fieldsOf(node, 'ColumnRef')?.fields);
  if (name === undefined || more !== undefined || at.table.columns.indexesOf(name).length === 0) return false;
  return bareMatches(at.scope.items, name).found.length === 0;
}

/** ORDER BY: a position or the name of an output column stands for that column. */
function traceOrder(tracer: Tracer, sort: readonly Node[] | undefined, at: Level): void {
  for (const node of sort ?? []) {
    const output = outputOf(fieldsOf(node, 'SortBy')?.node, at.table);
    if (output === undefined) traceSort(tracer, [node], at.scope);
    else if (output !== HARMLESS) tracer.conditions.push(output);
  }
}

function outputOf(node: Node | undefined, table: Table): Cell | undefined {
  const constant = constantOf(node);
  if (constant?.type === 'number') {
    const index = Number(constant.value) - 1;
    const exists = Number.isInteger(index) && index >= 0 && index < table.columns.size;
    return exists ? table.columns.cellAt(index) : HARMLESS;
  }
  const parts = nameParts(fieldsOf(node, 'ColumnRef')?.fields);
  const [name] = parts;
  const [index] = name === undefined || parts.length > 1 ? [] : table.columns.indexesOf(name);
  return index === undefined ? undefined : table.columns.cellAt(index);
}

/** UNION, INTERSECT, EXCEPT: position by position. */
function setOperation(tracer: Tracer, select: SelectStmt, scope: Scope): Table {
  if (select.larg === undefined || select.rarg === undefined) return UNKNOWN_TABLE;
  const left = tracer.query(select.larg, scope);
  const right = tracer.query(select.rarg, scope);
  const count = derived([left.count, right.count]);
  if (left.open !== undefined || right.open !== undefined || left.columns.size !== right.columns.size)
    return { ...UNKNOWN_TABLE, count };
  // Whether a row comes back, or comes back twice, tells whether both sides hold it.
  if (select.all !== true) tracer.grouped.push(...allCells(left.columns), ...allCells(right.columns));
  const table = { columns: unite(left, right), open: undefined, count };
  traceOrder(tracer, select.sortClause, { scope, table });
  return table;
}

function unite(left: Table, right: Table): FixedColumns {
  const cells = Array.from({ length: left.columns.size }, (_, index) =>
    union([left.columns.cellAt(index), right.columns.cellAt(index)]),
  );
  return new FixedColumns(allNames(left.columns), cells);
}

/** VALUES lists: column1, column2… */
function values(tracer: Tracer, select: SelectStmt, scope: Scope): Table {
  const rows = (select.valuesLists ?? []).map((row) =>
    (fieldsOf(row, 'List')?.items ?? []).map((item) => tracer.expression(item, scope)),
  );
  const width = Math.max(0, ...rows.slice(0, 1).map((row) => row.length));
  const columns = Array.from({ length: width }, (_, index) =>
    union(rows.map((row) => row[index] ?? HARMLESS)),
  );
  const names = columns.map((_, index) => `column${index + 1}`);
  for (const node of select.sortClause ?? []) traceSort(tracer, [node], scope);
  return { columns: new FixedColumns(names, columns), open: undefined, count: HARMLESS };
}
