import type { A_Expr, BoolExpr, Node } from '@pgsql/types';
import { fieldsOf, nameParts } from '../ast.ts';
import { type Cell, derived, OPAQUE } from './cell.ts';
import { choose, compare, condition } from './comparison.ts';
import type { Scope } from './scope.ts';
import type { Tracer } from './tracer.ts';

/** Operators with two operands whose result is true or false, whatever their types (pg_operator of PostgreSQL 15). */
const TESTS = new Set(
  '= <> < <= > >= ~~ !~~ ~~* !~~* ~ !~ ~* !~* ~<~ ~<=~ ~>=~ ~>~ *= *<> *< *<= *> *>= @> <@ && @@ @@@ @? ? ?| ?& ^@ ~= -|- &< &> &<| |&> <<| |>> ?# ?- ?-| ?||'.split(
    ' ',
  ),
);

/** Every other operator of PostgreSQL's own; extensions' operators are opaque, but for well-known ones. */
const VALUES = new Set(
  '+ - * / % ^ |/ ||/ ! !! @ & | # ~ << >> <<= >>= || -> ->> #> #>> #- ## <-> @-@ <#> <=> <+> <%  %> <<% %>> <<-> <->> <<<-> <->>> @@ ?- ?|'.split(
    /\s+/u,
  ),
);

const COMPARING = new Set([
  'AEXPR_OP_ANY',
  'AEXPR_OP_ALL',
  'AEXPR_DISTINCT',
  'AEXPR_NOT_DISTINCT',
  'AEXPR_IN',
  'AEXPR_LIKE',
  'AEXPR_ILIKE',
  'AEXPR_SIMILAR',
  'AEXPR_BETWEEN',
  'AEXPR_NOT_BETWEEN',
  'AEXPR_BETWEEN_SYM',
  'AEXPR_NOT_BETWEEN_SYM',
]);

/** `a op b` in all its forms. */
export function traceOperator(tracer: Tracer, expr: A_Expr, scope: Scope): Cell {
  const { kind } = expr;
  const pairs = kind === 'AEXPR_OP' ? rowPairs(expr) : undefined;
  if (pairs !== undefined) return comparePairs(tracer, pairs, scope);
  const operands = [...operandsOf(expr.lexpr), ...operandsOf(expr.rexpr)];
  const cells = operands.map((operand) => tracer.expression(operand, scope));
  if (!isOwnOperator(tracer, expr)) return derived([...cells, OPAQUE]);
  if (kind === 'AEXPR_NULLIF') {
    compare(tracer, scope, cells);
    return derived(cells.slice(0, 1));
  }
  if (kind !== undefined && COMPARING.has(kind)) return compare(tracer, scope, cells);
  return isTest(expr) ? compare(tracer, scope, cells) : derived(cells);
}

/** The items of a list in parentheses, or the one expression. */
function operandsOf(node: Node | undefined): readonly Node[] {
  if (node === undefined) return [];
  const list = fieldsOf(node, 'List');
  return list === undefined ? [node] : (list.items ?? []);
}

/** Casts to text run where a value that is no text is put beside one. */
const JOINING = '||';

/** False for operators of other schemas, for symbols that PostgreSQL does not have and for those the database has too. */
function isOwnOperator(tracer: Tracer, expr: A_Expr): boolean {
  const parts = nameParts(expr.name);
  const symbol = parts.at(-1) ?? '';
  const schema = parts.at(-2);
  if (schema !== undefined && schema !== 'pg_catalog') return false;
  if (schema === undefined && tracer.index?.hasOperator(symbol) === true) return false;
  if (symbol === JOINING && tracer.index?.hasCastTo('text') === true) return false;
  // BETWEEN and its kin are kept as words.
  if (/^[A-Z]/u.test(symbol)) return true;
  return TESTS.has(symbol) || VALUES.has(symbol);
}

function isTest(expr: A_Expr): boolean {
  return expr.lexpr !== undefined && TESTS.has(nameParts(expr.name).at(-1) ?? '');
}

/** `(a, b) = (c, d)`: each with its own counterpart. */
function rowPairs(expr: A_Expr): readonly (readonly [Node, Node])[] | undefined {
  if (!isTest(expr)) return undefined;
  const left = fieldsOf(expr.lexpr, 'RowExpr')?.args;
  const right = fieldsOf(expr.rexpr, 'RowExpr')?.args;
  if (left === undefined || right === undefined || left.length !== right.length) return undefined;
  if ([...left, ...right].some(isStar)) return undefined;
  return left.map((node, index): [Node, Node] => [node, right[index] ?? node]);
}

function isStar(node: Node): boolean {
  const last = fieldsOf(node, 'ColumnRef')?.fields?.at(-1);
  return last !== undefined && 'A_Star' in last;
}

function comparePairs(tracer: Tracer, pairs: readonly (readonly [Node, Node])[], scope: Scope): Cell {
  return derived(
    pairs.map(([a, b]) => compare(tracer, scope, [tracer.expression(a, scope), tracer.expression(b, scope)])),
  );
}

/** AND, OR, NOT as a value: shows its arguments where they are more than comparisons. */
export function traceBoolean(tracer: Tracer, expr: BoolExpr, scope: Scope): Cell {
  const from = tracer.conditions.length;
  const cells = (expr.args ?? []).map((arg) => tracer.expression(arg, scope));
  if (expr.boolop === 'OR_EXPR') choose(tracer, [...tracer.conditions.slice(from), ...cells]);
  return derived(cells);
}

/** A condition of WHERE, ON, HAVING, FILTER or WHEN. */
export function traceCondition(tracer: Tracer, node: Node | undefined, scope: Scope): void {
  if (node === undefined) return;
  const bool = fieldsOf(node, 'BoolExpr');
  if (bool === undefined) {
    condition(tracer, scope, tracer.expression(node, scope));
    return;
  }
  const from = tracer.conditions.length;
  for (const arg of bool.args ?? []) traceCondition(tracer, arg, scope);
  if (bool.boolop === 'OR_EXPR') choose(tracer, tracer.conditions.slice(from));
}
