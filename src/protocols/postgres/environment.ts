import { GuardError } from '../../model/errors.ts';
import { CONNECTION_VARIABLES } from '../../wire/postgres/resolve/keywords.ts';
import type { Variables } from '../../wire/postgres/resolve/settings.ts';
import type { ConnectionTarget } from '../../wire/postgres/target.ts';

/** The ways into guard's proxy, as a program is told of them. */
export interface Entrance {
  readonly target: ConnectionTarget;
  /** The socket's folder (0700) and the number in its name. */
  readonly folder: string;
  readonly socketPort: number;
  /** The loopback port for drivers that know no sockets, and its password: good for this run, at guard's proxy only. */
  readonly port: number;
  readonly token: string;
  /** A password file with the token, 0600. */
  readonly passfile: string;
}

const FORMS = ['url', 'jdbc', 'host', 'port', 'user', 'password', 'database', 'socket'] as const;
type Form = (typeof FORMS)[number];

/** One variable to set: `NAME`, or `NAME=FORM`. */
export interface NamedVariable {
  readonly name: string;
  readonly form: Form;
}

const LOOPBACK = '127.0.0.1';
const DEFAULT_NAME = 'DATABASE_URL';
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
/** A value that leads to a PostgreSQL server, in the schemes drivers know. */
const LEADS_SOMEWHERE =
  /^\s{0,16}(?:jdbc:)?(?:postgres|postgresql|postgis|prisma\+postgres)(?:\+[a-z0-9]{1,16})?:/i;

/** Reads `--postgres-env`. Throws USAGE. */
export function readNamedVariable(text: string): NamedVariable {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  const said = at < 0 ? 'url' : text.slice(at + 1);
  const form = FORMS.find((each) => each === said);
  if (form !== undefined && VARIABLE_NAME.test(name)) return { name, form };
  throw new GuardError('USAGE', '--postgres-env takes NAME or NAME=FORM', {
    hint: `FORM is one of ${FORMS.join(', ')}; for example FLYWAY_URL=jdbc`,
  });
}

function urlOf({ target, port, token }: Entrance): string {
  const [user, database] = [target.user, target.database].map(encodeURIComponent);
  return `postgresql://${user}:${token}@${LOOPBACK}:${port}/${database}?sslmode=disable`;
}

function jdbcOf({ target, port, token }: Entrance): string {
  const [user, database] = [target.user, target.database].map(encodeURIComponent);
  return `jdbc:postgresql://${LOOPBACK}:${port}/${database}?user=${user}&password=${token}&sslmode=disable`;
}

function inForm(form: Form, entrance: Entrance): string {
  switch (form) {
    case 'url':
      return urlOf(entrance);
    case 'jdbc':
      return jdbcOf(entrance);
    case 'host':
      return LOOPBACK;
    case 'port':
      return String(entrance.port);
    case 'user':
      return entrance.target.user;
    case 'password':
      return entrance.token;
    case 'database':
      return entrance.target.database;
    case 'socket':
      return entrance.folder;
  }
}

export interface ClientEnvironment {
  readonly env: Readonly<Record<string, string>>;
  /** Variables that led to a PostgreSQL server around guard and are not handed on. */
  readonly leftOut: readonly string[];
}

/** libpq's own variables: the socket, where its mode is the gate, so that there is no secret in them. */
function libpqVariables({ target, folder, socketPort, passfile }: Entrance): Record<string, string> {
  const { applicationName, options, sources } = target;
  return {
    PGHOST: folder,
    PGPORT: String(socketPort),
    PGUSER: target.user,
    PGDATABASE: target.database,
    PGPASSFILE: passfile,
    PGSSLMODE: 'disable',
    PGSERVICEFILE: '/dev/null',
    PGSYSCONFDIR: folder,
    ...(options === undefined ? {} : { PGOPTIONS: options }),
    ...(applicationName === undefined || sources['application_name'] === 'default'
      ? {}
      : { PGAPPNAME: applicationName }),
  };
}

/**
 * The environment of a program that shall reach PostgreSQL through guard. Every variable of libpq's and every value that
 * is a PostgreSQL URL of its own is taken out: what is left leads to guard, with no password of the server in it.
 */
export function clientEnvironment(
  env: Variables,
  entrance: Entrance,
  named: readonly NamedVariable[],
): ClientEnvironment {
  const taken = new Set([...CONNECTION_VARIABLES, DEFAULT_NAME, ...named.map(({ name }) => name)]);
  const kept: [string, string][] = [];
  const leftOut: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || taken.has(name)) continue;
    if (LEADS_SOMEWHERE.test(value)) leftOut.push(name);
    else kept.push([name, value]);
  }
  const own = [{ name: DEFAULT_NAME, form: 'url' } as const, ...named];
  return {
    env: {
      ...Object.fromEntries(kept),
      ...libpqVariables(entrance),
      ...Object.fromEntries(own.map(({ name, form }) => [name, inForm(form, entrance)])),
    },
    leftOut,
  };
}

/** A password file for libpq programs that are sent to the port; mode 0600 is the writer's business. */
export function tokenPassfile(port: number, token: string): string {
  return [LOOPBACK, 'localhost'].map((host) => `${host}:${port}:*:*:${token}\n`).join('');
}
