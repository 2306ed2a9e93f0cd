import type { Node, RoleSpec } from '@pgsql/types';
import { type FieldsOf, relationRef } from '../ast.ts';
import { option, roleName } from '../def-elem.ts';
import { relationObject } from '../object-ref.ts';
import type { TreeWalk } from '../tree-walk.ts';
import { addAlter, addCreate } from './table.ts';

/** Options of file_fdw tables: a path or a command on the server. */
function addFileOptions(options: readonly Node[] | undefined, by: string, walk: TreeWalk): boolean {
  if (option(options, 'program') !== undefined) {
    walk.sink.add({ kind: 'server-program', by });
    return true;
  }
  if (option(options, 'filename') === undefined) return false;
  walk.sink.add({ kind: 'server-file', access: 'read', by });
  return true;
}

export function walkCreateServer(create: FieldsOf<'CreateForeignServerStmt'>, walk: TreeWalk): void {
  const name = create.servername ?? '';
  addCreate({ type: 'server', name }, walk);
  if (create.fdwname === 'file_fdw')
    walk.sink.add({ kind: 'server-file', access: 'read', by: `SERVER ${name}` });
  else walk.sink.add({ kind: 'remote', by: `SERVER ${name}` });
}

export function walkAlterServer(alter: FieldsOf<'AlterForeignServerStmt'>, walk: TreeWalk): void {
  const name = alter.servername ?? '';
  addAlter({ type: 'server', name }, { kind: 'options' }, walk);
  walk.sink.add({ kind: 'remote', by: `SERVER ${name}` });
}

export function walkCreateMapping(create: FieldsOf<'CreateUserMappingStmt'>, walk: TreeWalk): void {
  const name = mappingName(create.user, create.servername);
  addCreate({ type: 'user mapping', name }, walk);
  walk.sink.add({ kind: 'remote', by: `USER MAPPING ${name}` });
}

export function walkAlterMapping(alter: FieldsOf<'AlterUserMappingStmt'>, walk: TreeWalk): void {
  const name = mappingName(alter.user, alter.servername);
  addAlter({ type: 'user mapping', name }, { kind: 'options' }, walk);
  walk.sink.add({ kind: 'remote', by: `USER MAPPING ${name}` });
}

/** A user mapping stores a login for another server. */
function mappingName(user: RoleSpec | undefined, server: string | undefined): string {
  return `${roleName(user)} on ${server ?? ''}`;
}

export function walkForeignTable(create: FieldsOf<'CreateForeignTableStmt'>, walk: TreeWalk): void {
  const range = create.base?.relation;
  addCreate(relationObject('foreign table', range), walk);
  const by = `FOREIGN TABLE ${relationRef(range).name}`;
  if (!addFileOptions(create.options, by, walk)) walk.sink.add({ kind: 'remote', by });
}

export function walkImportSchema(statement: FieldsOf<'ImportForeignSchemaStmt'>, walk: TreeWalk): void {
  addCreate({ type: 'foreign tables in schema', name: statement.local_schema ?? '' }, walk);
  walk.sink.add({ kind: 'remote', by: `IMPORT FOREIGN SCHEMA from ${statement.server_name ?? ''}` });
}

export function walkCreateWrapper(create: FieldsOf<'CreateFdwStmt'>, walk: TreeWalk): void {
  addCreate({ type: 'foreign-data wrapper', name: create.fdwname ?? '' }, walk);
  walk.sink.add({ kind: 'remote', by: `FOREIGN DATA WRAPPER ${create.fdwname ?? ''}` });
}

export function walkAlterWrapper(alter: FieldsOf<'AlterFdwStmt'>, walk: TreeWalk): void {
  addAlter({ type: 'foreign-data wrapper', name: alter.fdwname ?? '' }, { kind: 'options' }, walk);
  walk.sink.add({ kind: 'remote', by: `FOREIGN DATA WRAPPER ${alter.fdwname ?? ''}` });
}

/** What is published can be read by whoever subscribes. */
export function walkCreatePublication(create: FieldsOf<'CreatePublicationStmt'>, walk: TreeWalk): void {
  addCreate({ type: 'publication', name: create.pubname ?? '' }, walk);
  walk.sink.add({ kind: 'remote', by: `PUBLICATION ${create.pubname ?? ''}` });
}

export function walkAlterPublication(alter: FieldsOf<'AlterPublicationStmt'>, walk: TreeWalk): void {
  addAlter({ type: 'publication', name: alter.pubname ?? '' }, { kind: 'objects' }, walk);
  walk.sink.add({ kind: 'remote', by: `PUBLICATION ${alter.pubname ?? ''}` });
}

export function walkCreateSubscription(create: FieldsOf<'CreateSubscriptionStmt'>, walk: TreeWalk): void {
  addCreate({ type: 'subscription', name: create.subname ?? '' }, walk);
  walk.sink.add({ kind: 'remote', by: `SUBSCRIPTION ${create.subname ?? ''}` });
}

export function walkAlterSubscription(alter: FieldsOf<'AlterSubscriptionStmt'>, walk: TreeWalk): void {
  addAlter({ type: 'subscription', name: alter.subname ?? '' }, { kind: 'options' }, walk);
  walk.sink.add({ kind: 'remote', by: `SUBSCRIPTION ${alter.subname ?? ''}` });
}
