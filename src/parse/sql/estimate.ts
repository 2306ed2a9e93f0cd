import type { RangeVar } from '@pgsql/types';
import type { EstimateQuery } from '../../model/judge.ts';
import type { SqlStatement } from '../../model/sql.ts';
import { type RawText, rawText } from '../../model/text.ts';
import { fieldsOf, isNode, isTreeObject, type Node, nameParts } from './ast.ts';
import { isCalmFunction } from './calm-functions.ts';
import { isOn } from './def-elem.ts';
import { deparseNode } from './deparse.ts';
import { rawParse } from './library.ts';

/** A count stops here: default-policy.md calls more than 1,000 rows bulk. */
export const COUNT_LIMIT = 1_001;

/**
 * What to ask the server to learn how many rows a statement writes; empty when it writes none or says so itself
 * (VALUES). `explain` goes behind EXPLAIN; `count` is only made where the WHERE runs nothing but known calm functions.
 */
export function estimateQueries(statement: SqlStatement, index: number): readonly EstimateQuery[] {
  if (!writesUncountedRows(statement) || !isNode(statement.tree)) return [];
  const plannable = innerStatement(statement.tree);
  if (plannable === undefined) return [];
  const text = plannable === statement.tree ? statement.text : deparsed(plannable);
  if (text === undefined) return [];
  const count = statement.parameters === 0 ? countQuery(plannable) : undefined;
  const base = { statement: index, explain: text };
  return [count === undefined ? base : { ...base, count: rawText(count), countLimit: COUNT_LIMIT }];
}

function deparsed(node: Node): RawText | undefined {
  const text = deparseNode(node);
  return text === undefined ? undefined : rawText(text);
}

function writesUncountedRows(statement: SqlStatement): boolean {
  return statement.effects.some(
    (effect) =>
      effect.kind === 'update' ||
      effect.kind === 'delete' ||
      (effect.kind === 'insert' && effect.source === 'query'),
  );
}

const PLANNABLE = ['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'] as const;

/** The statement that EXPLAIN can take: itself, or what EXPLAIN ANALYZE, PREPARE, DECLARE, COPY or CREATE TABLE AS wraps. */
function innerStatement(node: Node): Node | undefined {
  if (PLANNABLE.some((tag) => fieldsOf(node, tag) !== undefined)) return node;
  const explain = fieldsOf(node, 'ExplainStmt');
  if (explain !== undefined && !isOn(explain.options, 'analyze')) return undefined;
  const wrapper =
    explain ??
    fieldsOf(node, 'PrepareStmt') ??
    fieldsOf(node, 'DeclareCursorStmt') ??
    fieldsOf(node, 'CopyStmt') ??
    fieldsOf(node, 'CreateTableAsStmt');
  return wrapper?.query === undefined ? undefined : innerStatement(wrapper.query);
}

/** Their relation and WHERE are replaced by those of the statement. */
const COUNT_TEMPLATE = `SELECT count(*) FROM (SELECT 1 FROM guard_target WHERE true LIMIT ${COUNT_LIMIT}) guard_rows`;
/** A row that several rows of the other tables match is written once. */
const DISTINCT_TEMPLATE = `SELECT count(*) FROM (SELECT DISTINCT guard_target.tableoid, guard_target.ctid FROM guard_target WHERE true LIMIT ${COUNT_LIMIT}) guard_rows`;

interface Counted {
  readonly relation: RangeVar;
  /** Tables of USING or FROM. */
  readonly others: readonly Node[];
  readonly where: Node | undefined;
}

/** `SELECT count(*) FROM (SELECT 1 FROM t WHERE … LIMIT n)`: exact below the limit, cheap above it. */
function countQuery(node: Node): string | undefined {
  const write = fieldsOf(node, 'DeleteStmt') ?? fieldsOf(node, 'UpdateStmt');
  if (write === undefined || write.withClause !== undefined || write.relation === undefined) return undefined;
  const others = fieldsOf(node, 'DeleteStmt')?.usingClause ?? fieldsOf(node, 'UpdateStmt')?.fromClause ?? [];
  if (!isCalm(others) || !isCalm(write.whereClause)) return undefined;
  const count = countTree({ relation: write.relation, others, where: write.whereClause });
  return count === undefined ? undefined : deparseNode(count);
}

function countTree({ relation, others, where }: Counted): Node | undefined {
  const parsed = rawParse(others.length === 0 ? COUNT_TEMPLATE : DISTINCT_TEMPLATE);
  const outer = 'result' in parsed ? fieldsOf(parsed.result.stmts?.[0]?.stmt, 'SelectStmt') : undefined;
  const rows = fieldsOf(outer?.fromClause?.[0], 'RangeSubselect');
  const inner = fieldsOf(rows?.subquery, 'SelectStmt');
  if (outer === undefined || rows === undefined || inner === undefined) return undefined;
  const { whereClause: _, ...bare } = inner;
  const filtered = where === undefined ? bare : { ...bare, whereClause: where };
  const targetList = others.length === 0 ? inner.targetList : rowNames(relation);
  const subquery: Node = {
    SelectStmt: {
      ...filtered,
      ...(targetList === undefined ? {} : { targetList }),
      fromClause: [{ RangeVar: relation }, ...others],
    },
  };
  return { SelectStmt: { ...outer, fromClause: [{ RangeSubselect: { ...rows, subquery } }] } };
}

/** What tells one row of a table, or of its partitions, from every other. */
function rowNames(relation: RangeVar): Node[] {
  const table = relation.alias?.aliasname ?? relation.relname ?? '';
  return ['tableoid', 'ctid'].map((column) => ({
    ResTarget: {
      val: { ColumnRef: { fields: [{ String: { sval: table } }, { String: { sval: column } }] } },
    },
  }));
}

/** Nothing below runs anything but known calm functions and plain operators, locks rows, or needs parameters. */
export function isCalm(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isCalm);
  if (!isTreeObject(value)) return true;
  const call = fieldsOf(value, 'FuncCall');
  if (call !== undefined && !isCalmFunction(nameParts(call.funcname))) return false;
  const expression = fieldsOf(value, 'A_Expr');
  // OPERATOR(schema.=) may be anybody's; so may a name of several parts.
  if (expression !== undefined && (expression.name?.length ?? 0) > 1) return false;
  if ('ParamRef' in value || 'LockingClause' in value || 'CurrentOfExpr' in value) return false;
  return Object.values(value).every(isCalm);
}

/** Largest answer of EXPLAIN (FORMAT JSON) that is read, in UTF-16 code units. */
const MAX_PLAN_LENGTH = 8 * 1024 * 1024;

/** Rows that a bounded count would find by its plan: those below its Aggregate. Undefined when the text is no plan. */
export function readCountedRows(explainJson: string): number | undefined {
  const plan = readPlan(explainJson);
  const [rows] = plan === undefined ? [] : childPlans(plan).filter(feedsParent);
  return rows === undefined ? undefined : planRows(rows);
}

/**
 * Rows a plan expects to write: a ModifyTable node says 0 itself, so its children count, over all of them.
 * A plan that writes nothing gives the rows it returns. Undefined when the text is no plan.
 */
export function readPlanRows(explainJson: string): number | undefined {
  const plan = readPlan(explainJson);
  return plan === undefined ? undefined : (writtenRows(plan) ?? planRows(plan));
}

function readPlan(explainJson: string): Plan | undefined {
  if (explainJson.length > MAX_PLAN_LENGTH) return undefined;
  let plans: unknown;
  try {
    plans = JSON.parse(explainJson);
  } catch {
    return undefined;
  }
  const first: unknown = Array.isArray(plans) ? plans[0] : undefined;
  const plan = isTreeObject(first) ? first['Plan'] : undefined;
  return isTreeObject(plan) ? plan : undefined;
}

type Plan = { readonly [key: string]: unknown };

function childPlans(plan: Plan): readonly Plan[] {
  const plans = plan['Plans'];
  return Array.isArray(plans) ? plans.filter(isTreeObject) : [];
}

function planRows(plan: Plan): number | undefined {
  const rows = plan['Plan Rows'];
  return typeof rows === 'number' && Number.isFinite(rows) ? rows : undefined;
}

/** Sum over every ModifyTable of the plan, those of CTEs included; undefined when there is none. */
function writtenRows(plan: Plan): number | undefined {
  const below = childPlans(plan).map(writtenRows);
  const own = plan['Node Type'] === 'ModifyTable' ? childPlans(plan).filter(feedsParent).map(planRows) : [];
  const counts = [...below, ...own].filter((rows) => rows !== undefined);
  return counts.length === 0 ? undefined : counts.reduce((sum, rows) => sum + rows, 0);
}

/** InitPlan and SubPlan children compute values; the others deliver the rows to write. */
function feedsParent(plan: Plan): boolean {
  const relationship = plan['Parent Relationship'];
  return relationship !== 'InitPlan' && relationship !== 'SubPlan';
}
