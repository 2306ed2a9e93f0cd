import type { DataClass } from '../../../model/data-class.ts';
import type { ColumnOrigin } from '../../../model/lineage.ts';
import { fieldsOf, type Node, nameParts } from '../ast.ts';
import { type Cell, HARMLESS } from './cell.ts';
import { compare } from './comparison.ts';
import { traceCondition } from './operator.ts';
import { plainLeaf, type Resolver } from './resolve.ts';
import type { Scope } from './scope.ts';
import type { Tracer } from './tracer.ts';

/** WHERE or ON: what its parts ask holds for every row, so that a plain equality among them looks one value up. */
export function traceFilter(tracer: Tracer, node: Node | undefined, scope: Scope): void {
  if (node === undefined) return;
  const bool = fieldsOf(node, 'BoolExpr');
  if (bool?.boolop === 'AND_EXPR') {
    for (const arg of bool.args ?? []) traceFilter(tracer, arg, scope);
    return;
  }
  const from = tracer.conditions.length;
  traceCondition(tracer, node, scope);
  if (equatesColumn(node) && tracer.conditions.length === from + 1) tracer.lookups.add(from);
}

/** JOIN … USING: a pair of columns of one name. */
export function joinColumns(tracer: Tracer, scope: Scope, sides: readonly [Cell, Cell]): void {
  const from = tracer.conditions.length;
  compare(tracer, scope, sides);
  if (tracer.conditions.length === from + 1) tracer.lookups.add(from);
}

/** `column = …`, or IN with a single item. */
function equatesColumn(node: Node): boolean {
  const expr = fieldsOf(node, 'A_Expr');
  const [symbol, ...more] = nameParts(expr?.name);
  if (symbol !== '=' || more.length > 0) return false;
  if (expr?.kind === 'AEXPR_IN')
    return isColumn(expr.lexpr) && fieldsOf(expr.rexpr, 'List')?.items?.length === 1;
  return expr?.kind === 'AEXPR_OP' && (isColumn(expr.lexpr) || isColumn(expr.rexpr));
}

function isColumn(node: Node | undefined): boolean {
  return fieldsOf(node, 'ColumnRef') !== undefined;
}

/**
 * Names of the classed columns that conditions, groups and sort orders look at, but for plain look-ups: a column that
 * equals one value, and classed columns of tables that are joined. Rows of somebody's own making that are joined to a
 * classed column (VALUES, a temporary table, columns without a class) are guesses at it.
 */
export function probedColumns(tracer: Tracer, resolver: Resolver, rows: Cell): readonly string[] {
  const asked = new Set<Cell>([...tracer.grouped, rows]);
  tracer.conditions.forEach((cell, index) => {
    if (!tracer.lookups.has(index) || !looksUp(tracer, cell)) asked.add(cell);
  });
  asked.delete(HARMLESS);
  const names = new Set<string>();
  for (const cell of asked) {
    const { origins, classes } = resolver.resolve(cell);
    if (classes.length > 0) for (const name of namesOf(tracer, origins, classes)) names.add(name);
  }
  return [...names].sort();
}

/** The cell of an equality: the one column, or the pair. */
function looksUp(tracer: Tracer, cell: Cell): boolean {
  if (plainLeaf(cell)?.how === 'direct') return true;
  return (
    cell.kind === 'derived' && cell.sources.length === 2 && cell.sources.every((side) => isKept(tracer, side))
  );
}

/** A classed column of a table that stays. */
function isKept(tracer: Tracer, side: Cell): boolean {
  const leaf = plainLeaf(side);
  if (leaf?.how !== 'direct' || leaf.classes.length === 0) return false;
  return leaf.origins.every(({ relation }) => tracer.index?.byOid(relation)?.relation.temporary === false);
}

function namesOf(
  tracer: Tracer,
  origins: readonly ColumnOrigin[],
  classes: readonly DataClass[],
): readonly string[] {
  const names = origins.flatMap(({ relation: oid, column: number }) => {
    const indexed = tracer.index?.byOid(oid);
    if (indexed === undefined) return [];
    const { relation } = indexed;
    const at = relation.columns.findIndex((column) => column.number === number);
    if ((indexed.cellAt(at).leaf?.classes.length ?? 0) === 0) return [];
    const table = relation.schema === 'public' ? relation.name : `${relation.schema}.${relation.name}`;
    return [`${table}.${indexed.nameAt(at)}`];
  });
  return names.length > 0 ? names : classes;
}
