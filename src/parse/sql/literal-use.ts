import type { SqlStatement } from '../../model/sql.ts';
import { fieldsOf, isTreeObject } from './ast.ts';
import type { SqlLiteral } from './literals.ts';

/** Comparisons of a column with a value: what they do to the rows is the server's business, and no effect of its own. */
const COMPARISONS: ReadonlySet<string> = new Set([
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  '~~',
  '!~~',
  '~~*',
  '!~~*',
]);

const COMPARING: ReadonlySet<string> = new Set([
  'AEXPR_OP',
  'AEXPR_IN',
  'AEXPR_LIKE',
  'AEXPR_ILIKE',
  'AEXPR_BETWEEN',
  'AEXPR_NOT_BETWEEN',
]);
/** BETWEEN, LIKE and IN have names of their own in the tree, or the operator's. */
const NAMED: ReadonlySet<string> = new Set([...COMPARISONS, 'BETWEEN', 'NOT BETWEEN']);

/**
 * True when each of these literals is only compared with a column, or bounds the rows of a query: a plain SELECT then
 * means the same to guard whatever they are. `literals` are all that the text holds, in ASCII; that the grammar found the
 * same ones at the same places shows that both read the text alike.
 */
export function onlyCompares(statement: SqlStatement, literals: readonly SqlLiteral[]): boolean {
  if (!isTreeObject(statement.tree) || fieldsOf(statement.tree, 'SelectStmt') === undefined) return false;
  const found: number[] = [];
  if (!walk(statement.tree, found)) return false;
  found.sort((a, b) => a - b);
  return found.length === literals.length && literals.every(({ start }, index) => found[index] === start);
}

/** False when a literal stands anywhere else. Collects the places of those that are compared. */
function walk(value: unknown, found: number[]): boolean {
  if (Array.isArray(value)) return value.every((item) => walk(item, found));
  if (!isTreeObject(value)) return true;
  if (fieldsOf(value, 'A_Const') !== undefined) return isWord(value);
  const expression = fieldsOf(value, 'A_Expr');
  if (expression !== undefined && isComparison(value)) {
    const { lexpr, rexpr } = expression;
    if (fieldsOf(lexpr, 'ColumnRef') !== undefined && take(rexpr, found)) return true;
    if (fieldsOf(rexpr, 'ColumnRef') !== undefined && take(lexpr, found)) return true;
  }
  return Object.keys(value).every((key) => isBound(key, value[key], found) || walk(value[key], found));
}

function isBound(key: string, value: unknown, found: number[]): boolean {
  return (key === 'limitCount' || key === 'limitOffset') && take(value, found);
}

function isComparison(value: unknown): boolean {
  const expression = fieldsOf(value, 'A_Expr');
  const [name, ...more] = expression?.name ?? [];
  const operator = fieldsOf(name, 'String')?.sval ?? '';
  return more.length === 0 && COMPARING.has(expression?.kind ?? '') && NAMED.has(operator);
}

/** TRUE, FALSE and NULL are words of the text, not literals. */
function isWord(value: unknown): boolean {
  const constant = fieldsOf(value, 'A_Const');
  return constant?.isnull === true || constant?.boolval !== undefined;
}

/** True when `value` is a constant or a list of them; their places are noted. */
function take(value: unknown, found: number[]): boolean {
  const list = fieldsOf(value, 'List');
  if (list !== undefined) {
    const items = list.items ?? [];
    return items.every(isConstant) && items.every((item) => take(item, found));
  }
  const constant = fieldsOf(value, 'A_Const');
  if (constant === undefined) return false;
  if (!isWord(value)) found.push(constant.location ?? 0);
  return true;
}

function isConstant(value: unknown): boolean {
  return fieldsOf(value, 'A_Const') !== undefined;
}
