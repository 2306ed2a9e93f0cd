import { fieldsOf, type Node, nameParts } from './ast.ts';

/** Positions and defaults say nothing about what an expression is. */
const POSITION_FIELDS = new Set(['location', 'rexpr_list_start', 'rexpr_list_end', 'list_start', 'list_end']);

/**
 * An expression as text without positions: equal texts mean equal values in one row. `alias.id` and `id` are the same
 * column of the relation that `alias` names; any other qualifier stays.
 */
export function structureOf(node: Node | undefined, alias: string): string {
  return (
    JSON.stringify(node, (key, value: unknown) => {
      if (POSITION_FIELDS.has(key)) return undefined;
      const column = fieldsOf(value, 'ColumnRef');
      if (column === undefined) return value;
      const parts = nameParts(column.fields);
      return { column: parts.length > 1 && parts.at(-2) === alias ? parts.slice(-1) : parts };
    }) ?? ''
  );
}

/** The name of a plain column reference, whatever it is qualified with; casts around it are looked through. */
export function columnName(node: Node | undefined): string | undefined {
  const cast = fieldsOf(node, 'TypeCast');
  if (cast !== undefined) return columnName(cast.arg);
  const column = fieldsOf(node, 'ColumnRef');
  return column === undefined ? undefined : nameParts(column.fields).at(-1);
}

/** The qualifier of a plain column reference. */
export function columnQualifier(node: Node | undefined): string | undefined {
  const column = fieldsOf(node, 'ColumnRef');
  return column === undefined ? undefined : nameParts(column.fields).at(-2);
}
