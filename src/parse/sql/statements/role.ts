import type { GrantStmt } from '@pgsql/types';
import type { ObjectRef } from '../../../model/sql.ts';
import { allFieldsOf, type FieldsOf, type Node, nameParts } from '../ast.ts';
import { isOn, option, optionItems, roleName, roleNames } from '../def-elem.ts';
import { objectRef, objectTypeName } from '../object-ref.ts';
import type { TreeWalk } from '../tree-walk.ts';
import { addVariable } from './session.ts';

/** Role attributes that lift limits, by the grammar's name. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  superuser: 'SUPERUSER',
  createrole: 'CREATEROLE',
  createdb: 'CREATEDB',
  bypassrls: 'BYPASSRLS',
  isreplication: 'REPLICATION',
};

/** Roles whose members can do what only a superuser should (PostgreSQL's predefined ones and those of cloud providers). */
const POWERFUL_ROLES = new Set([
  'pg_read_all_data',
  'pg_write_all_data',
  'pg_read_all_settings',
  'pg_read_all_stats',
  'pg_monitor',
  'pg_database_owner',
  'pg_signal_backend',
  'pg_signal_autovacuum_worker',
  'pg_read_server_files',
  'pg_write_server_files',
  'pg_execute_server_program',
  'pg_checkpoint',
  'pg_maintain',
  'pg_use_reserved_connections',
  'pg_create_subscription',
  'postgres',
  'rds_superuser',
  'rds_password',
  'rds_replication',
  'cloudsqlsuperuser',
  'alloydbsuperuser',
  'azure_pg_admin',
  'azuresu',
]);

function elevations(options: readonly Node[] | undefined): readonly string[] {
  return Object.entries(ATTRIBUTES)
    .filter(([name]) => isOn(options, name))
    .map(([, attribute]) => attribute);
}

function memberships(options: readonly Node[] | undefined): readonly string[] {
  return roleNames(optionItems(option(options, 'addroleto'))).filter((role) => POWERFUL_ROLES.has(role));
}

function hasPassword(options: readonly Node[] | undefined): boolean {
  return option(options, 'password') !== undefined;
}

export function walkCreateRole(create: FieldsOf<'CreateRoleStmt'>, walk: TreeWalk): void {
  walk.sink.add({
    kind: 'role',
    action: 'create',
    roles: [create.role ?? ''],
    password: hasPassword(create.options),
    elevates: [...elevations(create.options), ...memberships(create.options)],
  });
}

export function walkAlterRole(alter: FieldsOf<'AlterRoleStmt'>, walk: TreeWalk): void {
  const members = roleNames(optionItems(option(alter.options, 'rolemembers')));
  const role = roleName(alter.role);
  if (members.length > 0) {
    const elevates = POWERFUL_ROLES.has(role) && alter.action !== -1 ? [role] : [];
    walk.sink.add({ kind: 'role', action: 'grant', roles: [role, ...members], password: false, elevates });
    return;
  }
  const password = hasPassword(alter.options);
  walk.sink.add({
    kind: 'role',
    action: 'alter',
    roles: [role],
    password,
    elevates: elevations(alter.options),
  });
}

export function walkDropRole(drop: FieldsOf<'DropRoleStmt'>, walk: TreeWalk): void {
  const roles = roleNames(drop.roles);
  walk.sink.add({ kind: 'role', action: 'drop', roles, password: false, elevates: [] });
}

/** GRANT role TO role. */
export function walkGrantRole(grant: FieldsOf<'GrantRoleStmt'>, walk: TreeWalk): void {
  const granted = allFieldsOf(grant.granted_roles, 'AccessPriv').map((role) => role.priv_name ?? '');
  const grantees = roleNames(grant.grantee_roles);
  if (!grant.is_grant) {
    const common = { kind: 'grant', revoke: true, withGrantOption: false, on: [] } as const;
    walk.sink.add({ ...common, privileges: granted, to: grantees });
    return;
  }
  const admin = isOn(grant.opt, 'admin') ? ['ADMIN OPTION'] : [];
  const elevates = [...granted.filter((role) => POWERFUL_ROLES.has(role)), ...admin];
  walk.sink.add({
    kind: 'role',
    action: 'grant',
    roles: [...granted, ...grantees],
    password: false,
    elevates,
  });
}

export function walkGrant(grant: FieldsOf<'GrantStmt'>, walk: TreeWalk): void {
  addGrant(grant, grantObjects(grant), walk);
}

function addGrant(grant: GrantStmt | undefined, on: readonly ObjectRef[], walk: TreeWalk): void {
  const privileges = allFieldsOf(grant?.privileges, 'AccessPriv').map((privilege) => {
    const columns = nameParts(privilege.cols);
    return `${privilege.priv_name ?? 'all'}${columns.length > 0 ? `(${columns.join(', ')})` : ''}`;
  });
  walk.sink.add({
    kind: 'grant',
    revoke: !(grant?.is_grant ?? false),
    privileges: privileges.length > 0 ? privileges : ['all'],
    on,
    to: roleNames(grant?.grantees),
    withGrantOption: grant?.grant_option ?? false,
  });
}

function grantObjects(grant: GrantStmt): readonly ObjectRef[] {
  const type = objectTypeName(grant.objtype);
  const all = grant.targtype === 'ACL_TARGET_ALL_IN_SCHEMA';
  return (grant.objects ?? []).map((object) => objectRef(all ? `all ${type}s in schema` : type, object));
}

export function walkDefaultPrivileges(change: FieldsOf<'AlterDefaultPrivilegesStmt'>, walk: TreeWalk): void {
  const kind = objectTypeName(change.action?.objtype);
  addGrant(change.action, [{ type: 'default privileges', name: `${kind}s` }], walk);
}

export function walkReassign(reassign: FieldsOf<'ReassignOwnedStmt'>, walk: TreeWalk): void {
  const roles = [...roleNames(reassign.roles), roleName(reassign.newrole)];
  walk.sink.add({ kind: 'role', action: 'reassign', roles, password: false, elevates: [] });
}

/** ALTER ROLE … SET: the setting holds for every later session of the role. */
export function walkAlterRoleSet(alter: FieldsOf<'AlterRoleSetStmt'>, walk: TreeWalk): void {
  addVariable(alter.setstmt, 'role', walk);
}

/** A label of a mandatory access control provider decides who may use the object. */
export function walkSecurityLabel(label: FieldsOf<'SecLabelStmt'>, walk: TreeWalk): void {
  const object = objectRef(objectTypeName(label.objtype), label.object);
  const action = { kind: 'security-label', heavy: false, destructive: true };
  walk.sink.add({ kind: 'alter', object, actions: [action] });
}
