import type { A_Indirection, ColumnRef, ResTarget } from '@pgsql/types';
import { fieldsOf, type Node, nameParts } from '../ast.ts';
import { type Cell, type ColumnList, derived, OPAQUE } from './cell.ts';
import { FixedColumns } from './column-list.ts';
import { columnName } from './column-name.ts';
import { findItem, type Scope } from './scope.ts';
import type { Table } from './table.ts';
import type { Tracer } from './tracer.ts';

class Targets {
  readonly names: string[] = [];
  readonly cells: Cell[] = [];
  readonly open: Cell[] = [];

  add(name: string, cell: Cell): void {
    this.names.push(name);
    this.cells.push(cell);
  }

  addAll(columns: ColumnList): void {
    for (let index = 0; index < columns.size; index += 1)
      this.add(columns.nameAt(index), columns.cellAt(index));
  }

  table(count: Cell): Table {
    const open = this.open.length === 0 ? undefined : derived(this.open);
    return { columns: new FixedColumns(this.names, this.cells), open, count };
  }
}

/** The output columns of a SELECT or RETURNING list. */
export function traceTargets(tracer: Tracer, nodes: readonly Node[] | undefined, scope: Scope): Table {
  const targets = new Targets();
  for (const node of nodes ?? []) {
    const target = fieldsOf(node, 'ResTarget');
    if (target !== undefined) addTarget(tracer, target, { scope, targets });
  }
  return targets.table(scope.countCell());
}

interface Into {
  readonly scope: Scope;
  readonly targets: Targets;
}

function addTarget(tracer: Tracer, target: ResTarget, into: Into): void {
  const { val } = target;
  if (val === undefined) return;
  const ref = fieldsOf(val, 'ColumnRef');
  const expr = fieldsOf(val, 'A_Indirection');
  if (ref !== undefined && endsInStar(ref.fields)) addStar(tracer, ref, into);
  else if (expr !== undefined && endsInStar(expr.indirection)) addFields(tracer, expr, into);
  else addExpression(tracer, target, into);
}

function endsInStar(nodes: readonly Node[] | undefined): boolean {
  const last = nodes?.at(-1);
  return last !== undefined && 'A_Star' in last;
}

function addExpression(tracer: Tracer, target: ResTarget, into: Into): void {
  const { val } = target;
  if (val === undefined) return;
  const cell = tracer.expression(val, into.scope);
  into.targets.add(target.name ?? columnName(val, (select) => tracer.nameOf(select)), cell);
}

/** `*`, `t.*`, `schema.t.*`. */
function addStar(tracer: Tracer, ref: ColumnRef, into: Into): void {
  const parts = nameParts(ref.fields);
  const name = parts.at(-1);
  const { scope, targets } = into;
  if (name === undefined) {
    for (const item of scope.items) if (item.bare) addItem(item, targets);
    return;
  }
  const item = findItem(scope, name, parts.at(-2));
  if (item === undefined) {
    tracer.miss(`${name}.*`);
    targets.open.push(OPAQUE);
  } else addItem(item, targets);
}

function addItem(
  item: { readonly columns: ColumnList; readonly open: Cell | undefined; readonly uncounted: boolean },
  targets: Targets,
): void {
  targets.addAll(item.columns);
  if (item.uncounted) targets.open.push(item.open ?? OPAQUE);
}

/** `(x).*`: the fields of a composite value. */
function addFields(tracer: Tracer, expr: A_Indirection, into: Into): void {
  const { arg } = expr;
  const steps = expr.indirection ?? [];
  const inner: Node | undefined =
    steps.length > 1 && arg !== undefined ? { A_Indirection: { arg, indirection: steps.slice(0, -1) } } : arg;
  const cell = tracer.expression(inner, into.scope);
  if (cell.shape === undefined) into.targets.open.push(cell.composite ? cell : derived([cell, OPAQUE]));
  else into.targets.addAll(cell.shape);
}
