import type { RangeVar, SelectStmt } from '@pgsql/types';
import { allFieldsOf, displayName, fieldsOf, type Node, nameParts, relationRef } from './ast.ts';
import type { PredicateTarget } from './row-dependence.ts';
import { columnName, columnQualifier } from './structure.ts';
import { always, OPEN, type Truth } from './truth.ts';

/** Judges a nested condition; handed in because it calls back into this file. */
export type Judge = (node: Node, target: PredicateTarget) => Truth;

/** `id IN (SELECT id FROM the same table)` and `EXISTS (… same table on its own key)` let every row through. */
export function judgeSubquery(node: Node, target: PredicateTarget, judge: Judge): Truth {
  const link = fieldsOf(node, 'SubLink');
  const select = fieldsOf(link?.subselect, 'SelectStmt');
  if (link === undefined || select === undefined) return OPEN;
  if (link.subLinkType === 'EXISTS_SUBLINK') return judgeExists(select, target, judge);
  if (link.subLinkType === 'EXPR_SUBLINK') return judgeScalar(select, target, judge);
  const plainEquality = (link.operName?.length ?? 0) === 0 || nameParts(link.operName).at(-1) === '=';
  if (link.subLinkType !== 'ANY_SUBLINK' || !plainEquality || link.testexpr === undefined) return OPEN;
  return judgeMembership(link.testexpr, select, { target, judge });
}

/** `column IN (SELECT column FROM target)`. */
export function judgeMembership(
  tested: Node,
  select: SelectStmt,
  context: { readonly target: PredicateTarget; readonly judge: Judge },
): Truth {
  const column = columnName(tested);
  if (column === undefined || column !== onlyColumn(select)) return OPEN;
  if (!readsWholeTarget(select, context.target, context.judge)) return OPEN;
  const name = displayName(context.target.relation);
  return always(`every ${column} of ${name} is among the ${column} values of ${name}`);
}

/** `column >= (SELECT min(column) FROM target)` and its mirror. */
export function isBoundOfTarget(
  node: Node | undefined,
  bound: { readonly column: string; readonly aggregate: 'min' | 'max' },
  context: { readonly target: PredicateTarget; readonly judge: Judge },
): boolean {
  const select = fieldsOf(fieldsOf(node, 'SubLink')?.subselect, 'SelectStmt');
  if (select === undefined || !readsWholeTarget(select, context.target, context.judge)) return false;
  const call = fieldsOf(onlyTarget(select), 'FuncCall');
  return nameParts(call?.funcname).at(-1) === bound.aggregate && columnName(call?.args?.[0]) === bound.column;
}

function judgeExists(select: SelectStmt, target: PredicateTarget, judge: Judge): Truth {
  const where = select.whereClause;
  if (select.fromClause === undefined) return where === undefined ? OPEN : judge(where, target);
  const inner = targetRange(select, target);
  const equality = fieldsOf(where, 'A_Expr');
  if (inner === undefined || equality?.kind !== 'AEXPR_OP' || nameParts(equality.name).at(-1) !== '=')
    return OPEN;
  const column = columnName(equality.lexpr);
  if (column === undefined || column !== columnName(equality.rexpr)) return OPEN;
  const qualifiers = [columnQualifier(equality.lexpr), columnQualifier(equality.rexpr)];
  const innerName = inner.alias?.aliasname ?? inner.relname;
  if (!qualifiers.includes(innerName) || !qualifiers.includes(target.alias)) return OPEN;
  return always(`every row of ${displayName(target.relation)} matches itself`);
}

function judgeScalar(select: SelectStmt, target: PredicateTarget, judge: Judge): Truth {
  const value = onlyTarget(select);
  if (select.fromClause !== undefined || select.whereClause !== undefined || value === undefined) return OPEN;
  return judge(value, target);
}

/** A query over just the target, with nothing that leaves rows out. */
function readsWholeTarget(select: SelectStmt, target: PredicateTarget, judge: Judge): boolean {
  const limited =
    select.limitCount ?? select.limitOffset ?? select.havingClause ?? select.larg ?? select.withClause;
  if (limited !== undefined || (select.groupClause?.length ?? 0) > 0) return false;
  const range = targetRange(select, target);
  if (range === undefined) return false;
  if (select.whereClause === undefined) return true;
  const alias = range.alias?.aliasname ?? range.relname ?? '';
  return judge(select.whereClause, { relation: target.relation, alias }).kind === 'always';
}

function targetRange(select: SelectStmt, target: PredicateTarget): RangeVar | undefined {
  const [range] = allFieldsOf(select.fromClause, 'RangeVar');
  if (range === undefined || select.fromClause?.length !== 1) return undefined;
  const { schema, name } = relationRef(range);
  const sameSchema =
    schema === undefined || target.relation.schema === undefined || schema === target.relation.schema;
  return name === target.relation.name && sameSchema ? range : undefined;
}

function onlyTarget(select: SelectStmt): Node | undefined {
  const targets = allFieldsOf(select.targetList, 'ResTarget');
  return targets.length === 1 ? targets[0]?.val : undefined;
}

function onlyColumn(select: SelectStmt): string | undefined {
  return columnName(onlyTarget(select));
}
