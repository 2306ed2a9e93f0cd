import { quoteConninfo } from '../../wire/postgres/resolve/conninfo.ts';
import { CONNECTION_VARIABLES } from '../../wire/postgres/resolve/keywords.ts';
import type { Variables } from '../../wire/postgres/resolve/settings.ts';
import type { ConnectionTarget } from '../../wire/postgres/target.ts';
import { lastOf, type OptionTable, type ReadArguments, readArguments, spell } from './getopt.ts';

const CONNECTION_LETTERS = new Set(['d', 'h', 'p', 'U', 'w', 'W']);

/** The arguments by which psql would reach the same database. */
export function connectionArguments(read: ReadArguments, database: string | undefined): readonly string[] {
  const named = ['h', 'p', 'U'].flatMap((letter) => {
    const value = lastOf(read, letter);
    return value === undefined ? [] : [`-${letter}${value}`];
  });
  return database === undefined ? named : [...named, `-d${database}`];
}

/** Debian's wrapper takes `--cluster` out wherever it stands; guard resolves it and passes none on. */
export function withoutCluster(args: readonly string[]): {
  readonly args: readonly string[];
  readonly cluster: readonly string[];
} {
  const at = args.indexOf('--cluster');
  if (at >= 0) return { args: args.toSpliced(at, 2), cluster: args.slice(at, at + 2) };
  const joined = args.findIndex((word) => word.startsWith('--cluster='));
  return joined < 0
    ? { args, cluster: [] }
    : { args: args.toSpliced(joined, 1), cluster: args.slice(joined, joined + 1) };
}

export interface ToolArguments {
  readonly read: ReadArguments;
  readonly cluster: readonly string[];
}

/** Throws USAGE. */
export function readTool(table: OptionTable, args: readonly string[]): ToolArguments {
  const { args: rest, cluster } = withoutCluster(args);
  return { read: readArguments(table, rest), cluster };
}

interface Place {
  readonly folder: string;
  readonly port: number;
}

/** Connects to guard's socket, and asks nobody for a password. */
function guardConnection(
  target: ConnectionTarget,
  { folder, port }: Place,
  database: string,
): readonly string[] {
  const values = [
    ['host', folder],
    ['port', String(port)],
    ['user', target.user],
    ['dbname', database],
  ] as const;
  return ['-w', `-d${values.map(([name, value]) => `${name}=${quoteConninfo(value)}`).join(' ')}`];
}

/** The tool's own options, with guard's socket in place of everything that says where to connect. */
export function spellTool(read: ReadArguments, target: ConnectionTarget, place: Place): readonly string[] {
  const kept = read.options.filter(({ name }) => !CONNECTION_LETTERS.has(name));
  return [...spell(kept), ...guardConnection(target, place, target.database)];
}

/** libpq's variables all taken out: the command line says where to connect. */
export function toolEnvironment(
  env: Variables,
  target: ConnectionTarget,
  folder: string,
): Readonly<Record<string, string>> {
  const taken = new Set(CONNECTION_VARIABLES);
  const kept = Object.entries(env).flatMap(([name, value]) =>
    value === undefined || taken.has(name) ? [] : [[name, value] as const],
  );
  return {
    ...Object.fromEntries(kept),
    PGSSLMODE: 'disable',
    // Not there: the socket's mode is the gate, and no password is looked for.
    PGPASSFILE: `${folder}/passfile`,
    PGSERVICEFILE: '/dev/null',
    PGSYSCONFDIR: folder,
    ...(target.options === undefined ? {} : { PGOPTIONS: target.options }),
  };
}
