import type { RangeVar, ReturningClause, WithClause } from '@pgsql/types';
import type { SqlEffect } from '../../../model/sql.ts';
import { allFieldsOf, type FieldsOf, fieldsOf, type Node, relationRef } from '../ast.ts';
import { ColumnSet } from '../column-set.ts';
import { relationSource, walkFrom } from '../from-clause.ts';
import { predicateOf } from '../predicate.ts';
import type { Scope, Source } from '../scope.ts';
import { isSystemRelation } from '../system-relations.ts';
import type { TreeWalk } from '../tree-walk.ts';

/** The relation that a statement writes, as a source whose column set is exchanged from clause to clause. */
interface Target {
  readonly source: Source;
  readonly walk: TreeWalk;
  readonly scope: Scope;
}

function openTarget(range: RangeVar | undefined, walk: TreeWalk, scope: Scope): Target {
  const source = relationSource(range ?? {}, relationRef(range), []);
  scope.sources.push(source);
  return { source, walk, scope };
}

/** Walks a clause and returns which of the target's columns it uses. */
function columnsUsed(clause: unknown, target: Target): ColumnSet {
  const columns = new ColumnSet();
  target.source.sets = [columns];
  target.walk.expression(clause, target.scope);
  target.source.sets = [];
  return columns;
}

/** RETURNING shows rows of the target; OLD, NEW and their aliases are the target too. */
function walkReturning(
  clause: ReturningClause | undefined,
  range: RangeVar | undefined,
  target: Target,
): void {
  if (clause === undefined) return;
  const columns = target.walk.sink.read(relationRef(range));
  target.source.sets = [columns];
  const names = allFieldsOf(clause.options, 'ReturningOption').map((option) => option.value ?? '');
  for (const alias of ['old', 'new', ...names]) {
    target.scope.sources.push({ ...target.source, alias, sets: [columns] });
  }
  target.walk.expression(clause.exprs, target.scope);
}

export function walkInsert(insert: FieldsOf<'InsertStmt'>, walk: TreeWalk, scope: Scope): void {
  walk.withClause(insert.withClause, scope);
  const relation = relationRef(insert.relation);
  const cols = allFieldsOf(insert.cols, 'ResTarget');
  const values = fieldsOf(insert.selectStmt, 'SelectStmt')?.valuesLists;
  const isQuery = insert.selectStmt !== undefined && values === undefined;
  walk.sink.add({
    kind: 'insert',
    relation,
    columns: cols.length === 0 ? 'all' : cols.map((column) => column.name ?? ''),
    source: isQuery ? 'query' : 'values',
    ...(isQuery ? {} : { valuesRows: values?.length ?? 1 }),
  });
  walk.statement(insert.selectStmt, scope.child());
  const target = openTarget(insert.relation, walk, scope);
  walkConflict(insert, target);
  walkReturning(insert.returningClause, insert.relation, target);
}

function walkConflict(insert: FieldsOf<'InsertStmt'>, target: Target): void {
  const conflict = insert.onConflictClause;
  if (conflict === undefined) return;
  const keys = allFieldsOf(conflict.infer?.indexElems, 'IndexElem').map((element) => element.name ?? '');
  target.scope.sources.push({ alias: 'excluded', relation: undefined, sets: [], renamed: false });
  const used = columnsUsed([conflict.infer?.whereClause, conflict.whereClause], target);
  if (conflict.action !== 'ONCONFLICT_UPDATE') return;
  target.walk.sink.add({
    kind: 'update',
    relation: relationRef(insert.relation),
    columns: assignedColumns(conflict.targetList),
    predicate: { kind: 'effective', columns: [...new Set([...keys.filter(Boolean), ...used.names])] },
  });
  walkAssignments(conflict.targetList, insert.relation, target);
}

function assignedColumns(targetList: readonly Node[] | undefined): readonly string[] {
  return [...new Set(allFieldsOf(targetList, 'ResTarget').map((column) => column.name ?? ''))];
}

/** Columns of the target that flow into other columns are read; `SET n = n + 1` reads nothing that is kept. */
function walkAssignments(
  targetList: readonly Node[] | undefined,
  range: RangeVar | undefined,
  target: Target,
): void {
  const used = columnsUsed(targetList, target);
  used.remove(assignedColumns(targetList));
  if (!used.empty) target.walk.sink.read(relationRef(range)).addFrom(used);
}

interface Write {
  readonly relation?: RangeVar;
  readonly whereClause?: Node;
  readonly withClause?: WithClause;
  readonly returningClause?: ReturningClause;
}

export function walkUpdate(update: FieldsOf<'UpdateStmt'>, walk: TreeWalk, scope: Scope): void {
  const columns = assignedColumns(update.targetList);
  const relation = relationRef(update.relation);
  walkRowWrite({ ...update, others: update.fromClause }, { walk, scope }, (predicate, target) => {
    walk.sink.add({ kind: 'update', relation, columns, predicate });
    if (isSystemRelation(relation) && relation.name === 'pg_settings') {
      walk.sink.add({
        kind: 'unknown',
        because: 'an update of pg_settings changes whatever settings it finds',
      });
    }
    walkAssignments(update.targetList, update.relation, target);
  });
}

export function walkDelete(statement: FieldsOf<'DeleteStmt'>, walk: TreeWalk, scope: Scope): void {
  const relation = relationRef(statement.relation);
  walkRowWrite({ ...statement, others: statement.usingClause }, { walk, scope }, (predicate) => {
    walk.sink.add({ kind: 'delete', relation, predicate });
  });
}

type RowEffect = Extract<SqlEffect, { readonly kind: 'update' | 'delete' }>;

/** WITH, the other sources, WHERE, then the write itself and RETURNING. */
function walkRowWrite(
  write: Write & { readonly others: readonly Node[] | undefined },
  at: { readonly walk: TreeWalk; readonly scope: Scope },
  report: (predicate: RowEffect['predicate'], target: Target) => void,
): void {
  const { walk, scope } = at;
  walk.withClause(write.withClause, scope);
  const target = openTarget(write.relation, walk, scope);
  walkFrom(write.others, walk, scope);
  const used = columnsUsed(write.whereClause, target);
  const seen = { relation: relationRef(write.relation), alias: target.source.alias };
  report(predicateOf(write.whereClause, used, seen), target);
  walkReturning(write.returningClause, write.relation, target);
}

export function walkTruncate(truncate: FieldsOf<'TruncateStmt'>, walk: TreeWalk): void {
  walk.sink.add({
    kind: 'truncate',
    relations: allFieldsOf(truncate.relations, 'RangeVar').map(relationRef),
    cascade: truncate.behavior === 'DROP_CASCADE',
  });
}

export function walkMerge(merge: FieldsOf<'MergeStmt'>, walk: TreeWalk, scope: Scope): void {
  walk.withClause(merge.withClause, scope);
  const target = openTarget(merge.relation, walk, scope);
  if (merge.sourceRelation !== undefined) walkFrom([merge.sourceRelation], walk, scope);
  const joined = columnsUsed(merge.joinCondition, target);
  for (const clause of allFieldsOf(merge.mergeWhenClauses, 'MergeWhenClause')) {
    walkMergeAction(clause, { merge, joined }, target);
  }
  walkReturning(merge.returningClause, merge.relation, target);
}

interface Merge {
  readonly merge: FieldsOf<'MergeStmt'>;
  /** The target's columns of the join condition. */
  readonly joined: ColumnSet;
}

function walkMergeAction(
  clause: FieldsOf<'MergeWhenClause'>,
  { merge, joined }: Merge,
  target: Target,
): void {
  const relation = relationRef(merge.relation);
  const used = columnsUsed(clause.condition, target);
  used.addFrom(joined);
  const columns = assignedColumns(clause.targetList);
  const predicate = (): RowEffect['predicate'] => {
    const limits = [merge.joinCondition, clause.condition].filter((part) => part !== undefined);
    const seen = { relation, alias: target.source.alias };
    if (clause.matchKind === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE') {
      return unmatchedPredicate(merge, clause, { used, seen });
    }
    return predicateOf({ BoolExpr: { boolop: 'AND_EXPR', args: limits } }, used, seen);
  };
  if (clause.commandType === 'CMD_INSERT') {
    target.walk.sink.add({
      kind: 'insert',
      relation,
      columns: columns.length === 0 ? 'all' : columns,
      source: 'query',
    });
    target.walk.expression([clause.targetList, clause.values], target.scope);
  } else if (clause.commandType === 'CMD_UPDATE') {
    target.walk.sink.add({ kind: 'update', relation, columns, predicate: predicate() });
    walkAssignments(clause.targetList, merge.relation, target);
  } else if (clause.commandType === 'CMD_DELETE') {
    target.walk.sink.add({ kind: 'delete', relation, predicate: predicate() });
  }
}

/** WHEN NOT MATCHED BY SOURCE: the join decides by failing, so `ON false` reaches every row. */
function unmatchedPredicate(
  merge: FieldsOf<'MergeStmt'>,
  clause: FieldsOf<'MergeWhenClause'>,
  limits: { readonly used: ColumnSet; readonly seen: Parameters<typeof predicateOf>[2] },
): RowEffect['predicate'] {
  const args: Node[] = [];
  if (merge.joinCondition !== undefined) {
    args.push({ BoolExpr: { boolop: 'NOT_EXPR', args: [merge.joinCondition] } });
  }
  if (clause.condition !== undefined) args.push(clause.condition);
  return predicateOf({ BoolExpr: { boolop: 'AND_EXPR', args } }, limits.used, limits.seen);
}
