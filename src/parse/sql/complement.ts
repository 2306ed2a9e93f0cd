import { fieldsOf, type Node, nameParts } from './ast.ts';
import { constantValue } from './constant-value.ts';
import { structureOf } from './structure.ts';

/** Which of less, equal and greater an operator lets through. */
const COVERAGE: Readonly<Record<string, string>> = {
  '<': '<',
  '<=': '<=',
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '>': '>',
  '>=': '=>',
};

const MIRROR: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/** Operators of pattern matches and lists with their opposites. */
const OPPOSITE: Readonly<Record<string, string>> = {
  '~~': '!~~',
  '~~*': '!~~*',
  '~': '!~',
  '~*': '!~*',
  'IN=': 'IN<>',
};

interface Part {
  readonly left: string;
  readonly right: string;
  readonly operator: string;
  readonly number: number | undefined;
}

/** True when the alternatives of an OR together let every row through: `x > 5 OR x <= 5`, `a IS NULL OR a IS NOT NULL`. */
export function alternativesCoverAll(alternatives: readonly Node[], alias: string): boolean {
  if (hasNegationPair(alternatives, alias)) return true;
  const parts = alternatives.flatMap((alternative) => comparisonPart(alternative, alias));
  return [...grouped(parts, (part) => part.left).values()].some(coversLeft);
}

function hasNegationPair(alternatives: readonly Node[], alias: string): boolean {
  const seen = new Set<string>();
  const negated = new Set<string>();
  for (const alternative of alternatives) {
    const [structure, negative] = polarity(alternative, alias);
    (negative ? negated : seen).add(structure);
  }
  return [...seen].some((structure) => negated.has(structure));
}

/** The condition without its negation, and whether there was one. */
function polarity(node: Node, alias: string): readonly [string, boolean] {
  const bool = fieldsOf(node, 'BoolExpr');
  if (bool?.boolop === 'NOT_EXPR') return [structureOf(bool.args?.[0], alias), true];
  const nullTest = fieldsOf(node, 'NullTest');
  if (nullTest !== undefined) {
    return [`${structureOf(nullTest.arg, alias)} null`, nullTest.nulltesttype === 'IS_NOT_NULL'];
  }
  const test = fieldsOf(node, 'BooleanTest');
  if (test === undefined) return [structureOf(node, alias), false];
  const word = (test.booltesttype ?? '').replace('IS_NOT_', 'IS_');
  return [`${structureOf(test.arg, alias)} ${word}`, test.booltesttype?.startsWith('IS_NOT_') ?? false];
}

function comparisonPart(node: Node, alias: string): readonly Part[] {
  const expression = fieldsOf(node, 'A_Expr');
  if (expression === undefined) return [];
  const name = nameParts(expression.name).at(-1) ?? '';
  const operator = expression.kind === 'AEXPR_IN' ? `IN${name}` : name;
  const flip = constantValue(expression.lexpr) !== undefined;
  const [left, right] = flip ? [expression.rexpr, expression.lexpr] : [expression.lexpr, expression.rexpr];
  const value = constantValue(right);
  return [
    {
      left: structureOf(left, alias),
      right: structureOf(right, alias),
      operator: flip ? (MIRROR[operator] ?? operator) : operator,
      number: typeof value === 'number' ? value : undefined,
    },
  ];
}

function grouped(parts: readonly Part[], key: (part: Part) => string): ReadonlyMap<string, readonly Part[]> {
  const groups = new Map<string, Part[]>();
  for (const part of parts) {
    const group = groups.get(key(part));
    if (group === undefined) groups.set(key(part), [part]);
    else group.push(part);
  }
  return groups;
}

/** Comparisons of one and the same expression. */
function coversLeft(parts: readonly Part[]): boolean {
  for (const same of grouped(parts, (part) => part.right).values()) {
    const operators = new Set(same.map((part) => part.operator));
    if ([...operators].some((operator) => operators.has(OPPOSITE[operator] ?? ''))) return true;
    const covered = [...operators].map((operator) => COVERAGE[operator] ?? '').join('');
    if (['<', '=', '>'].every((relation) => covered.includes(relation))) return true;
  }
  const from = lowest(parts.filter((part) => part.operator === '>' || part.operator === '>='));
  const upTo = highest(parts.filter((part) => part.operator === '<' || part.operator === '<='));
  return from !== undefined && upTo !== undefined && from < upTo;
}

function numbers(parts: readonly Part[]): readonly number[] {
  return parts.flatMap((part) => (part.number === undefined ? [] : [part.number]));
}

function lowest(parts: readonly Part[]): number | undefined {
  return numbers(parts).reduce<number | undefined>(
    (low, n) => (low === undefined || n < low ? n : low),
    undefined,
  );
}

function highest(parts: readonly Part[]): number | undefined {
  return numbers(parts).reduce<number | undefined>(
    (high, n) => (high === undefined || n > high ? n : high),
    undefined,
  );
}
