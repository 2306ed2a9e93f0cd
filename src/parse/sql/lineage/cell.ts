import type { ColumnOrigin, OutputColumn } from '../../../model/lineage.ts';

/**
 * Lineage is a graph: one cell for each value that a statement handles, with edges to the cells its value is made
 * of. Equality and assignment add edges later (`taints`), so nothing is read off before the whole statement was seen.
 *
 * - `leaf`: a base column, a constant, or something that can't be followed.
 * - `column`: a column as one FROM item shows it; the only kind that takes taints from comparisons.
 * - `union`: exactly one of the sources, unchanged (set operations, merged join columns).
 * - `derived`: computed from all sources.
 * - `summary`: a number over a group (sum, avg…).
 * - `measure`: a size of a value (length…), harmless for a plain column, not for a computed text.
 * - `test`: true or false; a few of them stay readable, many together spell a value out.
 * - `row`: what the columns of a generated row (VALUES, functions) have in common.
 */
export type CellKind = 'leaf' | 'column' | 'union' | 'derived' | 'summary' | 'measure' | 'test' | 'row';

/** Everything known of a leaf: an output column without its name. */
export type Leaf = Omit<OutputColumn, 'name'>;

/** Columns of a table, a subquery or a composite value, in order. Cells are made when asked for. */
export interface ColumnList {
  readonly size: number;
  nameAt(index: number): string;
  cellAt(index: number): Cell;
  /** Positions of all columns of that name. */
  indexesOf(name: string): readonly number[];
}

export interface CellParts {
  readonly leaf?: Leaf;
  /** Fields of a composite value, where they are known. */
  readonly shape?: ColumnList | undefined;
  /** True when the value may be a row, or an array of rows, that `.*` or unnest() would take apart. */
  readonly composite?: boolean;
  /** The FROM item a column belongs to. */
  readonly owner?: object;
}

export class Cell {
  readonly kind: CellKind;
  readonly sources: Cell[];
  readonly leaf: Leaf | undefined;
  readonly shape: ColumnList | undefined;
  readonly composite: boolean;
  readonly owner: object | undefined;
  taints: Cell[] | undefined = undefined;

  constructor(kind: CellKind, sources: Cell[], parts: CellParts = {}) {
    this.kind = kind;
    this.sources = sources;
    this.leaf = parts.leaf;
    this.shape = parts.shape;
    this.owner = parts.owner;
    this.composite = parts.composite ?? sources.some((source) => source.composite);
  }
}

const NO_ORIGINS: readonly ColumnOrigin[] = [];

/** A value that can't show anything: never tainted, shared by all. */
export const HARMLESS = new Cell('leaf', [], { leaf: { how: 'harmless', origins: NO_ORIGINS, classes: [] } });

/** A value that can't be followed. */
export const OPAQUE = new Cell('leaf', [], {
  leaf: { how: 'opaque', origins: NO_ORIGINS, classes: [] },
  composite: true,
});

/** A value computed from `sources`, which may show any of them. */
export function derived(sources: readonly Cell[], parts?: CellParts): Cell {
  return combine('derived', sources, parts);
}

/** A number over a group of `sources`. */
export function summary(sources: readonly Cell[]): Cell {
  return combine('summary', sources);
}

/** A size of `sources`. */
export function measure(sources: readonly Cell[]): Cell {
  return combine('measure', sources);
}

/** True or false, found out of `sources`. */
export function test(sources: readonly Cell[]): Cell {
  return combine('test', sources);
}

function combine(kind: CellKind, sources: readonly Cell[], parts?: CellParts): Cell {
  const telling = sources.filter((source) => source !== HARMLESS);
  if (telling.length === 0 && parts === undefined) return HARMLESS;
  return new Cell(kind, telling, parts);
}

/** One of the sources, unchanged. */
export function union(sources: readonly Cell[]): Cell {
  const [first] = sources;
  if (first === undefined) return HARMLESS;
  if (sources.every((source) => source === first)) return first;
  return new Cell('union', [...sources]);
}

/** Adds `taint` to what a column's value may show. */
export function addTaint(column: Cell, taint: Cell): void {
  if (column.taints === undefined) column.taints = [taint];
  else column.taints.push(taint);
}
