import type { A_Expr } from '@pgsql/types';
import { type Constant, constantOf, fieldsOf, type Node, nameParts } from './ast.ts';

/** A value known without the database; numbers are JavaScript's, text that is no number stays text. */
export type Value = string | number | boolean | null;

const TRUE_WORDS = new Set(['t', 'true', 'y', 'yes', 'on', '1']);
const FALSE_WORDS = new Set(['f', 'false', 'n', 'no', 'off', '0']);

/** Folds constants, casts, arithmetic, COALESCE, NULLIF, CASE and comparisons of them; undefined when it can't. */
export function constantValue(node: Node | undefined): Value | undefined {
  const constant = constantOf(node);
  if (constant !== undefined) return plainValue(constant);
  const cast = fieldsOf(node, 'TypeCast');
  if (cast !== undefined) return castValue(constantValue(cast.arg), nameParts(cast.typeName?.names).at(-1));
  const expression = fieldsOf(node, 'A_Expr');
  if (expression !== undefined) return expression.kind === 'AEXPR_OP' ? operatorValue(expression) : undefined;
  const coalesce = fieldsOf(node, 'CoalesceExpr');
  if (coalesce !== undefined) return firstValue(coalesce.args ?? []);
  const call = fieldsOf(node, 'FuncCall');
  return call === undefined ? undefined : callValue(nameParts(call.funcname).at(-1) ?? '', call.args ?? []);
}

function plainValue(constant: Constant): Value {
  if (constant.type === 'null') return null;
  return constant.type === 'number' ? Number(constant.value) : constant.value;
}

function operatorValue(expression: A_Expr): Value | undefined {
  const right = constantValue(expression.rexpr);
  if (right === undefined) return undefined;
  const left = expression.lexpr === undefined ? 0 : constantValue(expression.lexpr);
  return left === undefined ? undefined : calculate(left, nameParts(expression.name).at(-1) ?? '', right);
}

function firstValue(args: readonly Node[]): Value | undefined {
  for (const argument of args) {
    const value = constantValue(argument);
    if (value !== null) return value;
  }
  return null;
}

function castValue(value: Value | undefined, type: string | undefined): Value | undefined {
  if (value === undefined || value === null) return value;
  if (type === 'bool') return booleanValue(value);
  if (typeof value === 'boolean') return type?.startsWith('int') ? Number(value) : undefined;
  if (type !== undefined && /^(?:int[248]|numeric|float[48])$/.test(type)) return Number(value);
  return type === 'text' || type === 'varchar' ? String(value) : value;
}

function booleanValue(value: string | number | boolean): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  const word = value.trim().toLowerCase();
  if (TRUE_WORDS.has(word)) return true;
  return FALSE_WORDS.has(word) ? false : undefined;
}

const LENGTHS = new Set(['length', 'char_length', 'character_length', 'octet_length']);

function callValue(name: string, args: readonly Node[]): Value | undefined {
  const values = args.map(constantValue);
  const [first] = values;
  if (first === undefined || first === null) return undefined;
  if (LENGTHS.has(name) && typeof first === 'string') return [...first].length;
  if (name === 'abs' && typeof first === 'number') return Math.abs(first);
  if (name === 'lower' && typeof first === 'string') return first.toLowerCase();
  return name === 'upper' && typeof first === 'string' ? first.toUpperCase() : undefined;
}

const ARITHMETIC: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
};

function calculate(left: Value, operator: string, right: Value): Value | undefined {
  if (left === null || right === null) return null;
  const arithmetic = Object.hasOwn(ARITHMETIC, operator) ? ARITHMETIC[operator] : undefined;
  if (arithmetic !== undefined && typeof left === 'number' && typeof right === 'number') {
    return arithmetic(left, right);
  }
  if (operator === '||') return `${left}${right}`;
  return compareValues(left, operator, right);
}

/** The truth of a comparison; undefined when the types are not comparable here (text order depends on collation). */
export function compareValues(left: Value, operator: string, right: Value): boolean | undefined {
  if (left === null || right === null) return undefined;
  const [a, b] = alignTypes(left, right);
  if (operator === '=') return a === b;
  if (operator === '<>' || operator === '!=') return a !== b;
  if (typeof a !== 'number' || typeof b !== 'number') return undefined;
  if (operator === '<') return a < b;
  if (operator === '>') return a > b;
  if (operator === '<=') return a <= b;
  return operator === '>=' ? a >= b : undefined;
}

/** An untyped literal takes the other side's type: `'1' = 1`. */
function alignTypes(left: Value, right: Value): readonly [Value, Value] {
  if (typeof left === 'string' && typeof right === 'number') return [Number(left), right];
  if (typeof left === 'number' && typeof right === 'string') return [left, Number(right)];
  return [left, right];
}
