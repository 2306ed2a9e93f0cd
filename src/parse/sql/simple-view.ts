import type { RelationRef } from '../../model/sql.ts';
import { allFieldsOf, fieldsOf, nameParts, relationRef } from './ast.ts';
import { rawParse } from './library.ts';

/** A view of one relation, as PostgreSQL lets it be written through. */
export interface SimpleView {
  readonly relation: RelationRef;
  /** The relation's column behind each column of the view, undefined where it is computed; `same` for `SELECT *`. */
  readonly columns: readonly (string | undefined)[] | 'same';
}

/** Reads a view's query; undefined when it has more than one source (PostgreSQL 18, CREATE VIEW, "Updatable Views"). */
export function readSimpleView(definition: string): SimpleView | undefined {
  if (definition.includes('\0')) return undefined;
  const parsed = rawParse(definition);
  const select = 'result' in parsed ? fieldsOf(parsed.result.stmts?.[0]?.stmt, 'SelectStmt') : undefined;
  const [source, ...others] = select?.fromClause ?? [];
  const range = fieldsOf(source, 'RangeVar');
  if (select === undefined || range === undefined || others.length > 0) return undefined;
  const targets = allFieldsOf(select.targetList, 'ResTarget').map(({ val }) => fieldsOf(val, 'ColumnRef'));
  const stars = targets.some((column) => fieldsOf(column?.fields?.at(-1), 'A_Star') !== undefined);
  if (stars) return targets.length === 1 ? { relation: relationRef(range), columns: 'same' } : undefined;
  return { relation: relationRef(range), columns: targets.map((column) => nameParts(column?.fields).at(-1)) };
}
