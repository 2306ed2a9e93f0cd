import { type Cell, type ColumnList, HARMLESS, OPAQUE } from './cell.ts';
import { NO_COLUMNS } from './column-list.ts';

/** What a query gives. */
export interface Table {
  readonly columns: ColumnList;
  /** Set when the columns could not be counted: what any other column may show. */
  readonly open: Cell | undefined;
  /** What the number of rows may show. */
  readonly count: Cell;
}

/** A table of which nothing is known. */
export const UNKNOWN_TABLE: Table = { columns: NO_COLUMNS, open: OPAQUE, count: HARMLESS };

/** A table without columns. */
export const EMPTY_TABLE: Table = { columns: NO_COLUMNS, open: undefined, count: HARMLESS };
