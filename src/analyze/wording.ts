import type { ObjectRef, RelationRef } from '../model/sql.ts';

/** Names shown before "and n more". */
const SHOWN_NAMES = 4;

/** `schema.name` as a person would write it. */
export function nameOf(object: RelationRef | ObjectRef): string {
  return object.schema === undefined ? object.name : `${object.schema}.${object.name}`;
}

/** "table patients", "schema clinic". */
export function kindAndName(object: ObjectRef): string {
  return `${object.type} ${nameOf(object)}`;
}

/** "a", "a and b", "a, b, c, d and 3 more". */
export function listOf(names: readonly string[]): string {
  const unique = [...new Set(names)];
  if (unique.length <= 1) return unique[0] ?? 'nothing';
  if (unique.length > SHOWN_NAMES) {
    return `${unique.slice(0, SHOWN_NAMES).join(', ')} and ${unique.length - SHOWN_NAMES} more`;
  }
  return `${unique.slice(0, -1).join(', ')} and ${unique.at(-1)}`;
}

export function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
