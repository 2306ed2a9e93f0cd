import type { CommonTableExpr } from '@pgsql/types';
import { Cell, type ColumnList, derived, HARMLESS, OPAQUE, union } from './cell.ts';
import { allCells } from './column-list.ts';
import type { Table } from './table.ts';

/** One thing that FROM makes visible. */
export interface Item {
  /** What qualifies its columns; undefined when nothing does. */
  readonly name: string | undefined;
  /** Schema of a relation that is named without an alias. */
  readonly schema?: string | undefined;
  readonly columns: ColumnList;
  /** What a column of any other name may show; undefined when all columns are known. */
  readonly open: Cell | undefined;
  /** `*` can't be expanded: there may be more columns, or others. */
  readonly uncounted: boolean;
  /** `name.column` finds it. */
  readonly qualified: boolean;
  /** `column` and `*` find it. */
  readonly bare: boolean;
  /** Whether it has the system columns of a table (ctid, xmin…). */
  readonly physical: 'yes' | 'maybe' | 'no';
}

/** A common table expression, traced when it is first used. */
export interface Cte {
  readonly query: CommonTableExpr;
  readonly scope: Scope;
  table: Table | undefined;
  /** While its query is being traced: what a recursive reference sees. */
  inside: Table | undefined;
  state: 'new' | 'tracing' | 'done';
  /** True when it reads nothing that holds data. */
  generated: boolean;
}

export interface Ctes {
  readonly byName: ReadonlyMap<string, Cte>;
  readonly outer: Ctes | undefined;
}

/** What column names mean at one level of a query. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly items: Item[];
  readonly ctes: Ctes | undefined;
  /** What the number of rows at this level may show; grows while FROM and WHERE are read. */
  readonly counts: Cell[] = [];

  constructor(parent: Scope | undefined, items: Item[], ctes: Ctes | undefined) {
    this.parent = parent;
    this.items = items;
    this.ctes = ctes;
  }

  static root(): Scope {
    return new Scope(undefined, [], undefined);
  }

  /** A number of rows at this level; reads off everything that is added to `counts` later. */
  countCell(): Cell {
    return new Cell('derived', this.counts);
  }
}

/** The CTE of that name, innermost first. */
export function findCte(ctes: Ctes | undefined, name: string): Cte | undefined {
  for (let level = ctes; level !== undefined; level = level.outer) {
    const found = level.byName.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

const SYSTEM_COLUMNS = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);

/** All cells that an unqualified name can mean among `items`, and what unknown columns add. */
export function bareMatches(items: readonly Item[], name: string): { found: Cell[]; open: Cell[] } {
  const found: Cell[] = [];
  const open: Cell[] = [];
  for (const item of items) {
    if (!item.bare) continue;
    for (const index of item.columns.indexesOf(name)) found.push(item.columns.cellAt(index));
    if (item.open !== undefined) open.push(item.open);
  }
  return { found, open };
}

/** An unqualified column: the innermost level that has one of that name. */
export function findBare(scope: Scope, name: string): Cell | undefined {
  const open: Cell[] = [];
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    const here = bareMatches(level.items, name);
    if (here.found.length > 0) return either(here.found, open);
    if (SYSTEM_COLUMNS.has(name)) {
      if (level.items.some((item) => item.physical === 'yes')) return either([HARMLESS], open);
      if (level.items.some((item) => item.physical === 'maybe')) open.push(HARMLESS);
    }
    open.push(...here.open);
  }
  return open.length === 0 ? undefined : either([], open);
}

/** True when some FROM item surely has a column of that name. */
export function hasBare(scope: Scope, name: string): boolean {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent)
    if (level.items.some((item) => item.bare && item.columns.indexesOf(name).length > 0)) return true;
  return false;
}

/** One of several cells; ambiguous names are an error in PostgreSQL, so that any of them will do. */
function either(found: readonly Cell[], open: readonly Cell[]): Cell {
  const [first] = found;
  if (first !== undefined && found.length === 1 && open.length === 0) return first;
  return union([...found, ...open]);
}

/** The nearest FROM item that `name` (or `schema.name`) qualifies. */
export function findItem(scope: Scope, name: string, schema?: string): Item | undefined {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    const found = level.items.find(
      (item) => item.qualified && item.name === name && (schema === undefined || matches(item, schema)),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function matches(item: Item, schema: string): boolean {
  return item.schema === schema || (schema === 'pg_temp' && (item.schema?.startsWith('pg_temp') ?? false));
}

/** A column of one item. */
export function itemColumn(item: Item, name: string): Cell | undefined {
  const indexes = item.columns.indexesOf(name);
  const [index] = indexes;
  if (index !== undefined && indexes.length === 1) return item.columns.cellAt(index);
  if (indexes.length > 1) return union(indexes.map((each) => item.columns.cellAt(each)));
  if (item.physical !== 'no' && SYSTEM_COLUMNS.has(name)) return HARMLESS;
  return item.open;
}

/** The whole row of one item. */
export function wholeRow(item: Item): Cell {
  const cells = [...allCells(item.columns)];
  if (item.open !== undefined) cells.push(item.open);
  if (item.uncounted) cells.push(item.open ?? OPAQUE);
  return derived(cells, { shape: item.uncounted ? undefined : item.columns, composite: true });
}
