import type { ResolveFiles } from './files.ts';
import { misconfigured } from './refusal.ts';

/** PgCommon.pm has no limit; guard stops where an include would go round in a circle. */
const INCLUDE_DEPTH_LIMIT = 8;
const LINE_LIMIT = 8192;

/** The patterns of read_conf_file() in PgCommon.pm (postgresql-common 248); lines are bounded by LINE_LIMIT. */
const EMPTY = /^\s*(?:#.*)?$/;
const INCLUDE_FOLDER = /^\s*include_dir\s*=?\s*'([^']+)'\s*(?:#.*)?$/i;
const INCLUDE_FILE = /^\s*include(?:_if_exists)?\s*=?\s*'([^']+)'\s*(?:#.*)?$/i;
const QUOTED_START = /^\s*([a-zA-Z0-9_.-]+)\s*(?:=|\s)\s*'/;
const PLAIN = /^\s*([a-zA-Z0-9_.-]+)\s*(?:=|\s)\s*(-?[a-zA-Z0-9][a-zA-Z0-9._:/+-]*)\s*(?:#.*)?$/;

type Values = Map<string, string>;

/** Index of the quote that closes a value which began before `from`: doubled and backslashed quotes do not. */
function closingQuote(line: string, from: number): number {
  for (let at = line.indexOf("'", from); at >= 0; at = line.indexOf("'", at + 1)) {
    if (line.charAt(at + 1) === "'") at += 1;
    else if (line.charAt(at - 1) !== '\\') return at;
  }
  return -1;
}

function readQuoted(line: string): readonly [string, string] | undefined {
  const start = QUOTED_START.exec(line);
  if (start?.[1] === undefined) return undefined;
  const end = closingQuote(line, start[0].length);
  if (end < 0 || !EMPTY.test(line.slice(end + 1))) return undefined;
  return [start[1], line.slice(start[0].length, end).replace(/\\(.)/g, '$1').replaceAll("''", "'")];
}

function readPlain(line: string): readonly [string, string] | undefined {
  const [, key, value] = PLAIN.exec(line) ?? [];
  return key === undefined || value === undefined ? undefined : [key, value];
}

function absolute(path: string, parent: string): string {
  return path.startsWith('/') ? path : `${parent.slice(0, Math.max(parent.lastIndexOf('/'), 0))}/${path}`;
}

class ConfReader {
  readonly values: Values = new Map();
  readonly files: ResolveFiles;

  constructor(files: ResolveFiles) {
    this.files = files;
  }

  read(path: string, depth = 0): void {
    if (depth > INCLUDE_DEPTH_LIMIT) throw misconfigured(`${path} is included too deeply`);
    const lines = this.files.readText(path)?.split('\n') ?? [];
    for (const [index, line] of lines.entries()) {
      if (line.length <= LINE_LIMIT && this.line(line, path, depth)) continue;
      throw misconfigured(`invalid line ${index + 1} in ${path}`);
    }
  }

  private line(line: string, path: string, depth: number): boolean {
    if (EMPTY.test(line)) return true;
    const folder = INCLUDE_FOLDER.exec(line)?.[1];
    if (folder !== undefined) {
      this.folder(absolute(folder, path), depth);
      return true;
    }
    const file = INCLUDE_FILE.exec(line)?.[1];
    if (file !== undefined) {
      this.read(absolute(file, path), depth + 1);
      return true;
    }
    return this.pair(line);
  }

  private folder(path: string, depth: number): void {
    const names = this.files.list(path).filter((name) => !name.startsWith('.') && name.endsWith('.conf'));
    for (const name of [...names].sort()) this.read(`${path}/${name}`, depth + 1);
  }

  private pair(line: string): boolean {
    const pair = readQuoted(line) ?? readPlain(line);
    if (pair === undefined) return false;
    this.values.set(pair[0].toLowerCase(), pair[1]);
    return true;
  }
}

function readConf(path: string, files: ResolveFiles): Values {
  const reader = new ConfReader(files);
  reader.read(path);
  return reader.values;
}

/** One local cluster of Debian's postgresql-common, as pg_wrapper sees it. */
export interface ClusterName {
  readonly version: string;
  readonly cluster: string;
}

export interface ClusterPlaces {
  readonly files: ResolveFiles;
  /** PG_CLUSTER_CONF_ROOT, else /etc/postgresql. */
  readonly confroot: string;
  /** PGSYSCONFDIR, else /etc/postgresql-common. */
  readonly common: string;
}

const DEFAULT_PORT = '5432';
const DEFAULT_SOCKET_FOLDER = '/var/run/postgresql';

function dataFolder(name: ClusterName, conf: Values, places: ClusterPlaces): string | undefined {
  const folder = `${places.confroot}/${name.version}/${name.cluster}`;
  const isData = places.files.facts(`${folder}/PG_VERSION`)?.kind === 'file';
  return (
    conf.get('data_directory') ||
    places.files.link(`${folder}/pgdata`) ||
    (isData ? (places.files.link(folder) ?? folder) : undefined)
  );
}

function readClusterConf(name: ClusterName, places: ClusterPlaces): Values {
  const own = `${places.confroot}/${name.version}/${name.cluster}/postgresql.conf`;
  const conf = readConf(places.files.facts(own) ? own : `${places.common}/postgresql.conf`, places.files);
  const data = dataFolder(name, conf, places);
  const automatic = readConf(`${data ?? ''}/postgresql.auto.conf`, places.files);
  automatic.delete('data_directory');
  return new Map([...conf, ...automatic]);
}

/** Where a local cluster listens: get_cluster_socketdir() and get_cluster_port() of PgCommon.pm. Throws CONFIG_INVALID. */
export function clusterAddress(name: ClusterName, places: ClusterPlaces): { host: string; port: string } {
  const conf = readClusterConf(name, places);
  const port = conf.get('port') || DEFAULT_PORT;
  const configured = conf.get('unix_socket_directories')?.split(',')[0]?.trimEnd();
  if (configured) return { host: configured, port };
  const data = dataFolder(name, conf, places);
  const shared = places.files.facts(DEFAULT_SOCKET_FOLDER);
  const own = data === undefined ? undefined : places.files.facts(data);
  if (shared === undefined || own === undefined)
    throw misconfigured(
      `the socket folder of cluster ${name.version} ${name.cluster} can't be found out`,
      'give it with -h, or ask the administrator to make the data folder visible',
    );
  return { host: shared.uid === own.uid ? DEFAULT_SOCKET_FOLDER : '/tmp', port };
}

/** Names of the clusters of one version, sorted: get_version_clusters(). */
export function clustersOf(version: string, places: ClusterPlaces): readonly string[] {
  const folder = `${places.confroot}/${version}`;
  return places.files
    .list(folder)
    .filter((name) => {
      const conf = `${folder}/${name}/postgresql.conf`;
      return places.files.facts(conf) !== undefined || places.files.link(conf) !== undefined;
    })
    .sort();
}
