import type { RangeVar } from '@pgsql/types';
import type { ObjectRef } from '../../model/sql.ts';
import { fieldsOf, type Node, nameParts, relationRef, stringOf } from './ast.ts';

/** Object types whose name in PostgreSQL's own words is not just the constant's. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_FDW: 'foreign-data wrapper',
  OBJECT_FOREIGN_SERVER: 'server',
  OBJECT_TABCONSTRAINT: 'constraint',
  OBJECT_DOMCONSTRAINT: 'domain constraint',
  OBJECT_OPCLASS: 'operator class',
  OBJECT_OPFAMILY: 'operator family',
  OBJECT_STATISTIC_EXT: 'statistics',
  OBJECT_TSCONFIGURATION: 'text search configuration',
  OBJECT_TSDICTIONARY: 'text search dictionary',
  OBJECT_TSPARSER: 'text search parser',
  OBJECT_TSTEMPLATE: 'text search template',
  OBJECT_LARGEOBJECT: 'large object',
  OBJECT_PARAMETER_ACL: 'parameter',
};

/** `OBJECT_FOREIGN_TABLE` → `foreign table`. */
export function objectTypeName(type: string | undefined): string {
  if (type === undefined) return 'object';
  return (
    TYPE_NAMES[type] ??
    type
      .replace(/^OBJECT_/, '')
      .toLowerCase()
      .replaceAll('_', ' ')
  );
}

/** Objects that stand below a relation: their last name part is their own, those before it name the relation. */
const BELOW_RELATION = new Set(['column', 'policy', 'trigger', 'rule', 'constraint']);

/** The object that a node of DROP, COMMENT, GRANT, ALTER … names. */
export function objectRef(type: string, node: Node | undefined): ObjectRef {
  const range = fieldsOf(node, 'RangeVar');
  if (range !== undefined) return { type, ...relationRef(range) };
  const plain = stringOf(node);
  if (plain !== undefined) return { type, name: plain };
  const routine = fieldsOf(node, 'ObjectWithArgs');
  if (routine !== undefined) return objectFromParts(type, nameParts(routine.objname));
  const typeName = fieldsOf(node, 'TypeName');
  if (typeName !== undefined) return objectFromParts(type, nameParts(typeName.names));
  const role = fieldsOf(node, 'RoleSpec');
  if (role !== undefined) return { type, name: role.rolename ?? '' };
  const items = fieldsOf(node, 'List')?.items ?? [];
  const names = items.flatMap((item) => nameParts(fieldsOf(item, 'TypeName')?.names ?? [item]).slice(-1));
  return BELOW_RELATION.has(type)
    ? memberFromParts(type, nameParts(items))
    : objectFromParts(type, lastTwo(type, names, items));
}

function lastTwo(type: string, names: readonly string[], items: readonly Node[]): readonly string[] {
  if (type === 'cast' || type === 'transform') return [names.join(' as ')];
  return nameParts(items).length > 0 ? nameParts(items) : names;
}

export function objectFromParts(type: string, parts: readonly string[]): ObjectRef {
  const name = parts.at(-1) ?? '';
  const schema = parts.at(-2);
  return schema === undefined ? { type, name } : { type, name, schema };
}

/** `table.column` stays one name; the schema is what stands before the table. */
function memberFromParts(type: string, parts: readonly string[]): ObjectRef {
  const schema = parts.at(-3);
  const name = parts.slice(-2).join('.');
  return schema === undefined ? { type, name } : { type, name, schema };
}

export function relationObject(type: string, range: RangeVar | undefined): ObjectRef {
  return { type, ...relationRef(range) };
}
