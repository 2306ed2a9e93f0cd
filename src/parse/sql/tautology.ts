import type { BoolExpr, BooleanTest, NullTest } from '@pgsql/types';
import { allFieldsOf, displayName, fieldsOf, type Node, nameParts } from './ast.ts';
import { isKeyName, judgeComparison } from './comparison.ts';
import { alternativesCoverAll } from './complement.ts';
import { constantValue } from './constant-value.ts';
import { dependsOnRow, type PredicateTarget } from './row-dependence.ts';
import { judgeSubquery } from './self-subquery.ts';
import { columnName } from './structure.ts';
import { all, always, any, NEVER, not, OPEN, type Truth } from './truth.ts';

const TRUE_TEXT = new Set(['t', 'tr', 'tru', 'true', 'y', 'ye', 'yes', 'on', '1']);

/**
 * What a condition is worth over the rows of `target`. `open` is the answer whenever nothing else is provable; NULLs
 * count as values, so a tautology that fails for NULL is still one.
 */
export function judgeCondition(node: Node, target: PredicateTarget): Truth {
  const bool = fieldsOf(node, 'BoolExpr');
  if (bool !== undefined) return judgeBool(bool, target);
  const value = constantValue(node);
  if (value !== undefined) {
    const truth = value === true || (typeof value === 'string' && TRUE_TEXT.has(value.toLowerCase()));
    return truth ? always('it is always true') : NEVER;
  }
  if (dependsOnRow(node, target)) return judgeDependent(node, target);
  const because = `it uses no column of ${displayName(target.relation)}, so it is the same for every row`;
  return { kind: 'uniform', because };
}

function judgeBool(bool: BoolExpr, target: PredicateTarget): Truth {
  const args = bool.args ?? [];
  if (bool.boolop === 'OR_EXPR' && alternativesCoverAll(args, target.alias))
    return always('its alternatives cover every row');
  const parts = args.map((argument) => judgeCondition(argument, target));
  if (bool.boolop === 'NOT_EXPR') return not(parts[0] ?? OPEN);
  return bool.boolop === 'OR_EXPR' ? any(parts) : all(parts);
}

function judgeDependent(node: Node, target: PredicateTarget): Truth {
  const expression = fieldsOf(node, 'A_Expr');
  if (expression !== undefined) return judgeComparison(expression, { target, judge: judgeCondition });
  const nullTest = fieldsOf(node, 'NullTest');
  if (nullTest !== undefined) return judgeNullTest(nullTest, target);
  const test = fieldsOf(node, 'BooleanTest');
  if (test !== undefined) return judgeBooleanTest(test, target);
  const choice = fieldsOf(node, 'CaseExpr');
  if (choice !== undefined) {
    const results = allFieldsOf(choice.args, 'CaseWhen').map((when) => when.result);
    return every([...results, choice.defresult], target);
  }
  const coalesce = fieldsOf(node, 'CoalesceExpr');
  if (coalesce !== undefined) return every(coalesce.args ?? [], target);
  const cast = fieldsOf(node, 'TypeCast');
  if (cast?.arg !== undefined) return judgeCondition(cast.arg, target);
  return judgeSubquery(node, target, judgeCondition);
}

/** All results are the same and true; anything else stays open. */
function every(results: readonly (Node | undefined)[], target: PredicateTarget): Truth {
  const truths = results.map((result) => (result === undefined ? NEVER : judgeCondition(result, target)));
  const [first] = truths;
  return first !== undefined && truths.every((truth) => truth.kind === 'always') ? first : OPEN;
}

const COMPARISONS = new Set(['=', '<>', '!=', '<', '<=', '>', '>=']);

function judgeNullTest(test: NullTest, target: PredicateTarget): Truth {
  const notNull = isNeverNull(test.arg, target);
  if (!notNull) return OPEN;
  return test.nulltesttype === 'IS_NOT_NULL' ? always('what it tests is never NULL') : NEVER;
}

function isNeverNull(node: Node | undefined, target: PredicateTarget): boolean {
  const column = columnName(node);
  if (column !== undefined) return isKeyName(column, target);
  if (fieldsOf(node, 'NullTest') !== undefined || fieldsOf(node, 'BooleanTest') !== undefined) return true;
  const expression = fieldsOf(node, 'A_Expr');
  if (expression !== undefined) {
    if (expression.kind === 'AEXPR_DISTINCT' || expression.kind === 'AEXPR_NOT_DISTINCT') return true;
    if (!COMPARISONS.has(nameParts(expression.name).at(-1) ?? '')) return false;
    return [expression.lexpr, expression.rexpr].every(
      (side) => (constantValue(side) ?? null) !== null || isNeverNull(side, target),
    );
  }
  const args = fieldsOf(node, 'CoalesceExpr')?.args ?? [];
  return args.some((argument) => (constantValue(argument) ?? null) !== null || isNeverNull(argument, target));
}

function judgeBooleanTest(test: BooleanTest, target: PredicateTarget): Truth {
  if (test.arg === undefined) return OPEN;
  const truth = judgeCondition(test.arg, target);
  switch (test.booltesttype) {
    case 'IS_TRUE':
    case 'IS_NOT_FALSE':
      return truth;
    case 'IS_FALSE':
    case 'IS_NOT_TRUE':
      return not(truth);
    case 'IS_NOT_UNKNOWN':
      return isNeverNull(test.arg, target) ? always('what it tests is never NULL') : OPEN;
    default:
      return OPEN;
  }
}
