/** What a server says about itself; only as trustworthy as the connection it came over. */
export interface ServerIdentity {
  /** pg_control_system().system_identifier: the same on a primary and its physical replicas. */
  readonly systemIdentifier?: string;
  readonly databaseOid: string;
  readonly database: string;
  /** server_version_num, for example 150018. */
  readonly version: number;
  readonly superuser: boolean;
  /** Address the server sees itself reached at; absent on a unix socket. */
  readonly address?: string;
  readonly port?: number;
  readonly sessionUser: string;
  readonly currentUser: string;
  /** `pg:<system identifier>/<database oid>`; absent when the identifier is. */
  readonly identity?: string;
}

type Cells = readonly (string | null)[];

/** Reads the answer to IDENTITY_SQL or IDENTITY_SQL_WITHOUT_CONTROL; undefined when it is not one. */
export function readIdentity(results: readonly (readonly Cells[])[]): ServerIdentity | undefined {
  const [identifier, oid, database, version, superuser, address, port, sessionUser, currentUser] =
    results[0]?.[0] ?? [];
  if (!oid || !database || !version || !sessionUser || !currentUser) return undefined;
  return {
    ...(identifier ? { systemIdentifier: identifier, identity: `pg:${identifier}/${oid}` } : {}),
    databaseOid: oid,
    database,
    version: Number(version),
    superuser: superuser === 'on',
    ...(address ? { address } : {}),
    ...(port ? { port: Number(port) } : {}),
    sessionUser,
    currentUser,
  };
}
