import type { CatalogRelation, CatalogSnapshot } from '../model/catalog.ts';
import type { RelationRef } from '../model/sql.ts';

interface Lookup {
  readonly byName: ReadonlyMap<string, readonly CatalogRelation[]>;
  readonly byOid: ReadonlyMap<number, CatalogRelation>;
}

const lookups = new WeakMap<CatalogSnapshot, Lookup>();

function lookupOf(catalog: CatalogSnapshot): Lookup {
  const known = lookups.get(catalog);
  if (known !== undefined) return known;
  const byName = new Map<string, CatalogRelation[]>();
  for (const relation of catalog.relations) {
    const same = byName.get(relation.name);
    if (same === undefined) byName.set(relation.name, [relation]);
    else same.push(relation);
  }
  const made = { byName, byOid: new Map(catalog.relations.map((relation) => [relation.oid, relation])) };
  lookups.set(catalog, made);
  return made;
}

/** The relation a name means now: temporary first, then the search path, as PostgreSQL resolves it. */
export function findRelation(
  catalog: CatalogSnapshot | undefined,
  ref: RelationRef,
): CatalogRelation | undefined {
  if (catalog === undefined) return undefined;
  const same = lookupOf(catalog).byName.get(ref.name) ?? [];
  if (ref.schema === 'pg_temp') return same.find((relation) => relation.temporary);
  if (ref.schema !== undefined) return same.find((relation) => relation.schema === ref.schema);
  const temporary = same.find((relation) => relation.temporary);
  if (temporary !== undefined) return temporary;
  for (const schema of catalog.searchPath) {
    const found = same.find((relation) => relation.schema === schema);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function relationByOid(catalog: CatalogSnapshot, oid: number): CatalogRelation | undefined {
  return lookupOf(catalog).byOid.get(oid);
}

/** As people write it: the schema only where it isn't `public`. */
export function relationName(relation: RelationRef): string {
  return relation.schema === undefined || relation.schema === 'public'
    ? relation.name
    : `${relation.schema}.${relation.name}`;
}
