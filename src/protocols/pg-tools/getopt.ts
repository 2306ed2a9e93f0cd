import { GuardError } from '../../model/errors.ts';

/** The options of one program, as it hands them to getopt_long(3). */
export interface OptionTable {
  readonly program: string;
  /** getopt's own string: a letter, and `:` behind it when it takes a value. */
  readonly short: string;
  /** Long names to the letter that means the same; a name of its own where there is none. */
  readonly flags: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string>>;
}

export interface ReadOption {
  /** The letter, or the long name where there is no letter. */
  readonly name: string;
  readonly value?: string;
}

export interface ReadArguments {
  /** In their order, each spelled one way. */
  readonly options: readonly ReadOption[];
  readonly positionals: readonly string[];
}

interface Reading {
  readonly table: OptionTable;
  readonly args: readonly string[];
  at: number;
  readonly options: ReadOption[];
}

function misused(table: OptionTable, what: string): GuardError {
  return new GuardError('USAGE', `${table.program}: ${what}`, {
    hint: `guard only starts ${table.program} with options it knows; ${table.program} --help lists them`,
  });
}

/** A full name, or the only one that begins so. Throws USAGE. */
function fullName(table: OptionTable, name: string): string {
  const names = [...Object.keys(table.flags), ...Object.keys(table.values)];
  if (names.includes(name)) return name;
  const [found, ...others] = names.filter((each) => each.startsWith(name));
  if (found === undefined) throw misused(table, `unrecognized option '--${name}'`);
  if (others.length > 0) throw misused(table, `option '--${name}' is ambiguous`);
  return found;
}

function readLong(reading: Reading, argument: string): void {
  const { table, options } = reading;
  const equals = argument.indexOf('=');
  const name = fullName(table, argument.slice(2, equals < 0 ? undefined : equals));
  const flag = table.flags[name];
  if (flag !== undefined) {
    if (equals >= 0) throw misused(table, `option '--${name}' doesn't allow an argument`);
    options.push({ name: flag });
    return;
  }
  const value = equals < 0 ? nextWord(reading, `--${name}`) : argument.slice(equals + 1);
  options.push({ name: table.values[name] ?? name, value });
}

function nextWord(reading: Reading, option: string): string {
  const word = reading.args[reading.at];
  if (word === undefined) throw misused(reading.table, `option '${option}' requires an argument`);
  reading.at += 1;
  return word;
}

function readCluster(reading: Reading, argument: string): void {
  const { table, options } = reading;
  for (let at = 1; at < argument.length; at += 1) {
    const name = argument.charAt(at);
    const found = name === ':' ? -1 : table.short.indexOf(name);
    if (found < 0) throw misused(table, `invalid option -- '${name}'`);
    if (table.short.charAt(found + 1) !== ':') {
      options.push({ name });
      continue;
    }
    const inline = argument.slice(at + 1);
    options.push({ name, value: inline === '' ? nextWord(reading, `-${name}`) : inline });
    return;
  }
}

/** Takes a command line apart as GNU getopt_long(3) does: clusters, abbreviations, `--`. Throws USAGE for what it does not know. */
export function readArguments(table: OptionTable, args: readonly string[]): ReadArguments {
  const reading: Reading = { table, args, at: 0, options: [] };
  const positionals: string[] = [];
  for (let argument = args[0]; argument !== undefined; argument = args[reading.at]) {
    reading.at += 1;
    if (argument === '--')
      return { options: reading.options, positionals: [...positionals, ...args.slice(reading.at)] };
    if (argument.startsWith('--')) readLong(reading, argument);
    else if (argument.startsWith('-') && argument !== '-') readCluster(reading, argument);
    else positionals.push(argument);
  }
  return { options: reading.options, positionals };
}

/** The value of the last option of this name, as a program that overwrites keeps it. */
export function lastOf({ options }: ReadArguments, name: string): string | undefined {
  return options.findLast((option) => option.name === name)?.value;
}

export function has({ options }: ReadArguments, ...names: readonly string[]): boolean {
  return options.some(({ name }) => names.includes(name));
}

export function valuesOf({ options }: ReadArguments, name: string): readonly string[] {
  return options.flatMap((option) =>
    option.name === name && option.value !== undefined ? [option.value] : [],
  );
}

/** Each option in one word, so that nothing can be taken for something else. */
export function spell(options: readonly ReadOption[]): readonly string[] {
  return options.map(({ name, value }) => {
    if (name.length === 1) return `-${name}${value ?? ''}`;
    return value === undefined ? `--${name}` : `--${name}=${value}`;
  });
}
