import type { JoinExpr } from '@pgsql/types';
import { nameParts } from '../ast.ts';
import { Cell, type ColumnList, derived, OPAQUE } from './cell.ts';
import { FixedColumns, NO_COLUMNS, type Pick, PickedColumns } from './column-list.ts';
import { joinColumns } from './probe.ts';
import { aliasNames } from './relation.ts';
import { bareMatches, type Item, Scope } from './scope.ts';
import type { Tracer } from './tracer.ts';

/** What a join makes visible, from what its sides do. */
export function joinItems(
  tracer: Tracer,
  join: JoinExpr,
  sides: { readonly left: readonly Item[]; readonly right: readonly Item[]; readonly scope: Scope },
): readonly Item[] {
  const { left, right, scope } = sides;
  if (isUnsure(join, [...left, ...right])) return unsureItems(join, [...left, ...right]);
  const merged = mergedNames(join, left, right);
  if (merged.length === 0 && join.alias === undefined) return [...left, ...right];
  const both = new Scope(scope.parent, [...left, ...right], scope.ctes);
  const cells = merged.map((name) => mergeColumn(tracer, both, { join, left, right, name }));
  scope.counts.push(...both.counts);
  const common = new FixedColumns(merged, cells);
  const columns = new PickedColumns([...picksOf(common), ...restOf(left, merged), ...restOf(right, merged)]);
  const open = [...left, ...right].filter((item) => item.bare && item.uncounted);
  return visibleItems(join, { left, right, columns, common, open });
}

/** NATURAL and new names need to know all columns. */
function isUnsure(join: JoinExpr, items: readonly Item[]): boolean {
  const renames = join.isNatural || (join.alias?.colnames?.length ?? 0) > 0;
  return renames === true && items.some((item) => item.bare && (item.uncounted || item.open !== undefined));
}

function unsureItems(join: JoinExpr, items: readonly Item[]): readonly Item[] {
  const whole: Item = {
    name: join.alias?.aliasname,
    columns: NO_COLUMNS,
    open: OPAQUE,
    uncounted: true,
    qualified: join.alias !== undefined,
    bare: true,
    physical: 'no',
  };
  if (join.alias !== undefined) return [whole];
  return [whole, ...items.filter((item) => item.qualified).map((item) => ({ ...item, bare: false }))];
}

interface JoinParts {
  readonly left: readonly Item[];
  readonly right: readonly Item[];
  readonly columns: ColumnList;
  readonly common: ColumnList;
  readonly open: readonly Item[];
}

function visibleItems(join: JoinExpr, parts: JoinParts): readonly Item[] {
  const names = aliasNames(join.alias);
  const uncounted = parts.open.length > 0;
  const item: Item = {
    name: join.alias?.aliasname,
    columns: names.length === 0 ? parts.columns : renamed(parts.columns, names),
    open: uncounted ? derived(parts.open.map((each) => each.open ?? OPAQUE)) : undefined,
    uncounted,
    qualified: join.alias !== undefined,
    bare: true,
    physical: 'no',
  };
  const items: Item[] = [item];
  if (join.join_using_alias !== undefined)
    items.push({
      ...item,
      name: join.join_using_alias.aliasname,
      columns: parts.common,
      qualified: true,
      bare: false,
    });
  if (join.alias !== undefined) return items;
  const hidden = [...parts.left, ...parts.right].filter((each) => each.qualified);
  return [...items, ...hidden.map((each) => ({ ...each, bare: false }))];
}

function renamed(columns: ColumnList, names: readonly string[]): ColumnList {
  return new PickedColumns(
    picksOf(columns).map((pick, index) => ({ ...pick, name: names[index] ?? pick.name })),
  );
}

/** Columns that USING or NATURAL makes one. */
function mergedNames(join: JoinExpr, left: readonly Item[], right: readonly Item[]): readonly string[] {
  if (!join.isNatural) return nameParts(join.usingClause);
  const rightNames = new Set(bareNames(right));
  return bareNames(left).filter((name) => rightNames.has(name));
}

function bareNames(items: readonly Item[]): readonly string[] {
  return items.filter((item) => item.bare).flatMap((item) => picksOf(item.columns).map((pick) => pick.name));
}

function mergeColumn(
  tracer: Tracer,
  scope: Scope,
  merge: {
    readonly join: JoinExpr;
    readonly left: readonly Item[];
    readonly right: readonly Item[];
    readonly name: string;
  },
): Cell {
  const left = sideCell(merge.left, merge.name);
  const right = sideCell(merge.right, merge.name);
  joinColumns(tracer, scope, [left, right]);
  switch (merge.join.jointype) {
    case 'JOIN_FULL':
      return derived([left, right]);
    case 'JOIN_RIGHT':
      return right;
    default:
      return left;
  }
}

function sideCell(items: readonly Item[], name: string): Cell {
  const { found, open } = bareMatches(items, name);
  const [first] = found;
  if (first !== undefined && found.length === 1 && open.length === 0) return first;
  const all = [...found, ...open];
  return all.length === 0 ? OPAQUE : new Cell('derived', all);
}

function picksOf(columns: ColumnList): readonly Pick[] {
  return Array.from({ length: columns.size }, (_, index) => ({
    name: columns.nameAt(index),
    from: columns,
    index,
  }));
}

function restOf(items: readonly Item[], merged: readonly string[]): readonly Pick[] {
  return items
    .filter((item) => item.bare)
    .flatMap((item) => picksOf(item.columns))
    .filter((pick) => !merged.includes(pick.name));
}
