import type { RelationRef } from '../../model/sql.ts';

/** System relations that hold passwords, connection strings or who may log in. */
const CREDENTIAL_STORES = new Set([
  'pg_authid',
  'pg_shadow',
  'pg_user_mapping',
  'pg_user_mappings',
  'pg_hba_file_rules',
  'pg_ident_file_mappings',
  'pg_file_settings',
  'pg_subscription',
]);

/** True for `pg_catalog.x`, and for an unqualified name that pg_catalog takes before any other schema. */
export function isSystemRelation(relation: RelationRef): boolean {
  if (relation.schema !== undefined) return relation.schema === 'pg_catalog';
  return relation.name.startsWith('pg_');
}

/** True when reading the relation shows credentials. */
export function isCredentialStore(relation: RelationRef): boolean {
  return CREDENTIAL_STORES.has(relation.name) && isSystemRelation(relation);
}
