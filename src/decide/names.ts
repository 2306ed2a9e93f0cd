import { globMatches } from '../model/glob.ts';

/** Where unqualified names live unless a search path says otherwise. */
const DEFAULT_SCHEMA = 'public';
const WHOLE_TABLE = '.*';

/** How many dots a name without a schema has: none in a table's, one in a column's. */
export type BareDots = 0 | 1;

/** Every way a policy may write one name: as given, without its qualifiers, with the default schema. */
function spellings(name: string, bareDots: BareDots): readonly string[] {
  const parts = name.split('.');
  const shorter = parts.slice(1).map((_, index) => parts.slice(index + 1).join('.'));
  const bare = parts.length - 1 <= bareDots;
  return bare ? [name, ...shorter, `${DEFAULT_SCHEMA}.${name}`] : [name, ...shorter];
}

/** True when everything `name` stands for matches `pattern`. `claims.*` is covered by `claims.*`, not by `claims.status`. */
export function nameCovered(pattern: string, name: string, bareDots: BareDots): boolean {
  if (pattern === name) return true;
  // The `*` of "every column" is no column name: a pattern like `status` must not be found in it.
  const candidates = spellings(name, bareDots).filter((spelling) => spelling !== '*');
  return candidates.some((spelling) => globMatches(pattern, spelling));
}

/** True when something `name` stands for may match `pattern`. `claims.*` touches `claims.status` and `status`. */
export function nameTouched(pattern: string, name: string, bareDots: BareDots): boolean {
  if (nameCovered(pattern, name, bareDots)) return true;
  if (!name.endsWith(WHOLE_TABLE)) return false;
  const dot = pattern.lastIndexOf('.');
  if (dot < 0) return true;
  return nameCovered(pattern.slice(0, dot), name.slice(0, -WHOLE_TABLE.length), 0);
}
