import type { A_Expr } from '@pgsql/types';
import { constantOf, fieldsOf, type Node, nameParts } from './ast.ts';
import { compareValues, constantValue, type Value } from './constant-value.ts';
import type { PredicateTarget } from './row-dependence.ts';
import { isBoundOfTarget, type Judge, judgeMembership } from './self-subquery.ts';
import { columnName, structureOf } from './structure.ts';
import { always, NEVER, not, OPEN, type Truth } from './truth.ts';

interface Context {
  readonly target: PredicateTarget;
  readonly judge: Judge;
}

/** An operator expression that uses columns of the target. */
export function judgeComparison(expression: A_Expr, context: Context): Truth {
  const { alias } = context.target;
  const operator = nameParts(expression.name).at(-1) ?? '';
  switch (expression.kind) {
    case 'AEXPR_OP':
      return judgeOperator(expression, operator, context);
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
    case 'AEXPR_SIMILAR': {
      const truth = judgePattern(expression, alias);
      return operator.startsWith('!') ? not(truth) : truth;
    }
    case 'AEXPR_DISTINCT':
      return sameSides(expression, alias) ? NEVER : OPEN;
    case 'AEXPR_NOT_DISTINCT':
      return sameSides(expression, alias) ? always('it compares a value with itself') : OPEN;
    case 'AEXPR_IN':
      return negateIf(operator === '<>', judgeList(expression, alias));
    case 'AEXPR_OP_ANY':
      return operator === '=' ? judgeAnyArray(expression, context) : OPEN;
    case 'AEXPR_BETWEEN':
      return judgeBetween(expression, context);
    default:
      return OPEN;
  }
}

function negateIf(negate: boolean, truth: Truth): Truth {
  return negate ? not(truth) : truth;
}

function sameSides(expression: A_Expr, alias: string): boolean {
  const left = structureOf(withoutNeutral(expression.lexpr, alias), alias);
  return left === structureOf(withoutNeutral(expression.rexpr, alias), alias);
}

const MIRROR: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function judgeOperator(expression: A_Expr, operator: string, context: Context): Truth {
  const { alias } = context.target;
  const same = sameSides(expression, alias) ? judgeSame(operator) : OPEN;
  if (same !== OPEN) return same;
  const left = rowValue(expression.lexpr, alias);
  const right = rowValue(expression.rexpr, alias);
  if (left !== undefined && right !== undefined) return judgeValues(left, operator, right);
  if (right !== undefined) return judgeSide(expression.lexpr, { operator, limit: right }, context);
  if (left === undefined) return judgeExtreme(expression, operator, context);
  return judgeSide(expression.rexpr, { operator: MIRROR[operator] ?? operator, limit: left }, context);
}

function judgeSame(operator: string): Truth {
  if (operator === '=' || operator === '<=' || operator === '>=')
    return always('it compares a value with itself');
  return operator === '<>' || operator === '!=' || operator === '<' || operator === '>' ? NEVER : OPEN;
}

function judgeValues(left: Value, operator: string, right: Value): Truth {
  const truth = compareValues(left, operator, right);
  if (truth === undefined) return OPEN;
  return truth ? always('it comes out true for every row') : NEVER;
}

/** `id >= (SELECT min(id) FROM same table)`. */
function judgeExtreme(expression: A_Expr, operator: string, context: Context): Truth {
  const column = columnName(expression.lexpr);
  if (column === undefined || (operator !== '>=' && operator !== '<=')) return OPEN;
  const aggregate = operator === '>=' ? 'min' : 'max';
  if (!isBoundOfTarget(expression.rexpr, { column, aggregate }, context)) return OPEN;
  return always(`no ${column} is beyond the table's own ${aggregate === 'min' ? 'smallest' : 'largest'}`);
}

const PATTERN_OPERATORS = new Set(['~', '~*', '~~', '~~*']);
const MATCH_ALL_REGEX = new Set(['', '^', '$', '.*', '^.*', '.*$', '^.*$', '.', '.+', '^.', '^.+$', '(?:)']);
const SIZES = new Set([
  'length',
  'char_length',
  'character_length',
  'octet_length',
  'abs',
  'bit_length',
  'cardinality',
]);

interface Bound {
  readonly operator: string;
  readonly limit: Value;
}

function judgeSide(side: Node | undefined, bound: Bound, context: Context): Truth {
  const { operator, limit } = bound;
  if (PATTERN_OPERATORS.has(operator)) {
    return MATCH_ALL_REGEX.has(String(limit)) ? always('the pattern matches everything') : OPEN;
  }
  const number = typeof limit === 'string' ? Number(limit) : limit;
  if (typeof number !== 'number' || Number.isNaN(number)) return OPEN;
  const call = fieldsOf(side, 'FuncCall');
  if (call !== undefined && SIZES.has(nameParts(call.funcname).at(-1) ?? '')) {
    return isBelow(operator, number, 0) ? always('a size is never negative') : OPEN;
  }
  return judgeKey(side, { operator, limit: number }, context);
}

function judgeKey(
  side: Node | undefined,
  bound: { readonly operator: string; readonly limit: number },
  context: Context,
): Truth {
  const column = columnName(side);
  if (column === undefined || !isKeyName(column, context.target)) return OPEN;
  const beyond = isBelow(bound.operator, bound.limit, 1) || isUnreachable(bound.operator, bound.limit);
  return beyond ? always(`it holds for every generated ${column}`) : OPEN;
}

/** `x > number` (or `>=`) for an x that is at least `least`; `x <> number` for a number below. */
function isBelow(operator: string, number: number, least: number): boolean {
  if (operator === '>') return number < least;
  if (operator === '>=') return number <= least;
  return (operator === '<>' || operator === '!=') && number < least;
}

/** Largest value of a bigint, as far as a JavaScript number holds it; integers of serial keys end at 2^31 - 1. */
const SERIAL_END = 2_147_483_647;

function isUnreachable(operator: string, number: number): boolean {
  return (operator === '<' || operator === '<=') && number >= SERIAL_END;
}

const SYSTEM_COLUMNS = new Set(['ctid', 'tableoid', 'xmin', 'xmax', 'cmin', 'cmax']);

/** Columns that are by their name a key, or that PostgreSQL itself fills: never NULL. */
export function isKeyName(column: string, target: PredicateTarget): boolean {
  if (SYSTEM_COLUMNS.has(column) || column === 'id' || column === 'uuid' || column === 'pk') return true;
  const singular = target.relation.name.replace(/(?<=s)es$|(?<!s)s$/, '');
  return column === `${target.relation.name}_id` || column === `${singular}_id`;
}

/** Arithmetic that does not depend on the row although it names a column: `id * 0`, `id - id`. */
function rowValue(node: Node | undefined, alias: string): Value | undefined {
  const value = constantValue(node);
  if (value !== undefined) return value;
  const expression = fieldsOf(node, 'A_Expr');
  if (expression?.kind !== 'AEXPR_OP') return undefined;
  const operator = nameParts(expression.name).at(-1);
  if (operator === '-' && expression.lexpr !== undefined && sameSides(expression, alias)) return 0;
  const zero = [expression.lexpr, expression.rexpr].some((side) => constantValue(side) === 0);
  return operator === '*' && zero ? 0 : undefined;
}

/** `id + 0`, `id * 1`, `name || ''`, `coalesce(id, id)` are the value itself. */
function withoutNeutral(node: Node | undefined, alias: string): Node | undefined {
  const expression = fieldsOf(node, 'A_Expr');
  if (expression?.kind === 'AEXPR_OP') {
    const neutral = neutralOf(nameParts(expression.name).at(-1) ?? '');
    if (neutral === undefined) return node;
    if (constantValue(expression.rexpr) === neutral) return withoutNeutral(expression.lexpr, alias);
    return constantValue(expression.lexpr) === neutral ? withoutNeutral(expression.rexpr, alias) : node;
  }
  const several = fieldsOf(node, 'CoalesceExpr')?.args ?? fieldsOf(node, 'MinMaxExpr')?.args;
  const [first] = several ?? [];
  const same = several?.every((each) => structureOf(each, alias) === structureOf(first, alias)) ?? false;
  return same ? withoutNeutral(first, alias) : node;
}

function neutralOf(operator: string): Value | undefined {
  if (operator === '+' || operator === '-') return 0;
  if (operator === '*' || operator === '/') return 1;
  return operator === '||' ? '' : undefined;
}

function judgePattern(expression: A_Expr, alias: string): Truth {
  if (sameSides(expression, alias)) return always('it compares a value with itself');
  const escaped = fieldsOf(expression.rexpr, 'FuncCall');
  const pattern = constantOf(escaped === undefined ? expression.rexpr : escaped.args?.[0]);
  if (pattern?.type !== 'string') return OPEN;
  return /^_?%+_?%*$/.test(pattern.value) ? always('the pattern matches everything') : OPEN;
}

function listItems(node: Node | undefined): readonly Node[] {
  return fieldsOf(node, 'List')?.items ?? [];
}

function judgeList(expression: A_Expr, alias: string): Truth {
  const left = structureOf(expression.lexpr, alias);
  const contains = listItems(expression.rexpr).some(
    (item) => constantOf(item) === undefined && structureOf(item, alias) === left,
  );
  return contains ? always('the list contains the value itself') : OPEN;
}

function judgeAnyArray(expression: A_Expr, context: Context): Truth {
  const { alias } = context.target;
  const array = fieldsOf(expression.rexpr, 'A_ArrayExpr');
  const left = structureOf(expression.lexpr, alias);
  if (array?.elements?.some((element) => structureOf(element, alias) === left)) {
    return always('the list contains the value itself');
  }
  const select = fieldsOf(fieldsOf(expression.rexpr, 'SubLink')?.subselect, 'SelectStmt');
  if (select === undefined || expression.lexpr === undefined) return OPEN;
  return judgeMembership(expression.lexpr, select, context);
}

function judgeBetween(expression: A_Expr, context: Context): Truth {
  const { alias } = context.target;
  const [low, high] = listItems(expression.rexpr);
  const self = structureOf(expression.lexpr, alias);
  const fromSelf = structureOf(low, alias) === self;
  const toSelf = structureOf(high, alias) === self;
  if (fromSelf && toSelf) return always('it compares a value with itself');
  const column = columnName(expression.lexpr);
  const [from, to] = [constantValue(low), constantValue(high)];
  if (column === undefined || !isKeyName(column, context.target)) return OPEN;
  if (typeof from !== 'number' || typeof to !== 'number') return OPEN;
  return from <= 1 && to >= SERIAL_END ? always(`it holds for every generated ${column}`) : OPEN;
}
