import type { RelationRef } from '../../model/sql.ts';
import { fieldsOf, isTreeObject, nameParts } from './ast.ts';

/** The relation that a DELETE or UPDATE acts on, as its WHERE sees it. */
export interface PredicateTarget {
  readonly relation: RelationRef;
  /** Name that qualifies its columns. */
  readonly alias: string;
}

/** True unless no column below `value` can belong to the target: such a condition is the same for every row. */
export function dependsOnRow(value: unknown, target: PredicateTarget): boolean {
  return depends(value, { alias: target.alias, hidden: [], nested: false });
}

interface View {
  readonly alias: string;
  /** Aliases of subqueries around, which hide an equal alias of the target. */
  readonly hidden: readonly string[];
  /** Inside a subquery. */
  readonly nested: boolean;
}

function depends(value: unknown, view: View): boolean {
  if (Array.isArray(value)) return value.some((item) => depends(item, view));
  if (!isTreeObject(value)) return false;
  const column = fieldsOf(value, 'ColumnRef');
  if (column !== undefined) return columnDepends(nameParts(column.fields), view);
  const select = fieldsOf(value, 'SelectStmt');
  if (select !== undefined) {
    const hidden = [...view.hidden, ...sourceNames(select.fromClause)];
    return depends(Object.values(select), { alias: view.alias, hidden, nested: true });
  }
  for (const key in value) if (depends(value[key], view)) return true;
  return false;
}

/** An unqualified name may always be the target's; a bare `*` of a subquery is not. */
function columnDepends(parts: readonly string[], view: View): boolean {
  if (parts.length === 0) return !view.nested;
  const qualifier = parts.length === 1 ? undefined : parts.at(-2);
  if (qualifier === undefined) return !view.hidden.includes(parts[0] ?? '');
  return qualifier === view.alias && !view.hidden.includes(qualifier);
}

/** Names under which the entries of a FROM list can be addressed. */
export function sourceNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(sourceNames);
  if (!isTreeObject(value)) return [];
  const range = fieldsOf(value, 'RangeVar');
  if (range !== undefined) return [range.alias?.aliasname ?? range.relname ?? ''];
  const join = fieldsOf(value, 'JoinExpr');
  if (join !== undefined) return [...sourceNames(join.larg), ...sourceNames(join.rarg)];
  const other = fieldsOf(value, 'RangeSubselect') ?? fieldsOf(value, 'RangeFunction');
  return other?.alias?.aliasname === undefined ? [] : [other.alias.aliasname];
}
