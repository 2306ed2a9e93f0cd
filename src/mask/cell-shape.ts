import type { FieldDescription } from '../model/row-masking.ts';
import { type CellKind, cellKind, elementOf, widthOf } from './pg-types.ts';

/** The bytes a column's cells come in. */
export interface CellShape {
  readonly kind: CellKind;
  readonly format: 'text' | 'binary';
  /** Characters that fit (varchar(n)), or digits before the point (numeric(p, s)); absent: any number. */
  readonly width?: number;
  /** OID of an array's elements. */
  readonly element?: number;
}

/** The shape of a field's cells; `typeName` helps with types of extensions. */
export function cellShape(field: FieldDescription, typeName?: string): CellShape {
  const { typeOid, modifier, format } = field;
  const width = widthOf(typeOid, modifier);
  const element = elementOf(typeOid);
  return {
    kind: cellKind(typeOid, typeName),
    format,
    ...(width === undefined ? {} : { width }),
    ...(element === undefined ? {} : { element }),
  };
}
