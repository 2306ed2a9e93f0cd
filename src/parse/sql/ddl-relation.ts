import type { ColumnDef } from '@pgsql/types';
import type {
  CatalogColumn,
  CatalogRelation,
  CatalogRule,
  CatalogTrigger,
  RelationKind,
} from '../../model/catalog.ts';
import type { RelationRef } from '../../model/sql.ts';
import { allFieldsOf } from './ast.ts';
import { displayedType } from './type-name.ts';

/** A relation while its DDL is read. */
export interface DraftRelation {
  readonly oid: number;
  schema: string;
  name: string;
  kind: RelationKind;
  temporary: boolean;
  columns: DraftColumn[];
  parents: number[];
  triggers: CatalogTrigger[];
  rules: CatalogRule[];
  comment?: string;
  definition?: string;
}

export interface DraftColumn {
  name: string;
  /** attnum; never reused, as in PostgreSQL. */
  readonly number: number;
  type: string;
  primaryKey: boolean;
  generated?: string;
  comment?: string;
}

/** The schema of unqualified names. */
export const DEFAULT_SCHEMA = 'public';

export function sameRelation(relation: DraftRelation, ref: RelationRef): boolean {
  return relation.name === ref.name && relation.schema === (ref.schema ?? DEFAULT_SCHEMA);
}

export function addColumn(relation: DraftRelation, name: string, type: string): DraftColumn {
  const last = relation.columns.reduce((highest, column) => Math.max(highest, column.number), 0);
  const column = { name, number: last + 1, type, primaryKey: false };
  relation.columns.push(column);
  return column;
}

/** A column as CREATE TABLE or ADD COLUMN defines it. */
export function defineColumn(relation: DraftRelation, definition: ColumnDef): void {
  const column = addColumn(relation, definition.colname ?? '', displayedType(definition.typeName));
  for (const constraint of allFieldsOf(definition.constraints, 'Constraint')) {
    if (constraint.contype === 'CONSTR_PRIMARY') column.primaryKey = true;
    if (constraint.contype === 'CONSTR_GENERATED') column.generated = 'generated';
  }
}

/** What the rest of guard sees; no column has a class yet. */
export function finishRelation(relation: DraftRelation): CatalogRelation {
  const { columns, ...rest } = relation;
  return { ...rest, rows: -1, columns: columns.map(finishColumn) };
}

function finishColumn(column: DraftColumn): CatalogColumn {
  return {
    ...column,
    typeOid: 0,
    class: undefined,
    source: 'none',
    confidence: 0,
    unsure: false,
    why: 'not classified yet',
  };
}
