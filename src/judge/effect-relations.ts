import type { ObjectRef, RelationRef, SqlEffect } from '../model/sql.ts';

const RELATION_OBJECTS: ReadonlySet<string> = new Set([
  'table',
  'view',
  'materialized view',
  'foreign table',
  'sequence',
]);

export function asRelations(objects: readonly ObjectRef[]): readonly RelationRef[] {
  return objects.filter((object) => RELATION_OBJECTS.has(object.type));
}

/** The relations an effect names, whatever it does to them. */
export function relationsOf(effect: SqlEffect): readonly RelationRef[] {
  switch (effect.kind) {
    case 'read':
    case 'insert':
    case 'update':
    case 'delete':
    case 'copy-in':
      return [effect.relation];
    case 'copy-out':
      return effect.relation === undefined ? [] : [effect.relation];
    case 'truncate':
    case 'maintain':
    case 'lock':
      return effect.relations;
    case 'create':
    case 'alter':
      return asRelations([effect.object]);
    case 'drop':
      return asRelations(effect.objects);
    case 'grant':
      return asRelations(effect.on);
    default:
      return [];
  }
}

/** The same effect with its relations named by `resolve`. */
export function inSchemas(effect: SqlEffect, resolve: (ref: RelationRef) => RelationRef): SqlEffect {
  switch (effect.kind) {
    case 'read':
    case 'insert':
    case 'update':
    case 'delete':
    case 'copy-in':
      return { ...effect, relation: resolve(effect.relation) };
    case 'truncate':
    case 'maintain':
    case 'lock':
      return { ...effect, relations: effect.relations.map(resolve) };
    case 'alter':
      return { ...effect, object: { ...effect.object, ...resolve(effect.object) } };
    case 'drop':
      return { ...effect, objects: effect.objects.map((object) => ({ ...object, ...resolve(object) })) };
    default:
      return effect;
  }
}
