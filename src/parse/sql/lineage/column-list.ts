import { Cell, type ColumnList } from './cell.ts';

const NOWHERE: readonly number[] = [];

/** A list of names and cells. */
export class FixedColumns implements ColumnList {
  readonly size: number;
  readonly #names: readonly string[];
  readonly #cells: readonly Cell[];

  constructor(names: readonly string[], cells: readonly Cell[]) {
    this.size = cells.length;
    this.#names = names;
    this.#cells = cells;
  }

  nameAt(index: number): string {
    return this.#names[index] ?? '';
  }

  cellAt(index: number): Cell {
    return cellOrFail(this.#cells[index]);
  }

  indexesOf(name: string): readonly number[] {
    return positionsOf(this, name);
  }
}

export const NO_COLUMNS: ColumnList = new FixedColumns([], []);

export interface BindingOptions {
  /** New names for the first columns, as a column alias list gives them. */
  readonly names?: readonly string[];
  /** What all columns of one generated row have in common. */
  readonly row?: Cell | undefined;
  /** Called when a column is used for the first time. */
  readonly onUse?: (index: number) => void;
  /** What a column shows besides its source, as a generated column its inputs. */
  readonly also?: (index: number, bindings: ColumnList) => readonly Cell[];
}

/** The columns of `inner` as one FROM item shows them: each gets a cell of its own on first use. */
export class Bindings implements ColumnList {
  readonly size: number;
  readonly #inner: ColumnList;
  readonly #options: BindingOptions;
  readonly #cells: (Cell | undefined)[] = [];

  constructor(inner: ColumnList, options: BindingOptions = {}) {
    this.size = inner.size;
    this.#inner = inner;
    this.#options = options;
  }

  nameAt(index: number): string {
    return this.#options.names?.[index] ?? this.#inner.nameAt(index);
  }

  cellAt(index: number): Cell {
    const known = this.#cells[index];
    if (known !== undefined) return known;
    const source = this.#inner.cellAt(index);
    const { row, onUse, also } = this.#options;
    const cell = new Cell('column', row === undefined ? [source] : [source, row], {
      shape: source.shape,
      composite: source.composite,
      owner: this,
    });
    this.#cells[index] = cell;
    onUse?.(index);
    const more = also?.(index, this) ?? [];
    if (more.length > 0) cell.taints = [...more];
    return cell;
  }

  indexesOf(name: string): readonly number[] {
    return this.#options.names === undefined ? this.#inner.indexesOf(name) : positionsOf(this, name);
  }
}

/** Any order of columns of other lists, under any names. */
export interface Pick {
  readonly name: string;
  readonly from: ColumnList;
  readonly index: number;
}

/** Columns picked from several lists (joins); their cells stay those of the lists. */
export class PickedColumns implements ColumnList {
  readonly size: number;
  readonly #picks: readonly Pick[];

  constructor(picks: readonly Pick[]) {
    this.size = picks.length;
    this.#picks = picks;
  }

  nameAt(index: number): string {
    return this.#picks[index]?.name ?? '';
  }

  cellAt(index: number): Cell {
    const pick = this.#picks[index];
    return cellOrFail(pick?.from.cellAt(pick.index));
  }

  indexesOf(name: string): readonly number[] {
    return positionsOf(this, name);
  }
}

/** All cells of a list; makes those that were not used so far. */
export function allCells(columns: ColumnList): readonly Cell[] {
  return Array.from({ length: columns.size }, (_, index) => columns.cellAt(index));
}

/** All names of a list. */
export function allNames(columns: ColumnList): readonly string[] {
  return Array.from({ length: columns.size }, (_, index) => columns.nameAt(index));
}

function positionsOf(columns: ColumnList, name: string): readonly number[] {
  let found: number[] | undefined;
  for (let index = 0; index < columns.size; index += 1) {
    if (columns.nameAt(index) !== name) continue;
    if (found === undefined) found = [index];
    else found.push(index);
  }
  return found ?? NOWHERE;
}

function cellOrFail(cell: Cell | undefined): Cell {
  if (cell === undefined) throw new RangeError('column position out of range');
  return cell;
}

/** Columns of these names, each of which may show all of `cell`. */
export function spread(names: readonly string[], cell: Cell): ColumnList {
  return new FixedColumns(
    names,
    names.map(() => cell),
  );
}
