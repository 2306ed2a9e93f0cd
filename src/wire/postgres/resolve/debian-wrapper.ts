import { type ClusterName, type ClusterPlaces, clusterAddress, clustersOf } from './cluster-conf.ts';
import type { ResolveFiles } from './files.ts';
import { misconfigured, misused } from './refusal.ts';
import type { Variables } from './settings.ts';

/** Who runs psql, as the password database says. */
export interface Account {
  readonly user: string;
  /** Name of the primary group. */
  readonly group: string;
  /** Home folder of the password database; HOME goes before it. */
  readonly home: string;
}

export interface WrapperInput {
  readonly args: readonly string[];
  readonly env: Variables;
  readonly account: Account;
  readonly files: ResolveFiles;
}

/** What pg_wrapper hands to the real psql. */
export interface Wrapped {
  readonly args: readonly string[];
  readonly env: Variables;
  /** Where a variable that the wrapper set comes from. */
  readonly because: string;
}

const PROGRAM_FOLDER = '/usr/lib/postgresql';
const DEFAULT_COMMON = '/etc/postgresql-common';
const DEFAULT_CONFROOT = '/etc/postgresql';
const DEFAULT_PORT = '5432';
/** The patterns of pg_wrapper and PgCommon.pm (postgresql-common 248). */
const CLUSTER_OPTION = /^--cluster=(\d+\.?\d)\/(.+)/;
const HOST_OPTION = /^--host\b/;
const PORT_OPTION = /^--port\b(?:=(\d+))?/;
const LETTERS = /^-\w*$/;
const DIGITS = /^\d*$/;
const NETWORK_CLUSTER = /^(\S+):(\d*)$/;
const VERSION = /^\d+\.?\d+$/;

/** `/^-\w*h\w*$/` of the wrapper, without going back over the argument. */
function hasHostLetter(argument: string): boolean {
  return LETTERS.test(argument) && argument.includes('h');
}

/** `/^-\w*p(\d+)?$/` of the wrapper: the digits after the last p, '' when there are none. */
function portDigits(argument: string): string | undefined {
  if (!LETTERS.test(argument) || !argument.includes('p')) return undefined;
  const digits = argument.slice(argument.lastIndexOf('p') + 1);
  return DIGITS.test(digits) ? digits : undefined;
}

interface Choice {
  readonly version?: string;
  readonly cluster?: string;
  readonly database?: string;
  readonly because: string;
}

class Wrapper {
  readonly input: WrapperInput;
  readonly places: ClusterPlaces;
  args: string[];
  choice: Choice | undefined;
  explicitHost: boolean;
  explicitPort: string | undefined;

  constructor(input: WrapperInput) {
    this.input = input;
    this.args = [...input.args];
    this.explicitHost = input.env['PGHOST'] !== undefined;
    this.explicitPort = input.env['PGPORT'];
    this.places = {
      files: input.files,
      confroot: input.env['PG_CLUSTER_CONF_ROOT'] || DEFAULT_CONFROOT,
      common: input.env['PGSYSCONFDIR'] || DEFAULT_COMMON,
    };
  }

  private hasProgram(version: string, program: string): boolean {
    const mode = this.input.files.facts(`${PROGRAM_FOLDER}/${version}/bin/${program}`)?.mode ?? 0;
    return (mode & 0o111) !== 0;
  }

  private versions(): readonly string[] {
    const installed = this.input.files
      .list(PROGRAM_FOLDER)
      .filter((name) => VERSION.test(name) && this.hasProgram(name, 'postgres'));
    const configured = this.input.files
      .list(this.places.confroot)
      .filter((name) => VERSION.test(name) && clustersOf(name, this.places).length > 0);
    return [...new Set([...installed, ...configured])].sort((a, b) => Number(a) - Number(b));
  }

  /** Takes `version/cluster` apart; what is missing is an error, as in the wrapper. */
  private named(text: string, source: string): Choice {
    const slash = text.indexOf('/');
    const version = slash < 0 ? text : text.slice(0, slash);
    const cluster = slash < 0 ? '' : text.slice(slash + 1);
    if (!this.hasProgram(version, 'psql')) throw misused(`invalid version specified with ${source}`);
    if (cluster === '') throw misused(`no cluster specified with ${source}`);
    return { version, cluster, because: source };
  }

  private noteConnection(argument: string, next: string | undefined): void {
    if (HOST_OPTION.test(argument) || hasHostLetter(argument)) {
      this.choice = undefined;
      this.explicitHost = true;
    }
    const long = PORT_OPTION.exec(argument);
    const digits = long === null ? portDigits(argument) : (long[1] ?? '');
    if (digits !== undefined) this.explicitPort = digits || (next ?? this.explicitPort);
  }

  /** Arguments before `--`, until a `--cluster` is found and taken out. */
  readArguments(): void {
    for (let at = 0; at < this.args.length && this.args[at] !== '--'; at += 1) {
      const argument = this.args[at] ?? '';
      if (argument === '--cluster') {
        const value = this.args[at + 1];
        if (value === undefined) throw misused('--cluster option needs an argument (<version>/<cluster>)');
        this.choice = this.named(value, '--cluster');
        this.args.splice(at, 2);
        return;
      }
      const inline = CLUSTER_OPTION.exec(argument);
      if (inline !== null) {
        this.choice = this.named(`${inline[1]}/${inline[2]}`, '--cluster');
        this.args.splice(at, 1);
        return;
      }
      this.noteConnection(argument, this.args[at + 1]);
    }
  }

  private exists(name: ClusterName): boolean {
    return clustersOf(name.version, this.places).includes(name.cluster);
  }

  /** A line of a map file that names something which exists; the wrapper warns about others and goes on. */
  private mapped(fields: readonly string[], because: string): Choice | undefined {
    const [version = '', cluster = '', database = ''] = fields;
    if (!this.hasProgram(version, 'psql') || database === '') return undefined;
    if (!NETWORK_CLUSTER.test(cluster) && !this.exists({ version, cluster })) return undefined;
    return { version, cluster, because, ...(database === '*' ? {} : { database }) };
  }

  private lines(path: string): readonly (readonly string[])[] {
    const text = this.input.files.readText(path) ?? '';
    const fields = text.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
    return fields.filter(([first]) => first !== '');
  }

  private fromMaps(): Choice | undefined {
    const { account, env } = this.input;
    const own = `${env['HOME'] || account.home}/.postgresqlrc`;
    for (const fields of this.lines(own)) {
      const choice = this.mapped(fields, '~/.postgresqlrc');
      if (choice !== undefined) return choice;
    }
    const shared = `${this.places.common}/user_clusters`;
    for (const [user, group, ...rest] of this.lines(shared)) {
      const choice = this.mapped(rest, shared);
      const ours = (user === '*' || user === account.user) && (group === '*' || group === account.group);
      if (choice !== undefined && ours) return choice;
    }
    return undefined;
  }

  /** The only local cluster, else the one at the default port. */
  private onlyCluster(): Choice | undefined {
    const names = this.versions().flatMap((version) =>
      clustersOf(version, this.places).map((cluster) => ({ version, cluster })),
    );
    const [only, ...others] = names;
    if (only !== undefined && others.length === 0) return { ...only, because: 'the only local cluster' };
    const usual = names.findLast((name) => clusterAddress(name, this.places).port === DEFAULT_PORT);
    return usual === undefined ? undefined : { ...usual, because: 'the local cluster at port 5432' };
  }

  private address(choice: Choice): { readonly host: string; readonly port: string } | undefined {
    const { version, cluster } = choice;
    if (version === undefined || cluster === undefined) return undefined;
    const network = NETWORK_CLUSTER.exec(cluster);
    if (network?.[1] !== undefined) return { host: network[1], port: network[2] || DEFAULT_PORT };
    if (!this.exists({ version, cluster }))
      throw misconfigured(`Cluster ${version} ${cluster} does not exist`);
    return clusterAddress({ version, cluster }, this.places);
  }

  run(): Wrapped {
    const cluster = this.input.env['PGCLUSTER'];
    if (cluster !== undefined && !this.explicitHost) this.choice = this.named(cluster, 'PGCLUSTER');
    this.readArguments();
    // A port alone only chooses the version of the programs; host and service keep the maps out of it.
    if (this.choice === undefined && !this.explicitHost && !this.explicitPort)
      this.choice = this.fromMaps() ?? this.onlyCluster();
    const address = this.choice === undefined ? undefined : this.address(this.choice);
    const env: Record<string, string | undefined> = { ...this.input.env };
    env['PGSYSCONFDIR'] ??= DEFAULT_COMMON;
    if (address !== undefined) {
      env['PGHOST'] = address.host;
      env['PGPORT'] ||= address.port;
    }
    if (this.choice?.database !== undefined) env['PGDATABASE'] ||= this.choice.database;
    return { args: this.args, env, because: this.choice?.because ?? '' };
  }
}

/** psql's arguments without the `--cluster` that pg_wrapper takes for itself. */
export function withoutCluster(args: readonly string[]): readonly string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const at = args.findIndex((argument) => argument === '--cluster' || CLUSTER_OPTION.test(argument));
  if (at < 0 || at >= end) return args;
  return args.toSpliced(at, args[at] === '--cluster' ? 2 : 1);
}

/**
 * Does what Debian's pg_wrapper does before it starts the real psql: `--cluster`, PGCLUSTER, ~/.postgresqlrc,
 * /etc/postgresql-common/user_clusters, the only local cluster. Throws USAGE or CONFIG_INVALID where it would end.
 */
export function wrapAsDebian(input: WrapperInput): Wrapped {
  return new Wrapper(input).run();
}
