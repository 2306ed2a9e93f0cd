import type {
  DeleteStmt,
  InsertStmt,
  MergeStmt,
  MergeWhenClause,
  Node,
  OnConflictClause,
  RangeVar,
  ReturningClause,
  UpdateStmt,
  WithClause,
} from '@pgsql/types';
import { allFieldsOf, fieldsOf } from '../ast.ts';
import { addTaint, type Cell, HARMLESS, OPAQUE } from './cell.ts';
import { allNames, FixedColumns } from './column-list.ts';
import { bindCtes } from './cte.ts';
import { traceFrom } from './from-clause.ts';
import { traceCondition } from './operator.ts';
import { traceFilter } from './probe.ts';
import { findRelation, targetItem } from './relation.ts';
import { type Item, itemColumn, Scope } from './scope.ts';
import { EMPTY_TABLE, type Table, UNKNOWN_TABLE } from './table.ts';
import { traceTargets } from './target-list.ts';
import type { Tracer } from './tracer.ts';

/** A write: what it stores in each column becomes part of that column, for RETURNING to show. */
interface Write {
  readonly scope: Scope;
  readonly target: Item;
}

function open(
  tracer: Tracer,
  parts: { readonly relation: RangeVar | undefined; readonly withClause: WithClause | undefined },
  outer: Scope,
): Write {
  const scope = new Scope(outer, [], bindCtes(tracer, parts.withClause, outer));
  return { scope, target: targetItem(tracer, parts.relation ?? {}) };
}

/** INSERT … RETURNING. */
export function traceInsert(tracer: Tracer, insert: InsertStmt, outer: Scope): Table {
  const { relation, withClause } = insert;
  const write = open(tracer, { relation, withClause }, outer);
  const select = fieldsOf(insert.selectStmt, 'SelectStmt');
  const source = select === undefined ? EMPTY_TABLE : tracer.query(select, write.scope);
  const stored = store(tracer, write.target, { cols: insert.cols, source });
  touchDefaults(tracer, relation);
  if (insert.onConflictClause !== undefined)
    traceConflict(tracer, insert.onConflictClause, { ...write, stored });
  write.scope.items.push(write.target);
  return returning(tracer, insert.returningClause, { ...write, relation });
}

/** Columns that get their value from the database's own code. */
function touchDefaults(tracer: Tracer, range: RangeVar | undefined): void {
  const found = range === undefined ? undefined : findRelation(tracer, range)?.relation;
  const calling = found?.columns.filter(({ defaultCalls }) => defaultCalls !== undefined) ?? [];
  if (found === undefined || calling.length === 0) return;
  const read = tracer.touch(found);
  for (const column of calling) read.add(column.number);
}

/** Puts the source's columns into the target's; gives back what each target column gets. */
function store(
  tracer: Tracer,
  target: Item,
  from: { readonly cols: readonly Node[] | undefined; readonly source: Table },
): ReadonlyMap<string, Cell> {
  const stored = new Map<string, Cell>();
  const names = allFieldsOf(from.cols === undefined ? undefined : [...from.cols], 'ResTarget').map(
    (column) => column.name ?? '',
  );
  const targets = from.cols === undefined ? allNames(target.columns) : names;
  const { source } = from;
  targets.forEach((name, index) => {
    if (source.open === undefined && index >= source.columns.size) return;
    const value = source.open ?? source.columns.cellAt(index);
    stored.set(name, value);
    assign(tracer, target, { name, value });
  });
  return stored;
}

function assign(tracer: Tracer, target: Item, to: { readonly name: string; readonly value: Cell }): void {
  const column = itemColumn(target, to.name);
  if (column === undefined) tracer.miss(`${target.name ?? ''}.${to.name}`);
  else if (column.kind === 'column' && to.value !== HARMLESS) {
    tracer.stored.push({ column, value: to.value });
    addTaint(column, to.value);
  }
}

function traceConflict(
  tracer: Tracer,
  clause: OnConflictClause,
  write: Write & { readonly stored: ReadonlyMap<string, Cell> },
): void {
  const { target, stored } = write;
  const names = allNames(target.columns);
  const cells = names.map((name) => stored.get(name) ?? HARMLESS);
  const excluded: Item = {
    ...target,
    name: 'excluded',
    schema: undefined,
    columns: new FixedColumns(names, cells),
    bare: false,
    physical: 'no',
  };
  const scope = new Scope(write.scope, [target, excluded], write.scope.ctes);
  traceCondition(tracer, clause.infer?.whereClause, scope);
  assignAll(tracer, clause.targetList, { scope, target });
  traceCondition(tracer, clause.whereClause, scope);
}

/** SET a = …, (b, c) = (…). */
function assignAll(tracer: Tracer, nodes: readonly Node[] | undefined, write: Write): void {
  for (const { name, val } of allFieldsOf(nodes === undefined ? undefined : [...nodes], 'ResTarget'))
    assign(tracer, write.target, { name: name ?? '', value: assignedValue(tracer, val, write.scope) });
}

function assignedValue(tracer: Tracer, node: Node | undefined, scope: Scope): Cell {
  const multiple = fieldsOf(node, 'MultiAssignRef');
  if (multiple === undefined) return tracer.expression(node, scope);
  const index = (multiple.colno ?? 1) - 1;
  const row = fieldsOf(multiple.source, 'RowExpr');
  if (row !== undefined) return tracer.expression(row.args?.[index], scope);
  const select = fieldsOf(fieldsOf(multiple.source, 'SubLink')?.subselect, 'SelectStmt');
  if (select === undefined) return tracer.expression(multiple.source, scope);
  const table = tracer.query(select, scope);
  if (table.open !== undefined) return table.open;
  return index < table.columns.size ? table.columns.cellAt(index) : OPAQUE;
}

/** UPDATE … FROM … RETURNING. */
export function traceUpdate(tracer: Tracer, update: UpdateStmt, outer: Scope): Table {
  const { relation, withClause } = update;
  const write = open(tracer, { relation, withClause }, outer);
  write.scope.items.push(write.target);
  traceFrom(tracer, update.fromClause, write.scope);
  traceFilter(tracer, update.whereClause, write.scope);
  assignAll(tracer, update.targetList, write);
  return returning(tracer, update.returningClause, { ...write, relation });
}

/** DELETE … USING … RETURNING. */
export function traceDelete(tracer: Tracer, statement: DeleteStmt, outer: Scope): Table {
  const { relation, withClause } = statement;
  const write = open(tracer, { relation, withClause }, outer);
  write.scope.items.push(write.target);
  traceFrom(tracer, statement.usingClause, write.scope);
  traceFilter(tracer, statement.whereClause, write.scope);
  touchAll(tracer, relation);
  return returning(tracer, statement.returningClause, { ...write, relation });
}

/** Notes that all columns of a relation are concerned. */
export function touchAll(tracer: Tracer, range: RangeVar | undefined): void {
  const found = range === undefined ? undefined : findRelation(tracer, range)?.relation;
  if (found === undefined) return;
  const read = tracer.touch(found);
  for (const column of found.columns) read.add(column.number);
}

/** MERGE … RETURNING. */
export function traceMerge(tracer: Tracer, merge: MergeStmt, outer: Scope): Table {
  const { relation, withClause } = merge;
  const write = open(tracer, { relation, withClause }, outer);
  const { scope, target } = write;
  if (merge.sourceRelation !== undefined) traceFrom(tracer, [merge.sourceRelation], scope);
  // PostgreSQL 17 expands `*` to the source's columns, then the target's.
  scope.items.push(target);
  traceFilter(tracer, merge.joinCondition, scope);
  for (const clause of allFieldsOf(merge.mergeWhenClauses, 'MergeWhenClause'))
    traceWhen(tracer, clause, write);
  return returning(tracer, merge.returningClause, { ...write, relation });
}

function traceWhen(tracer: Tracer, clause: MergeWhenClause, write: Write): void {
  traceCondition(tracer, clause.condition, write.scope);
  if (clause.commandType !== 'CMD_INSERT') {
    assignAll(tracer, clause.targetList, write);
    return;
  }
  const cells = (clause.values ?? []).map((value) => tracer.expression(value, write.scope));
  const names = cells.map((_, index) => `column${index + 1}`);
  const source = { ...EMPTY_TABLE, columns: new FixedColumns(names, cells) };
  store(tracer, write.target, { cols: clause.targetList, source });
}

function returning(
  tracer: Tracer,
  clause: ReturningClause | undefined,
  write: Write & { readonly relation: RangeVar | undefined },
): Table {
  // A rewrite rule may run anything in the statement's place and return its rows.
  const { relation, scope, target } = write;
  const rules = relation === undefined ? undefined : findRelation(tracer, relation)?.relation.rules;
  if (rules !== undefined && rules.length > 0) return UNKNOWN_TABLE;
  if (clause === undefined) return EMPTY_TABLE;
  const names = new Map([
    ['RETURNING_OPTION_OLD', 'old'],
    ['RETURNING_OPTION_NEW', 'new'],
  ]);
  for (const { option, value } of allFieldsOf(clause.options, 'ReturningOption'))
    if (option !== undefined && value !== undefined) names.set(option, value);
  const versions = [...names.values()].map(
    (name): Item => ({ ...target, name, schema: undefined, bare: false }),
  );
  const inside = new Scope(scope.parent, [...scope.items, ...versions], scope.ctes);
  return traceTargets(tracer, clause.exprs, inside);
}
