import { present } from '../../../model/present.ts';
import type { ConnectionTarget, ServerAddress } from '../target.ts';
import { CONNECTION_STRING_LIMIT, isConnectionString, isUri, parseConninfo } from './conninfo.ts';
import { type Account, type Wrapped, wrapAsDebian } from './debian-wrapper.ts';
import type { ResolveFiles } from './files.ts';
import { type Keyword, keywordsOf } from './keywords.ts';
import { type PsqlArguments, parsePsqlArguments } from './psql-arguments.ts';
import { unresolved } from './refusal.ts';
import {
  channelBinding,
  gssEncMode,
  refuseUnsupported,
  sslMode,
  targetSessionAttrs,
  textOf,
  tlsVersions,
} from './requirements.ts';
import { isSocket, parseInteger, serversOf } from './servers.ts';
import { findService } from './service.ts';
import type { Setting, Settings, Variables } from './settings.ts';
import { findTlsFiles } from './tls-files.ts';
import { parseUri } from './uri.ts';

/** The psql that would run, as far as it decides where to connect. */
export interface PsqlProgram {
  /** What `psql --version` says after "psql (PostgreSQL) ", for example `15.18 (Debian 15.18-0+deb12u1)`. */
  readonly version: string;
  readonly major: number;
  /** True when it is started through Debian's pg_wrapper. */
  readonly wrapped: boolean;
  /** Compiled-in folder of pg_service.conf and psqlrc. */
  readonly sysconfdir: string;
  /** Compiled-in folder of the server's unix socket. */
  readonly socketFolder: string;
}

export interface ResolveInput {
  /** psql's arguments, without the program's name. */
  readonly args: readonly string[];
  readonly env: Variables;
  readonly account: Account;
  readonly psql: PsqlProgram;
  readonly files: ResolveFiles;
}

/** libpq waits at least this long once it waits at all (seconds). */
const SHORTEST_TIMEOUT_S = 2;
const FALLBACK_APPLICATION = 'psql';
const LIST_DATABASE = 'postgres';
const INTEGERS = [
  'keepalives',
  'keepalives_idle',
  'keepalives_interval',
  'keepalives_count',
  'tcp_user_timeout',
] as const;

class Resolution {
  readonly input: ResolveInput;
  readonly wrapped: Wrapped;
  readonly known: ReadonlyMap<string, Keyword>;
  readonly home: string | undefined;
  readonly settings = new Map<string, Setting>();

  constructor(input: ResolveInput) {
    this.input = input;
    this.wrapped = input.psql.wrapped
      ? wrapAsDebian(input)
      : { args: input.args, env: input.env, because: '' };
    this.known = keywordsOf(input.psql.major);
    this.home = this.wrapped.env['HOME'] || input.account.home || undefined;
  }

  private argument(keyword: string, value: string | undefined): void {
    if (value) this.settings.set(keyword, { value, source: 'argument' });
  }

  /** psql hands libpq host, port, user and then dbname; a connection string in dbname beats what came before it. */
  readArguments(args: PsqlArguments): void {
    this.argument('host', args.host);
    this.argument('port', args.port);
    this.argument('user', args.user);
    const database = args.database ?? (args.listDatabases ? LIST_DATABASE : '');
    if (database.length > CONNECTION_STRING_LIMIT) throw unresolved('the database argument is too long');
    if (!isConnectionString(database)) {
      this.argument('dbname', database);
      return;
    }
    const read = isUri(database) ? parseUri : parseConninfo;
    for (const [keyword, setting] of read(database, this.known)) this.settings.set(keyword, setting);
  }

  private add(keyword: string, setting: Setting): void {
    if (!this.settings.has(keyword)) this.settings.set(keyword, setting);
  }

  readService(): void {
    const service = this.settings.get('service')?.value ?? this.wrapped.env['PGSERVICE'];
    if (service === undefined) return;
    const { files, psql } = this.input;
    const { env } = this.wrapped;
    const lookup = { service, env, home: this.home, sysconfdir: psql.sysconfdir, files, known: this.known };
    for (const [keyword, setting] of findService(lookup)) this.add(keyword, setting);
  }

  private variableSource(name: string): string {
    return this.wrapped.env[name] === this.input.env[name] ? name : this.wrapped.because;
  }

  readDefaults(): void {
    for (const [keyword, { env, fallback }] of this.known) {
      const value = env === undefined ? undefined : this.wrapped.env[env];
      if (env !== undefined && value !== undefined)
        this.add(keyword, { value, source: this.variableSource(env) });
      else if (keyword === 'sslmode' && this.wrapped.env['PGREQUIRESSL']?.startsWith('1'))
        this.add(keyword, { value: 'require', source: 'PGREQUIRESSL' });
      else if (fallback !== undefined) this.add(keyword, { value: fallback, source: 'default' });
    }
  }

  /** An empty value is no value for these: libpq falls back once more. */
  fill(keyword: string, value: string, source: string): string {
    if (textOf(this.settings, keyword) === '') this.settings.set(keyword, { value, source });
    return textOf(this.settings, keyword);
  }

  /** fallback_application_name is psql's own; it loses to any application_name, also to an empty one. */
  applicationName(): string {
    const said = this.settings.get('application_name')?.value;
    if (said !== undefined) return said;
    this.settings.set('application_name', { value: FALLBACK_APPLICATION, source: 'default' });
    return FALLBACK_APPLICATION;
  }
}

function connectTimeout(settings: Settings): number {
  const setting = settings.get('connect_timeout');
  if (setting === undefined) return 0;
  const seconds = parseInteger(setting.value, 'connect_timeout');
  return seconds <= 0 ? 0 : Math.max(seconds, SHORTEST_TIMEOUT_S);
}

function checkIntegers(settings: Settings, servers: readonly ServerAddress[]): void {
  if (servers.every(isSocket)) return;
  for (const keyword of INTEGERS) {
    const setting = settings.get(keyword);
    if (setting !== undefined) parseInteger(setting.value, keyword);
  }
}

/** Values that stay out of the target when they are empty. */
function optional(settings: Settings, keyword: string): string | undefined {
  return textOf(settings, keyword) || undefined;
}

function sourcesOf(settings: Settings): Readonly<Record<string, string>> {
  return Object.fromEntries([...settings].map(([keyword, { source }]) => [keyword, source]));
}

function sessionFields(
  resolution: Resolution,
): Pick<
  ConnectionTarget,
  'options' | 'applicationName' | 'replication' | 'password' | 'service' | 'requireAuth' | 'sslpassword'
> {
  const { settings } = resolution;
  const fields = {
    options: optional(settings, 'options'),
    applicationName: resolution.applicationName() || undefined,
    replication: optional(settings, 'replication'),
    password: optional(settings, 'password'),
    service: optional(settings, 'service'),
    requireAuth: optional(settings, 'require_auth'),
    sslpassword: optional(settings, 'sslpassword'),
  };
  return present(fields);
}

/**
 * Where psql with these arguments would connect, decided as libpq 15 to 18 decide it
 * (https://www.postgresql.org/docs/18/libpq-connect.html), with Debian's pg_wrapper in front where it is used: arguments
 * (a connection string beats -h, -p and -U), service file, environment, defaults. Throws USAGE, TARGET_UNRESOLVED or
 * CONFIG_INVALID; no message holds a password.
 */
export function resolveConnection(input: ResolveInput): ConnectionTarget {
  const resolution = new Resolution(input);
  const { settings, wrapped } = resolution;
  resolution.readArguments(parsePsqlArguments(wrapped.args, wrapped.env));
  resolution.readService();
  resolution.readDefaults();
  refuseUnsupported(settings);
  const servers = serversOf(settings, input.psql.socketFolder);
  checkIntegers(settings, servers);
  const user = resolution.fill('user', input.account.user, 'default');
  if (user === '')
    throw unresolved('no user is given, and this user id has no name', 'give one with -U or PGUSER');
  const database = resolution.fill('dbname', user, 'default');
  const passfile = resolution.fill('passfile', `${resolution.home ?? ''}/.pgpass`, 'default');
  const systemRoot = input.psql.major >= 16;
  const sslmode = sslMode(settings, systemRoot);
  const search = { settings, sslmode, home: resolution.home, files: input.files, systemRoot };
  return {
    servers,
    user,
    database,
    sslmode,
    ...(servers.every(isSocket) ? {} : findTlsFiles(search)),
    sslsni: textOf(settings, 'sslsni').startsWith('1'),
    ...tlsVersions(settings),
    channelBinding: channelBinding(settings),
    gssencmode: gssEncMode(settings),
    targetSessionAttrs: targetSessionAttrs(settings),
    connectTimeout: connectTimeout(settings),
    ...sessionFields(resolution),
    passfile,
    sources: sourcesOf(settings),
  };
}
