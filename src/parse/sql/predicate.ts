import type { Predicate } from '../../model/sql.ts';
import { fieldsOf, type Node } from './ast.ts';
import type { ColumnSet } from './column-set.ts';
import type { PredicateTarget } from './row-dependence.ts';
import { judgeCondition } from './tautology.ts';

/** What the WHERE of a write is worth. `columns` are the target's columns that it uses. */
export function predicateOf(where: Node | undefined, columns: ColumnSet, target: PredicateTarget): Predicate {
  if (where === undefined) return { kind: 'none' };
  const cursor = fieldsOf(where, 'CurrentOfExpr');
  if (cursor !== undefined) return { kind: 'cursor', cursor: cursor.cursor_name ?? '' };
  const truth = judgeCondition(where, target);
  if (truth.kind === 'always' || truth.kind === 'uniform') return { kind: 'always', because: truth.because };
  return { kind: 'effective', columns: columns.names };
}
