import type { RangeVar } from '@pgsql/types';
import type { AlterAction, ObjectRef } from '../../../model/sql.ts';
import { alterAction } from '../alter-actions.ts';
import { allFieldsOf, type FieldsOf, type Node, nameParts, relationRef } from '../ast.ts';
import { walkDeferred } from '../deferred.ts';
import { objectFromParts, objectRef, objectTypeName, relationObject } from '../object-ref.ts';
import type { Scope } from '../scope.ts';
import type { TreeWalk } from '../tree-walk.ts';

/** Options of a new object that differ from the ordinary case. */
interface Creation {
  readonly temporary?: boolean;
  readonly fromQuery?: boolean;
  readonly replaces?: boolean;
}

export function addCreate(object: ObjectRef, walk: TreeWalk, creation: Creation = {}): void {
  walk.sink.add({
    kind: 'create',
    object,
    temporary: creation.temporary ?? false,
    fromQuery: creation.fromQuery ?? false,
    replaces: creation.replaces ?? false,
  });
}

/** An ALTER with one action that the caller names and rates. */
export function addAlter(
  object: ObjectRef,
  action: Partial<AlterAction> & { readonly kind: string },
  walk: TreeWalk,
): void {
  walk.sink.add({ kind: 'alter', object, actions: [{ heavy: false, destructive: false, ...action }] });
}

function isNodeList(value: Node | readonly Node[] | undefined): value is readonly Node[] {
  return Array.isArray(value);
}

/** Column definitions and constraints without the tables that foreign keys and LIKE name. */
function expressionsOf(definition: Node | readonly Node[] | undefined): readonly unknown[] {
  const elements = isNodeList(definition) ? definition : definition === undefined ? [] : [definition];
  const columns = allFieldsOf(elements, 'ColumnDef');
  const constraints = [
    ...allFieldsOf(elements, 'Constraint'),
    ...columns.flatMap((column) => allFieldsOf(column.constraints, 'Constraint')),
  ];
  return [
    columns.map((column) => column.raw_default),
    constraints.map((constraint) => [constraint.raw_expr, constraint.where_clause, constraint.exclusions]),
  ];
}

function isTemporary(range: RangeVar | undefined): boolean {
  return range?.relpersistence === 't' || range?.schemaname === 'pg_temp';
}

export function walkCreateTable(create: FieldsOf<'CreateStmt'>, walk: TreeWalk, scope: Scope): void {
  addCreate(relationObject('table', create.relation), walk, { temporary: isTemporary(create.relation) });
  walk.expression(
    [expressionsOf(create.tableElts), expressionsOf(create.constraints), create.partspec],
    scope,
  );
}

export function walkCreateTableAs(create: FieldsOf<'CreateTableAsStmt'>, walk: TreeWalk, scope: Scope): void {
  const type = create.objtype === 'OBJECT_MATVIEW' ? 'materialized view' : 'table';
  const range = create.into?.rel;
  addCreate(relationObject(type, range), walk, { temporary: isTemporary(range), fromQuery: true });
  walk.statement(create.query, scope.child());
}

/** The query of a view does not run when the view is made. */
export function walkCreateView(view: FieldsOf<'ViewStmt'>, walk: TreeWalk, scope: Scope): void {
  const creation = { temporary: isTemporary(view.view), replaces: view.replace ?? false };
  addCreate(relationObject('view', view.view), walk, creation);
  walkDeferred(walk, (inner) => inner.statement(view.query, scope.child()));
}

export function walkCreateIndex(index: FieldsOf<'IndexStmt'>, walk: TreeWalk, scope: Scope): void {
  const relation = relationRef(index.relation);
  addCreate({ type: 'index', name: index.idxname ?? `on ${relation.name}` }, walk);
  if (!index.concurrent) walk.sink.add({ kind: 'lock', relations: [relation], mode: 'share' });
  walk.expression([index.indexParams, index.whereClause], scope);
}

export function walkCreateSequence(create: FieldsOf<'CreateSeqStmt'>, walk: TreeWalk): void {
  addCreate(relationObject('sequence', create.sequence), walk, { temporary: isTemporary(create.sequence) });
}

export function walkAlterSequence(alter: FieldsOf<'AlterSeqStmt'>, walk: TreeWalk): void {
  const names = allFieldsOf(alter.options, 'DefElem').map((element) => element.defname ?? '');
  const destructive = names.includes('restart');
  addAlter(
    relationObject('sequence', alter.sequence),
    { kind: names.join('-') || 'options', destructive },
    walk,
  );
}

export function walkAlterTable(alter: FieldsOf<'AlterTableStmt'>, walk: TreeWalk, scope: Scope): void {
  const object = relationObject(objectTypeName(alter.objtype), alter.relation);
  const actions = allFieldsOf(alter.cmds, 'AlterTableCmd').map(alterAction);
  walk.sink.add({ kind: 'alter', object, actions });
  // The server evaluates defaults, checks and USING for the rows that are there.
  for (const { def } of allFieldsOf(alter.cmds, 'AlterTableCmd')) walk.expression(expressionsOf(def), scope);
}

/** Moving every table of a tablespace copies them all. */
export function walkMoveAll(move: FieldsOf<'AlterTableMoveAllStmt'>, walk: TreeWalk): void {
  const object = { type: 'tablespace', name: move.orig_tablespacename ?? '' };
  addAlter(object, { kind: 'move-all', heavy: true }, walk);
}

/** Objects whose name other people's queries, and the classes of their columns, hang on. */
const NAMED_BY_OTHERS = new Set([
  'table',
  'column',
  'view',
  'materialized view',
  'foreign table',
  'schema',
  'database',
]);

export function walkRename(rename: FieldsOf<'RenameStmt'>, walk: TreeWalk): void {
  const type = objectTypeName(rename.renameType);
  const destructive = NAMED_BY_OTHERS.has(type);
  if (rename.relation !== undefined) {
    const column = rename.subname;
    const isOwn = column === undefined;
    const object = relationObject(isOwn ? type : objectTypeName(rename.relationType), rename.relation);
    const kind = isOwn ? 'rename' : `rename-${type.replaceAll(' ', '-')}`;
    addAlter(object, { kind, destructive, ...(isOwn ? {} : { column }) }, walk);
    return;
  }
  const named =
    rename.object === undefined ? { type, name: rename.subname ?? '' } : objectRef(type, rename.object);
  if (type === 'role')
    walk.sink.add({ kind: 'role', action: 'alter', roles: [named.name], password: false, elevates: [] });
  else addAlter(named, { kind: 'rename', destructive }, walk);
}

export function walkSetSchema(move: FieldsOf<'AlterObjectSchemaStmt'>, walk: TreeWalk): void {
  const type = objectTypeName(move.objectType);
  const object =
    move.relation === undefined ? objectRef(type, move.object) : relationObject(type, move.relation);
  addAlter(object, { kind: 'set-schema', destructive: NAMED_BY_OTHERS.has(type) }, walk);
}

export function walkOwner(change: FieldsOf<'AlterOwnerStmt'>, walk: TreeWalk): void {
  const type = objectTypeName(change.objectType);
  const object =
    change.relation === undefined ? objectRef(type, change.object) : relationObject(type, change.relation);
  addAlter(object, { kind: 'owner', destructive: true }, walk);
}

export function walkDepends(change: FieldsOf<'AlterObjectDependsStmt'>, walk: TreeWalk): void {
  const type = objectTypeName(change.objectType);
  const object =
    change.relation === undefined ? objectRef(type, change.object) : relationObject(type, change.relation);
  addAlter(object, { kind: 'depends-on-extension' }, walk);
}

export function walkComment(comment: FieldsOf<'CommentStmt'>, walk: TreeWalk): void {
  addAlter(objectRef(objectTypeName(comment.objtype), comment.object), { kind: 'comment' }, walk);
}

export function walkRule(rule: FieldsOf<'RuleStmt'>, walk: TreeWalk, scope: Scope): void {
  const destructive = (rule.instead ?? false) || (rule.replace ?? false);
  addAlter(relationObject('table', rule.relation), { kind: 'create-rule', destructive }, walk);
  walkDeferred(walk, (inner) => {
    inner.expression(rule.whereClause, scope);
    for (const action of rule.actions ?? []) inner.statement(action, scope.child());
  });
}

export function walkTrigger(trigger: FieldsOf<'CreateTrigStmt'>, walk: TreeWalk, scope: Scope): void {
  const destructive = trigger.replace ?? false;
  addAlter(relationObject('table', trigger.relation), { kind: 'create-trigger', destructive }, walk);
  walkDeferred(walk, (inner) => inner.expression(trigger.whenClause, scope));
}

export function walkCreatePolicy(policy: FieldsOf<'CreatePolicyStmt'>, walk: TreeWalk, scope: Scope): void {
  addAlter(relationObject('table', policy.table), { kind: 'create-policy' }, walk);
  walkDeferred(walk, (inner) => inner.expression([policy.qual, policy.with_check], scope));
}

export function walkAlterPolicy(policy: FieldsOf<'AlterPolicyStmt'>, walk: TreeWalk, scope: Scope): void {
  addAlter(relationObject('table', policy.table), { kind: 'alter-policy', destructive: true }, walk);
  walkDeferred(walk, (inner) => inner.expression([policy.qual, policy.with_check], scope));
}

export function walkCreateStatistics(create: FieldsOf<'CreateStatsStmt'>, walk: TreeWalk): void {
  addCreate(objectFromParts('statistics', nameParts(create.defnames)), walk);
}

export function walkCreateSchema(create: FieldsOf<'CreateSchemaStmt'>, walk: TreeWalk, scope: Scope): void {
  addCreate({ type: 'schema', name: create.schemaname ?? create.authrole?.rolename ?? '' }, walk);
  for (const element of create.schemaElts ?? []) walk.statement(element, scope.child());
}
