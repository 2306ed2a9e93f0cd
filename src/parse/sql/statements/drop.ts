import type { ObjectRef } from '../../../model/sql.ts';
import type { FieldsOf } from '../ast.ts';
import { roleName, roleNames } from '../def-elem.ts';
import { objectRef, objectTypeName } from '../object-ref.ts';
import type { TreeWalk } from '../tree-walk.ts';

export function walkDrop(drop: FieldsOf<'DropStmt'>, walk: TreeWalk): void {
  const type = objectTypeName(drop.removeType);
  walk.sink.add({
    kind: 'drop',
    objects: (drop.objects ?? []).map((object) => objectRef(type, object)),
    cascade: drop.behavior === 'DROP_CASCADE',
    ifExists: drop.missing_ok ?? false,
  });
}

/** A DROP statement of its own kind that names one object. */
export function addDrop(object: ObjectRef, ifExists: boolean | undefined, walk: TreeWalk): void {
  walk.sink.add({ kind: 'drop', objects: [object], cascade: false, ifExists: ifExists ?? false });
}

export function walkDropDatabase(drop: FieldsOf<'DropdbStmt'>, walk: TreeWalk): void {
  addDrop({ type: 'database', name: drop.dbname ?? '' }, drop.missing_ok, walk);
}

export function walkDropTablespace(drop: FieldsOf<'DropTableSpaceStmt'>, walk: TreeWalk): void {
  addDrop({ type: 'tablespace', name: drop.tablespacename ?? '' }, drop.missing_ok, walk);
}

export function walkDropMapping(drop: FieldsOf<'DropUserMappingStmt'>, walk: TreeWalk): void {
  addDrop(
    { type: 'user mapping', name: `${roleName(drop.user)} on ${drop.servername ?? ''}` },
    drop.missing_ok,
    walk,
  );
}

export function walkDropSubscription(drop: FieldsOf<'DropSubscriptionStmt'>, walk: TreeWalk): void {
  addDrop({ type: 'subscription', name: drop.subname ?? '' }, drop.missing_ok, walk);
}

/** Everything that belongs to some roles, in the whole database. */
export function walkDropOwned(drop: FieldsOf<'DropOwnedStmt'>, walk: TreeWalk): void {
  walk.sink.add({
    kind: 'drop',
    objects: roleNames(drop.roles).map((name) => ({ type: 'owned', name })),
    cascade: drop.behavior === 'DROP_CASCADE',
    ifExists: false,
  });
}
