import { present } from '../../model/present.ts';
import type { RegisteredTarget } from '../../observe/target-entry.ts';
import type { Credentials } from '../../wire/postgres/own-login.ts';
import { currentAccount, describePsql, findProgram } from '../../wire/postgres/resolve/client.ts';
import { isConnectionString, quoteConninfo } from '../../wire/postgres/resolve/conninfo.ts';
import { keywordsOf } from '../../wire/postgres/resolve/keywords.ts';
import { readPassfile } from '../../wire/postgres/resolve/passfile.ts';
import { unresolved } from '../../wire/postgres/resolve/refusal.ts';
import { type PsqlProgram, resolveConnection } from '../../wire/postgres/resolve/resolve.ts';
import { findService } from '../../wire/postgres/resolve/service.ts';
import type { Variables } from '../../wire/postgres/resolve/settings.ts';
import { systemFiles } from '../../wire/postgres/resolve/system-files.ts';
import type { ConnectionTarget } from '../../wire/postgres/target.ts';

/** Where guard connects, and what it logs in with; the target itself holds no password any more. */
export interface ReachedTarget {
  readonly target: ConnectionTarget;
  readonly credentials: Credentials;
  /** One clause each, without values. */
  readonly notices: readonly string[];
}

/** libpq of the newest version, for applications that bring a driver of their own and machines without psql. */
const NO_CLIENT: PsqlProgram = {
  version: '18',
  major: 18,
  wrapped: false,
  sysconfdir: '/etc/postgresql-common',
  socketFolder: '/var/run/postgresql',
};

function describeClient(env: Variables): PsqlProgram {
  try {
    return describePsql(findProgram('psql', env), env);
  } catch {
    const folder = systemFiles.facts(NO_CLIENT.socketFolder)?.kind === 'folder';
    return folder ? NO_CLIENT : { ...NO_CLIENT, socketFolder: '/tmp' };
  }
}

function isService(name: string, env: Variables, psql: PsqlProgram): boolean {
  const home = env['HOME'] || currentAccount().home || undefined;
  const known = keywordsOf(psql.major);
  try {
    findService({ service: name, env, home, sysconfdir: psql.sysconfdir, files: systemFiles, known });
    return true;
  } catch {
    return false;
  }
}

/** The database of a label that nobody changed (`host/database`), or of an identity that names one. */
function databaseOf({ label, identity }: RegisteredTarget, host: string): string | undefined {
  if (label.startsWith(`${host}/`)) return label.slice(host.length + 1);
  return identity.startsWith('tls:') ? identity.slice(identity.indexOf('/') + 1) : undefined;
}

/** How a known target was reached when it was labelled. */
function routeOf(entry: RegisteredTarget, env: Variables): string {
  const [route = ''] = entry.routes;
  const at = route.lastIndexOf(':');
  const host = route.slice(0, at);
  const database = databaseOf(entry, host) ?? env['PGDATABASE'];
  if (at < 0 || database === undefined)
    throw unresolved(
      `guard knows what ${entry.label} is, but not how to reach its database`,
      'give a URI or a service name, or PGDATABASE besides',
    );
  return `host=${quoteConninfo(host)} port=${route.slice(at + 1)} dbname=${quoteConninfo(database)}`;
}

function connectionString(
  name: string,
  env: Variables,
  world: { readonly psql: PsqlProgram; readonly known: readonly RegisteredTarget[] },
): string {
  if (isConnectionString(name)) return name;
  if (isService(name, env, world.psql)) return `service=${quoteConninfo(name)}`;
  const [entry, ...others] = world.known.filter(({ label, identity }) => label === name || identity === name);
  if (entry !== undefined && others.length === 0) return routeOf(entry, env);
  throw unresolved(
    entry === undefined
      ? `no service and no known target is called "${name}"`
      : `several known targets are called "${name}"`,
    'give a URI (postgresql://host/database), a conninfo string, a service of pg_service.conf or a name of guard targets',
  );
}

/** guard logs in itself: the password leaves the target, and the password file is read here, once. */
function withCredentials(resolved: ConnectionTarget, defaultFolder: string): ReachedTarget {
  const { password, ...target } = resolved;
  const { text, warning } = readPassfile(target.passfile, systemFiles);
  const { requireAuth } = target;
  return {
    target,
    credentials: { passfile: text, defaultFolder, ...present({ password, requireAuth }) },
    notices: warning === undefined ? [] : [warning],
  };
}

/** A target by what people call it. Throws TARGET_UNRESOLVED, CONFIG_INVALID. */
export function reachNamed(name: string, env: Variables, known: readonly RegisteredTarget[]): ReachedTarget {
  const psql = describeClient(env);
  return reach(['-d', connectionString(name, env, { psql, known })], env, psql);
}

/** A target as psql's arguments say it. Throws TARGET_UNRESOLVED, CONFIG_INVALID, USAGE. */
export function reachArguments(args: readonly string[], env: Variables): ReachedTarget {
  return reach(args, env, describeClient(env));
}

function reach(args: readonly string[], env: Variables, psql: PsqlProgram): ReachedTarget {
  const resolved = resolveConnection({ args, env, account: currentAccount(), psql, files: systemFiles });
  return withCredentials(resolved, psql.socketFolder);
}
