/** What an option takes: nothing, a value, or (only `--help`) a value after "=". */
type Arity = 'none' | 'value' | 'optional';

interface LongOption {
  readonly arity: Arity;
  /** Its short letter; options with the same letter are the same option. */
  readonly letter: string;
}

/** Letters for the two long options that have none. */
export const HELP_LETTER = '?';
export const CSV_LETTER = 'csv';

/** psql's long options, versions 15 to 18 (https://www.postgresql.org/docs/18/app-psql.html). */
const LONG_OPTIONS: Readonly<Record<string, LongOption>> = {
  'echo-all': { arity: 'none', letter: 'a' },
  'no-align': { arity: 'none', letter: 'A' },
  command: { arity: 'value', letter: 'c' },
  dbname: { arity: 'value', letter: 'd' },
  'echo-queries': { arity: 'none', letter: 'e' },
  'echo-errors': { arity: 'none', letter: 'b' },
  'echo-hidden': { arity: 'none', letter: 'E' },
  file: { arity: 'value', letter: 'f' },
  'field-separator': { arity: 'value', letter: 'F' },
  'field-separator-zero': { arity: 'none', letter: 'z' },
  host: { arity: 'value', letter: 'h' },
  html: { arity: 'none', letter: 'H' },
  list: { arity: 'none', letter: 'l' },
  'log-file': { arity: 'value', letter: 'L' },
  'no-readline': { arity: 'none', letter: 'n' },
  'single-transaction': { arity: 'none', letter: '1' },
  output: { arity: 'value', letter: 'o' },
  port: { arity: 'value', letter: 'p' },
  pset: { arity: 'value', letter: 'P' },
  quiet: { arity: 'none', letter: 'q' },
  'record-separator': { arity: 'value', letter: 'R' },
  'record-separator-zero': { arity: 'none', letter: '0' },
  'single-step': { arity: 'none', letter: 's' },
  'single-line': { arity: 'none', letter: 'S' },
  'tuples-only': { arity: 'none', letter: 't' },
  'table-attr': { arity: 'value', letter: 'T' },
  username: { arity: 'value', letter: 'U' },
  set: { arity: 'value', letter: 'v' },
  variable: { arity: 'value', letter: 'v' },
  version: { arity: 'none', letter: 'V' },
  'no-password': { arity: 'none', letter: 'w' },
  password: { arity: 'none', letter: 'W' },
  expanded: { arity: 'none', letter: 'x' },
  'no-psqlrc': { arity: 'none', letter: 'X' },
  help: { arity: 'optional', letter: HELP_LETTER },
  csv: { arity: 'none', letter: CSV_LETTER },
};

/** psql's option string for getopt(3). */
const SHORT_OPTIONS = 'aAbc:d:eEf:F:h:HlL:no:p:P:qR:sStT:U:v:VwWxXz?01';

/** Undefined when psql has no such letter. */
export function shortArity(letter: string): Arity | undefined {
  const at = SHORT_OPTIONS.indexOf(letter);
  if (at < 0 || letter === ':') return undefined;
  return SHORT_OPTIONS.charAt(at + 1) === ':' ? 'value' : 'none';
}

export type LongLookup =
  | ({ readonly kind: 'found'; readonly name: string } & LongOption)
  | { readonly kind: 'unknown' | 'ambiguous' };

/** A full name, or an abbreviation that only one option begins with (getopt_long(3)). */
export function findLong(name: string): LongLookup {
  const exact = Object.hasOwn(LONG_OPTIONS, name) ? LONG_OPTIONS[name] : undefined;
  if (exact !== undefined) return { kind: 'found', name, ...exact };
  const candidates = Object.entries(LONG_OPTIONS).filter(([full]) => full.startsWith(name));
  const [first, ...others] = candidates;
  if (first === undefined) return { kind: 'unknown' };
  const [full, option] = first;
  const same = others.every(([, other]) => other.arity === option.arity && other.letter === option.letter);
  return same ? { kind: 'found', name: full, ...option } : { kind: 'ambiguous' };
}
