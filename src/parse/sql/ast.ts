import type { A_Const, Node, RangeVar } from '@pgsql/types';
import type { RelationRef } from '../../model/sql.ts';

/**
 * Access to libpg-query's tree. A tagged node is an object with one key, its tag (`{ColumnRef: {…}}`); fields of
 * a fixed type (`relation`, `withClause`, `larg`…) carry no tag. Protobuf leaves out every zero value, so an absent
 * number is 0 and an absent boolean is false.
 */
export type { Node };

/** Every node tag of PostgreSQL 18's grammar. */
export type Tag = Node extends infer Each ? (Each extends Node ? keyof Each & string : never) : never;

/** The fields of a node with that tag. */
export type FieldsOf<T extends Tag> = Node extends infer Each
  ? Each extends { readonly [key in T]: infer Fields }
    ? Fields
    : never
  : never;

/** Tags of whole statements. */
export type StatementTag = Extract<Tag, `${string}Stmt`>;

export type TreeObject = { readonly [key: string]: unknown };

export function isTreeObject(value: unknown): value is TreeObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for `{Tag: {…}}`: exactly one key, with a capital letter. */
export function isNode(value: unknown): value is Node {
  return isTreeObject(value) && tagOf(value) !== undefined;
}

const CAPITAL_A = 65;
const CAPITAL_Z = 90;

/** True for keys that are tags; fields begin with a small letter. */
export function isTag(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= CAPITAL_A && first <= CAPITAL_Z;
}

/** The tag of a node; undefined for anything else. */
export function tagOf(node: object): string | undefined {
  for (const key in node) return isTag(key) ? key : undefined;
  return undefined;
}

/** The fields of `node` when it has that tag. The one place where the tree gets its types. */
export function fieldsOf<T extends Tag>(node: unknown, tag: T): FieldsOf<T> | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  return (node as { readonly [key: string]: FieldsOf<T> })[tag];
}

/** The fields of every node of a list that has that tag. */
export function allFieldsOf<T extends Tag>(nodes: readonly Node[] | undefined, tag: T): FieldsOf<T>[] {
  const found: FieldsOf<T>[] = [];
  for (const node of nodes ?? []) {
    const fields = fieldsOf(node, tag);
    if (fields !== undefined) found.push(fields);
  }
  return found;
}

/** The text of a `String` node. */
export function stringOf(node: unknown): string | undefined {
  const text = fieldsOf(node, 'String');
  return text === undefined ? undefined : (text.sval ?? '');
}

/** The parts of a qualified name: a list of `String` nodes; anything else in it is left out. */
export function nameParts(nodes: readonly Node[] | undefined): readonly string[] {
  const parts: string[] = [];
  for (const node of nodes ?? []) {
    const part = stringOf(node);
    if (part !== undefined) parts.push(part);
  }
  return parts;
}

/** A constant as it stands in the SQL. `value` of numbers and bit strings is their text. */
export type Constant =
  | { readonly type: 'string' | 'number' | 'bits'; readonly value: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'null' };

/** The constant that an `A_Const` is, or a bare value node as DefElem arguments have. */
export function constantOf(node: unknown): Constant | undefined {
  const constant = fieldsOf(node, 'A_Const');
  if (constant !== undefined) return constantOfFields(constant);
  const text = stringOf(node);
  if (text !== undefined) return { type: 'string', value: text };
  const integer = fieldsOf(node, 'Integer');
  if (integer !== undefined) return { type: 'number', value: String(integer.ival ?? 0) };
  const float = fieldsOf(node, 'Float');
  if (float !== undefined) return { type: 'number', value: float.fval ?? '0' };
  const truth = fieldsOf(node, 'Boolean');
  return truth === undefined ? undefined : { type: 'boolean', value: truth.boolval ?? false };
}

function constantOfFields(constant: A_Const): Constant {
  if (constant.ival !== undefined) return { type: 'number', value: String(constant.ival.ival ?? 0) };
  if (constant.fval !== undefined) return { type: 'number', value: constant.fval.fval ?? '0' };
  if (constant.boolval !== undefined) return { type: 'boolean', value: constant.boolval.boolval ?? false };
  if (constant.bsval !== undefined) return { type: 'bits', value: constant.bsval.bsval ?? '' };
  if (constant.sval !== undefined) return { type: 'string', value: constant.sval.sval ?? '' };
  return { type: 'null' };
}

/** A relation as written. */
export function relationRef(range: RangeVar | undefined): RelationRef {
  const name = range?.relname ?? '';
  return range?.schemaname ? { schema: range.schemaname, name } : { name };
}

/** The relation a name of one to three parts stands for; the database part, if any, is left out. */
export function relationFromParts(parts: readonly string[]): RelationRef {
  const name = parts.at(-1) ?? '';
  const schema = parts.at(-2);
  return schema === undefined ? { name } : { schema, name };
}

/** `schema.name` or `name`, as a person would write it. */
export function displayName(relation: RelationRef): string {
  return relation.schema === undefined ? relation.name : `${relation.schema}.${relation.name}`;
}
