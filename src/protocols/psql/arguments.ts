import { quoteConninfo } from '../../wire/postgres/resolve/conninfo.ts';
import { withoutCluster } from '../../wire/postgres/resolve/debian-wrapper.ts';
import { CONNECTION_VARIABLES } from '../../wire/postgres/resolve/keywords.ts';
import {
  type PsqlArguments,
  type PsqlOption,
  parsePsqlArguments,
  spellOptions,
} from '../../wire/postgres/resolve/psql-arguments.ts';
import type { PsqlProgram } from '../../wire/postgres/resolve/resolve.ts';
import type { Variables } from '../../wire/postgres/resolve/settings.ts';
import type { ConnectionTarget } from '../../wire/postgres/target.ts';
import { fixPrompt, hostNames, isPromptVariable, promptRunsProgram } from './prompt-text.ts';
import { withCopies } from './script-copies.ts';

/** How psql is to be started; `argv` is without the program's name. */
export interface PsqlPlan {
  readonly file: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What guard left out of the user's arguments, and what it can't see: one clause each, without values. */
  readonly notices: readonly string[];
}

export interface PsqlStart {
  /** The program and its arguments as the user gave them. */
  readonly argv: readonly [string, ...string[]];
  readonly env: Variables;
  readonly psql: PsqlProgram;
  readonly target: ConnectionTarget;
  /** Guard's own 0700 folder with the socket `.s.PGSQL.<port of the first server>` in it. */
  readonly socketFolder: string;
  /** The translated password file, 0600. */
  readonly passfile: string;
  /** The checked psqlrc, 0600. */
  readonly rcFile: string;
  /** Value of GUARD_SESSION, for the user's own prompt. */
  readonly session: string;
  /** In place of the value of each `-c` and `-f`, in order. */
  readonly scripts?: readonly string[];
}

/** Variables that a `\connect` with a connection string may fall back to; they name no server. */
const KEPT_VARIABLES = new Set(['PGUSER', 'PGDATABASE', 'PGOPTIONS', 'PGAPPNAME']);
const NO_SERVICES = '/dev/null';

function parse(argv: readonly string[], env: Variables, wrapped: boolean): PsqlArguments {
  const args = argv.slice(1);
  return parsePsqlArguments(wrapped ? withoutCluster(args) : args, env);
}

/** For `--help` and `--version`: psql only prints and ends, no target is needed. Throws USAGE for what psql can't read. */
export function planInformation(
  argv: readonly [string, ...string[]],
  env: Variables,
  psql: Pick<PsqlProgram, 'wrapped'>,
): PsqlPlan | undefined {
  const { information } = parse(argv, env, psql.wrapped);
  if (information === undefined) return undefined;
  // Spelled anew: an `-o '|program'` before it would run although psql only prints its help.
  return { file: argv[0], argv: [`--${information}`], env: definedOnly(env), notices: [] };
}

function definedOnly(env: Variables): Record<string, string> {
  const entries = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return Object.fromEntries(entries);
}

function connectionString(start: PsqlStart): string {
  const { target, socketFolder } = start;
  const saidApplication = target.sources['application_name'] !== 'default';
  const values: readonly (readonly [string, string | undefined])[] = [
    ['host', socketFolder],
    ['port', String(target.servers[0].port)],
    ['user', target.user],
    ['dbname', target.database],
    ['options', target.options],
    ['application_name', saidApplication ? (target.applicationName ?? '') : undefined],
    ['replication', target.replication],
    ['require_auth', target.requireAuth],
    ['target_session_attrs', target.targetSessionAttrs === 'any' ? undefined : target.targetSessionAttrs],
  ];
  return values
    .flatMap(([keyword, value]) => (value === undefined ? [] : [`${keyword}=${quoteConninfo(value)}`]))
    .join(' ');
}

function environmentFor(start: PsqlStart): Record<string, string> {
  const env = definedOnly(start.env);
  for (const name of CONNECTION_VARIABLES) if (!KEPT_VARIABLES.has(name)) delete env[name];
  return {
    ...env,
    // A `\connect` that names no host, and any other client started from psql, come back to guard.
    PGHOST: start.socketFolder,
    PGPORT: String(start.target.servers[0].port),
    // A service would name a server that guard is not in front of.
    PGSERVICEFILE: NO_SERVICES,
    PGSYSCONFDIR: start.socketFolder,
    PGPASSFILE: start.passfile,
    PGCLIENTENCODING: 'UTF8',
    PSQLRC: start.rcFile,
    GUARD_SESSION: start.session,
  };
}

interface Checked {
  readonly option: PsqlOption;
  readonly notice?: string;
  readonly dropped?: boolean;
}

function checkVariable(option: PsqlOption, start: PsqlStart): Checked {
  const [name = '', ...rest] = (option.value ?? '').split('=');
  if (!isPromptVariable(name) || rest.length === 0) return { option };
  const prompt = rest.join('=');
  if (promptRunsProgram(prompt))
    return { option, dropped: true, notice: `-v ${name}: left out, because the prompt would run a program` };
  const names = hostNames(start.target, start.psql.socketFolder);
  return { option: { letter: 'v', value: `${name}=${fixPrompt(prompt, names)}` } };
}

function checkOption(option: PsqlOption, start: PsqlStart): Checked {
  if (option.letter === 'v') return checkVariable(option, start);
  if (option.letter === 'o' && option.value?.startsWith('|'))
    return {
      option,
      dropped: true,
      notice: '-o: left out, because it would run a program that guard does not see',
    };
  if (option.letter === 'o' || option.letter === 'L')
    return { option, notice: `-${option.letter}: psql writes to a file that guard does not see` };
  return { option };
}

/**
 * The psql to start: the user's options in their order, each spelled one way, with an explicit connection string to
 * guard's socket in place of everything that would connect elsewhere. No secret is in `argv` or `env`: the password
 * belongs in `passfile` (see translatePassfile). Throws USAGE.
 */
export function planPsql(start: PsqlStart): PsqlPlan {
  const args = parse(start.argv, start.env, start.psql.wrapped);
  const checked = args.options.map((option) => checkOption(option, start));
  const kept = checked.filter((one) => one.dropped !== true).map((one) => one.option);
  const ignored = args.ignored.length === 0 ? [] : ['extra command-line arguments ignored'];
  return {
    file: start.argv[0],
    argv: [
      ...spellOptions(start.scripts === undefined ? kept : withCopies(kept, start.scripts)),
      '-d',
      connectionString(start),
    ],
    env: environmentFor(start),
    notices: [...checked.flatMap((one) => one.notice ?? []), ...ignored],
  };
}

const NON_INTERACTIVE_LETTERS = 'cl';

/** True when psql would read commands from a person: a terminal on both sides and nothing else to do. Throws USAGE. */
export function isInteractive(argv: readonly string[], env: Variables, hasTty: boolean): boolean {
  const args = parse(argv, env, true);
  if (!hasTty || args.information !== undefined) return false;
  return args.options.every(
    ({ letter, value }) => !NON_INTERACTIVE_LETTERS.includes(letter) && (letter !== 'f' || value === '-'),
  );
}

/** True when the user said -X: guard then reads no psqlrc of theirs either. Throws USAGE. */
export function skipsPsqlrc(argv: readonly string[], env: Variables): boolean {
  return parse(argv, env, true).options.some((option) => option.letter === 'X');
}

/** The options of a psql command line, in the order psql acts on them. Throws USAGE. */
export function psqlOptions(argv: readonly string[], env: Variables): readonly PsqlOption[] {
  return parse(argv, env, true).options;
}
