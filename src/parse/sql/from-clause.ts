import type { Alias, JoinExpr, RangeVar } from '@pgsql/types';
import type { RelationRef } from '../../model/sql.ts';
import { fieldsOf, type Node, nameParts, relationRef } from './ast.ts';
import type { ColumnSet } from './column-set.ts';
import type { Scope, Source } from './scope.ts';
import type { TreeWalk } from './tree-walk.ts';

/** Adds every entry of a FROM list to `scope` and then walks the join conditions, which may use all of them. */
export function walkFrom(items: readonly Node[] | undefined, walk: TreeWalk, scope: Scope): void {
  const conditions: unknown[] = [];
  for (const item of items ?? []) addItem(item, { walk, scope, conditions });
  walk.expression(conditions, scope);
}

interface From {
  readonly walk: TreeWalk;
  readonly scope: Scope;
  /** Join conditions, to be walked once every source is known. */
  readonly conditions: unknown[];
}

function addItem(item: Node | undefined, from: From): readonly ColumnSet[] {
  const range = fieldsOf(item, 'RangeVar');
  if (range !== undefined) return addRelation(range, from);
  const join = fieldsOf(item, 'JoinExpr');
  if (join !== undefined) return addJoin(join, from);
  const sample = fieldsOf(item, 'RangeTableSample');
  if (sample !== undefined) {
    from.walk.expression([sample.args, sample.repeatable], from.scope);
    return addItem(sample.relation, from);
  }
  const subselect = fieldsOf(item, 'RangeSubselect');
  if (subselect !== undefined) {
    const { scope, walk } = from;
    walk.statement(subselect.subquery, subselect.lateral ? scope.child() : scope.sibling());
    return addSource(subselect.alias, [], from);
  }
  from.walk.expression(item, from.scope);
  return addSource(aliasOfRow(item), [], from);
}

/** Functions, XMLTABLE and JSON_TABLE: what they read was attributed by walking their arguments. */
function aliasOfRow(item: Node | undefined): Alias | undefined {
  const row =
    fieldsOf(item, 'RangeFunction') ?? fieldsOf(item, 'RangeTableFunc') ?? fieldsOf(item, 'JsonTable');
  return row?.alias;
}

function addRelation(range: RangeVar, from: From): readonly ColumnSet[] {
  const relation = relationRef(range);
  if (relation.schema === undefined && from.scope.ctes.has(relation.name)) {
    return addSource(range.alias ?? { aliasname: relation.name }, [], from);
  }
  const sets = [from.walk.sink.read(relation)];
  from.scope.sources.push(relationSource(range, relation, sets));
  return sets;
}

/** The source that a relation is, under its alias or its own name. */
export function relationSource(range: RangeVar, relation: RelationRef, sets: readonly ColumnSet[]): Source {
  return {
    alias: range.alias?.aliasname ?? relation.name,
    relation: range.alias === undefined ? relation : undefined,
    sets,
    renamed: (range.alias?.colnames?.length ?? 0) > 0,
  };
}

function addSource(alias: Alias | undefined, sets: readonly ColumnSet[], from: From): readonly ColumnSet[] {
  const renamed = (alias?.colnames?.length ?? 0) > 0;
  from.scope.sources.push({ alias: alias?.aliasname ?? '', relation: undefined, sets, renamed });
  return sets;
}

function addJoin(join: JoinExpr, from: From): readonly ColumnSet[] {
  const sets = [...addItem(join.larg, from), ...addItem(join.rarg, from)];
  from.conditions.push(join.quals);
  for (const set of sets) {
    if (join.isNatural) set.addAll();
    for (const column of nameParts(join.usingClause)) set.add(column);
  }
  for (const alias of [join.alias, join.join_using_alias]) {
    if (alias !== undefined) addSource(alias, sets, from);
  }
  return sets;
}
