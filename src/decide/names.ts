import { compileGlobs } from '../model/glob.ts';

/** Where unqualified names live unless a search path says otherwise. */
const DEFAULT_SCHEMA = 'public';
const WHOLE_TABLE = '.*';

/** How many dots a name without a schema has: none in a table's, one in a column's. */
export type BareDots = 0 | 1;

/** A name with every way in which a policy may write it. */
interface Spelled {
  readonly spellings: readonly string[];
  /** The table of "every column of this table" (`claims.*`). */
  readonly table: readonly string[] | undefined;
}

/** As given, without its qualifiers, with the default schema. */
function spellings(name: string, bareDots: BareDots): readonly string[] {
  const parts = name.split('.');
  const shorter = parts.slice(1).map((_, index) => parts.slice(index + 1).join('.'));
  const bare = parts.length - 1 <= bareDots;
  const all = bare ? [name, ...shorter, `${DEFAULT_SCHEMA}.${name}`] : [name, ...shorter];
  // The `*` of "every column" is no column name: a pattern like `status` must not be found in it.
  return all.filter((spelling) => spelling !== '*');
}

function spell(name: string, bareDots: BareDots): Spelled {
  const whole = name.endsWith(WHOLE_TABLE);
  return {
    spellings: spellings(name, bareDots),
    table: whole ? spellings(name.slice(0, -WHOLE_TABLE.length), 0) : undefined,
  };
}

/** Hundreds of rules look at the same list of names in one decision. */
const spelled = new WeakMap<readonly string[], readonly Spelled[]>();

function spellAll(names: readonly string[], bareDots: BareDots): readonly Spelled[] {
  const known = spelled.get(names);
  if (known !== undefined) return known;
  const all = names.map((name) => spell(name, bareDots));
  spelled.set(names, all);
  return all;
}

/** A question about a list of names, with the patterns compiled in. */
export type NameTest = (names: readonly string[]) => boolean;

/** True when there are names and everything they stand for matches: `claims.*` is covered by `claims.*`, not by `claims.status`. */
export function coversNames(patterns: readonly string[], bareDots: BareDots): NameTest {
  const matches = compileGlobs(patterns);
  return (names) =>
    names.length > 0 && spellAll(names, bareDots).every((name) => name.spellings.some(matches));
}

/** True when something that a name stands for may match: `claims.*` touches `claims.status` and `status`. */
export function touchesNames(patterns: readonly string[], bareDots: BareDots): NameTest {
  const matches = compileGlobs(patterns);
  const dotted = patterns.filter((pattern) => pattern.includes('.'));
  const anyTable = dotted.length < patterns.length;
  const matchesTable = compileGlobs(dotted.map((pattern) => pattern.slice(0, pattern.lastIndexOf('.'))));
  const touches = (name: Spelled) =>
    name.spellings.some(matches) || (name.table !== undefined && (anyTable || name.table.some(matchesTable)));
  return (names) => spellAll(names, bareDots).some(touches);
}
