import { parseArgs } from 'node:util';
import { ACTOR_KINDS, type ActorKind } from '../model/actor.ts';
import { ENVIRONMENT_CLASSES, type EnvironmentClass } from '../model/environment.ts';
import { GuardError } from '../model/errors.ts';
import { present } from '../model/present.ts';

/** One option that every command understands. Options can only tighten. */
interface CommonOption {
  readonly name: string;
  readonly argument?: string;
  readonly several?: true;
  readonly says: string;
}

export const COMMON_OPTIONS: readonly CommonOption[] = [
  { name: 'env', argument: 'class', says: 'raise the environment: dev, staging or prod' },
  { name: 'actor', argument: 'kind', says: 'add doubt about who acts: human, agent or ci' },
  { name: 'policy', argument: 'file', several: true, says: 'one more policy layer (it can only tighten)' },
  { name: 'ticket', argument: 'id', says: 'the ticket this work belongs to' },
  { name: 'purpose', argument: 'text', says: 'why you do this, for the record' },
  { name: 'json', says: 'machine-readable output' },
  { name: 'no-color', says: 'no colours (NO_COLOR works too)' },
];

/** Options of guarded sessions. */
export const SESSION_OPTIONS: readonly CommonOption[] = [
  { name: 'prompt', argument: 'style', says: 'how questions are asked: panel or plain' },
  { name: 'debug', says: "write guard's own trouble to a file in the state folder, masked" },
  { name: 'quiet', says: 'no lines of its own but refusals' },
  { name: 'mask', argument: 'how', says: 'fail: refuse what would have to be masked instead of masking it' },
  { name: 'audit', argument: 'pace', says: 'every: sign and sync each read by itself' },
  { name: 'judge-apart', says: 'decide in a process of its own' },
  { name: 'masked-dump', says: 'pg_dump writes classed values masked, and the file says so' },
  {
    name: 'postgres',
    argument: 'target',
    says: 'run any program with PG* and DATABASE_URL leading to this database through guard',
  },
  {
    name: 'postgres-env',
    argument: 'name',
    several: true,
    says: 'one more variable for it, NAME or NAME=FORM: url, jdbc, host, port, user, password, database, socket',
  },
];

/** What `guard proxy postgres` takes besides the common ones. */
export const PROXY_OPTIONS: readonly CommonOption[] = [
  ...SESSION_OPTIONS.filter(({ name }) => !name.startsWith('postgres') && name !== 'masked-dump'),
  {
    name: 'listen',
    argument: 'place',
    says: 'a socket, .../.s.PGSQL.PORT, or a port of 127.0.0.1 that asks for a token (default: a socket in a new folder)',
  },
  {
    name: 'token-file',
    argument: 'file',
    says: 'ask for a token and write it there (0600) instead of printing it; gone when the proxy ends',
  },
];

export interface CommonValues {
  readonly env?: EnvironmentClass;
  readonly actor?: ActorKind;
  readonly policy: readonly string[];
  readonly ticket?: string;
  readonly purpose?: string;
  readonly json: boolean;
  readonly color: boolean;
}

export interface SessionValues extends CommonValues {
  readonly prompt?: 'panel' | 'plain';
  readonly audit?: 'every';
  readonly mask?: 'fail';
  readonly judgeApart: boolean;
  /** A database that the program shall reach through guard. */
  readonly postgres?: string;
  readonly postgresEnv: readonly string[];
  readonly maskedDump: boolean;
  readonly debug: boolean;
  readonly quiet: boolean;
}

function choice<Word extends string>(
  values: Readonly<Record<string, unknown>>,
  name: string,
  allowed: readonly Word[],
): { readonly [name: string]: Word } {
  const value = values[name];
  if (value === undefined) return {};
  const found = allowed.find((word) => word === value);
  if (found !== undefined) return { [name]: found };
  throw new GuardError('USAGE', `--${name} takes ${allowed.join(', ')}; not "${String(value)}"`);
}

function parseTable(
  args: readonly string[],
  table: readonly CommonOption[],
): Readonly<Record<string, unknown>> {
  const options = Object.fromEntries(
    table.map(({ name, argument, several }) => [
      name,
      {
        type: argument === undefined ? ('boolean' as const) : ('string' as const),
        multiple: several === true,
      },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    const message = cause instanceof Error ? (cause.message.split('. ')[0] ?? '') : '';
    throw new GuardError('USAGE', message, {
      cause,
      hint: 'guard --help lists the options; the command to run comes after --',
    });
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** The common options as the command library read them. Throws USAGE. */
export function readCommonOptions(values: Readonly<Record<string, unknown>>): CommonValues {
  const { env } = choice(values, 'env', ENVIRONMENT_CLASSES);
  const { actor } = choice(values, 'actor', ACTOR_KINDS);
  return {
    ...present({ env, actor, ticket: text(values['ticket']), purpose: text(values['purpose']) }),
    policy: texts(values['policy']),
    json: values['json'] === true,
    color: values['color'] !== false && !process.env['NO_COLOR'],
  };
}

/** Reads the options in front of `--`, without loading the command library: session start is a hot path. Throws USAGE. */
export function readSessionOptions(args: readonly string[]): SessionValues {
  if (args.filter((arg) => /^--postgres(?:=|$)/.test(arg)).length > 1)
    throw new GuardError('USAGE', '--postgres is given twice', { hint: 'one run has one database' });
  return sessionValues(parseTable(args, [...COMMON_OPTIONS, ...SESSION_OPTIONS]));
}

export interface ProxyValues extends SessionValues {
  readonly listen?: string;
  readonly tokenFile?: string;
}

/** The options of `guard proxy`. Throws USAGE. */
export function readProxyOptions(args: readonly string[]): ProxyValues {
  const values = parseTable(args, [...COMMON_OPTIONS, ...PROXY_OPTIONS]);
  const { listen, 'token-file': tokenFile } = values;
  return { ...sessionValues(values), ...present({ listen: text(listen), tokenFile: text(tokenFile) }) };
}

function sessionValues(values: Readonly<Record<string, unknown>>): SessionValues {
  const { env } = choice(values, 'env', ENVIRONMENT_CLASSES);
  const { actor } = choice(values, 'actor', ACTOR_KINDS);
  const { prompt } = choice(values, 'prompt', ['panel', 'plain'] as const);
  const { audit } = choice(values, 'audit', ['every'] as const);
  const { mask } = choice(values, 'mask', ['fail'] as const);
  return {
    ...present({
      env,
      actor,
      prompt,
      audit,
      mask,
      ticket: text(values['ticket']),
      purpose: text(values['purpose']),
      postgres: text(values['postgres']),
    }),
    postgresEnv: texts(values['postgres-env']),
    maskedDump: values['masked-dump'] === true,
    policy: texts(values['policy']),
    json: values['json'] === true,
    color: values['no-color'] !== true && process.env['NO_COLOR'] === undefined,
    debug: values['debug'] === true,
    quiet: values['quiet'] === true,
    judgeApart: values['judge-apart'] === true,
  };
}
