import type { DataClass } from './data-class.ts';

/** One field of a RowDescription (PostgreSQL protocol 3.0, section 55.7). */
export interface FieldDescription {
  readonly name: string;
  readonly tableOid: number;
  /** attnum; 0 when the field is no plain column (or a whole row, when tableOid is not 0). */
  readonly columnNumber: number;
  readonly typeOid: number;
  readonly format: 'text' | 'binary';
  /** pg_attribute.atttypmod: the n of varchar(n) and the like; absent or -1 when there is none. */
  readonly modifier?: number;
}

/**
 * Rewrites one cell. Gets the cell's bytes (never NULL) and returns the bytes to send: the same object
 * when nothing changes, `null` for SQL NULL. Must not keep the argument: it is a view into a shared chunk. What it returns
 * is good until its next call.
 */
export interface CellMasker {
  (cell: Uint8Array): Uint8Array | null;
  /** Present where every cell becomes the same: who writes these bytes in a cell's place need not look at the cell. */
  readonly constant?: ConstantMask;
}

export interface ConstantMask {
  readonly bytes: Uint8Array | null;
  /** One more cell became it. */
  count(): void;
}

/** What happens to the rows of one result. */
export interface RowMasker {
  /** One per field; `undefined` passes the cell on untouched. */
  readonly cells: readonly (CellMasker | undefined)[];
  /** Columns (from 0) that are hidden whatever their cells hold; others only where something is found. */
  readonly hidden?: readonly number[];
  /** How many cells were changed so far, by class (`scan` hits count under the class found). */
  counts(): ReadonlyMap<DataClass | 'opaque', number>;
}

/** Rewrites the stream of COPY OUT data; cuts of the input never change the output. */
export interface CopyMasker {
  /** One CopyData payload in, one payload out (an empty one is not sent), good until the next call. */
  push(data: Uint8Array): Uint8Array;
  /** What was held back, when the copy ends. */
  end(): Uint8Array;
  readonly hidden?: readonly number[];
  counts(): ReadonlyMap<DataClass | 'opaque', number>;
}
