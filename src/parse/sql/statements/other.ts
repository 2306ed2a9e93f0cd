import { allFieldsOf, type FieldsOf, fieldsOf, type Node, nameParts } from '../ast.ts';
import { objectFromParts, objectTypeName, relationObject } from '../object-ref.ts';
import type { Scope } from '../scope.ts';
import type { TreeWalk } from '../tree-walk.ts';
import { addElevation } from './routine.ts';
import { addVariable } from './session.ts';
import { addAlter, addCreate } from './table.ts';

/** CREATE AGGREGATE, OPERATOR, TYPE, COLLATION, TEXT SEARCH … */
export function walkDefine(define: FieldsOf<'DefineStmt'>, walk: TreeWalk): void {
  const object = objectFromParts(objectTypeName(define.kind), nameParts(define.defnames));
  addCreate(object, walk, { replaces: define.replace ?? false });
}

/** A statement that only makes one named object. */
export function creates<Fields>(
  type: string,
  name: (fields: Fields) => readonly Node[] | string | undefined,
): (fields: Fields, walk: TreeWalk) => void {
  return (fields, walk) => {
    const named = name(fields);
    addCreate(
      typeof named === 'string' ? { type, name: named } : objectFromParts(type, nameParts(named)),
      walk,
    );
  };
}

/** A statement that only changes one named object. */
export function alters<Fields>(
  type: string,
  name: (fields: Fields) => readonly Node[] | string | undefined,
  kind = 'options',
): (fields: Fields, walk: TreeWalk) => void {
  return (fields, walk) => {
    const named = name(fields);
    addAlter(
      typeof named === 'string' ? { type, name: named } : objectFromParts(type, nameParts(named)),
      { kind },
      walk,
    );
  };
}

export function walkCompositeType(create: FieldsOf<'CompositeTypeStmt'>, walk: TreeWalk): void {
  addCreate(relationObject('type', create.typevar), walk);
}

/** One-letter sub-commands of ALTER DOMAIN (gram.y, AlterDomainStmt). */
const DOMAIN_ACTIONS: Readonly<Record<string, string>> = {
  T: 'set-default',
  N: 'drop-not-null',
  O: 'set-not-null',
  C: 'add-constraint',
  X: 'drop-constraint',
  V: 'validate-constraint',
};

export function walkCreateDomain(create: FieldsOf<'CreateDomainStmt'>, walk: TreeWalk, scope: Scope): void {
  addCreate(objectFromParts('domain', nameParts(create.domainname)), walk);
  walk.expression(create.constraints, scope);
}

export function walkAlterDomain(alter: FieldsOf<'AlterDomainStmt'>, walk: TreeWalk, scope: Scope): void {
  walk.expression(fieldsOf(alter.def, 'Constraint')?.raw_expr ?? alter.def, scope);
  const kind = DOMAIN_ACTIONS[alter.subtype ?? ''] ?? 'alter';
  const object = objectFromParts('domain', nameParts(alter.typeName));
  addAlter(
    object,
    {
      kind,
      destructive: kind.startsWith('drop'),
      heavy: kind === 'add-constraint' || kind === 'set-not-null',
    },
    walk,
  );
}

export function walkAlterEnum(alter: FieldsOf<'AlterEnumStmt'>, walk: TreeWalk): void {
  const renames = alter.oldVal !== undefined;
  const action = { kind: renames ? 'rename-value' : 'add-value', destructive: renames };
  addAlter(objectFromParts('type', nameParts(alter.typeName)), action, walk);
}

export function walkCast(cast: FieldsOf<'CreateCastStmt'>, walk: TreeWalk): void {
  const [from, to] = [cast.sourcetype, cast.targettype].map((type) => nameParts(type?.names).at(-1) ?? '');
  addCreate({ type: 'cast', name: `${from} as ${to}` }, walk);
}

export function walkTransform(create: FieldsOf<'CreateTransformStmt'>, walk: TreeWalk): void {
  const type = nameParts(create.type_name?.names).at(-1) ?? '';
  const replaces = create.replace ?? false;
  addCreate({ type: 'transform', name: `${type} for ${create.lang ?? ''}` }, walk, { replaces });
}

/** The handler is C code inside the server. */
export function walkAccessMethod(create: FieldsOf<'CreateAmStmt'>, walk: TreeWalk): void {
  addCreate({ type: 'access method', name: create.amname ?? '' }, walk);
  addElevation(['ACCESS METHOD'], walk);
}

export function walkTablespace(create: FieldsOf<'CreateTableSpaceStmt'>, walk: TreeWalk): void {
  addCreate({ type: 'tablespace', name: create.tablespacename ?? '' }, walk);
  walk.sink.add({ kind: 'server-file', access: 'write', by: 'CREATE TABLESPACE' });
}

export function walkAlterDatabase(alter: FieldsOf<'AlterDatabaseStmt'>, walk: TreeWalk): void {
  const options = allFieldsOf(alter.options, 'DefElem').map((element) => element.defname ?? '');
  const heavy = options.includes('tablespace');
  addAlter(
    { type: 'database', name: alter.dbname ?? '' },
    { kind: options.join('-') || 'options', heavy },
    walk,
  );
}

export function walkAlterDatabaseSet(alter: FieldsOf<'AlterDatabaseSetStmt'>, walk: TreeWalk): void {
  addVariable(alter.setstmt, 'database', walk);
}

export function walkAlterSystem(alter: FieldsOf<'AlterSystemStmt'>, walk: TreeWalk): void {
  addVariable(alter.setstmt, 'system', walk);
}

/** Parts of the grammar that never stand alone; reaching one means guard misread something. */
export function walkFragment(name: string): (fields: unknown, walk: TreeWalk) => void {
  return (_fields, walk) => walk.sink.add({ kind: 'unknown', because: `${name} does not stand alone` });
}
