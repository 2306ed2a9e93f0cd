import type { DataClass } from './data-class.ts';

/** A base column that a value comes from. */
export interface ColumnOrigin {
  readonly relation: number;
  readonly column: number;
}

/**
 * Where the values of one output column come from.
 * - `direct`: the value is the base column's value, unchanged.
 * - `derived`: computed from the origins in a way that may show them.
 * - `harmless`: can't show any origin's value (constants, count(*), now()).
 * - `opaque`: guard can't tell; treated as if every class could be in it.
 */
export interface OutputColumn {
  readonly name: string;
  readonly how: 'direct' | 'derived' | 'harmless' | 'opaque';
  readonly origins: readonly ColumnOrigin[];
  /** Classes of all origins, no duplicates. */
  readonly classes: readonly DataClass[];
}

/** What a statement returns: a list with one entry per output column, or not resolvable at all. */
export type Outputs =
  | { readonly kind: 'none' }
  | { readonly kind: 'columns'; readonly columns: readonly OutputColumn[] }
  | { readonly kind: 'opaque'; readonly because: string };
