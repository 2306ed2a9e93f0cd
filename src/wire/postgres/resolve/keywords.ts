/** One connection keyword of libpq ("PQconninfoOptions", libpq 15 to 18). */
export interface Keyword {
  readonly env?: string;
  /** Compiled-in value. */
  readonly fallback?: string;
  /** First PostgreSQL major version whose libpq knows it; absent: all that guard supports. */
  readonly since?: number;
}

/** https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-PARAMKEYWORDS and libpq-envars.html, as Debian compiles it. */
const KEYWORDS: Readonly<Record<string, Keyword>> = {
  service: { env: 'PGSERVICE' },
  user: { env: 'PGUSER' },
  password: { env: 'PGPASSWORD' },
  passfile: { env: 'PGPASSFILE' },
  channel_binding: { env: 'PGCHANNELBINDING', fallback: 'prefer' },
  connect_timeout: { env: 'PGCONNECT_TIMEOUT' },
  dbname: { env: 'PGDATABASE' },
  host: { env: 'PGHOST' },
  hostaddr: { env: 'PGHOSTADDR' },
  port: { env: 'PGPORT', fallback: '5432' },
  client_encoding: { env: 'PGCLIENTENCODING' },
  options: { env: 'PGOPTIONS', fallback: '' },
  application_name: { env: 'PGAPPNAME' },
  fallback_application_name: {},
  keepalives: {},
  keepalives_idle: {},
  keepalives_interval: {},
  keepalives_count: {},
  tcp_user_timeout: {},
  sslmode: { env: 'PGSSLMODE', fallback: 'prefer' },
  sslnegotiation: { env: 'PGSSLNEGOTIATION', fallback: 'postgres', since: 17 },
  sslcompression: { env: 'PGSSLCOMPRESSION', fallback: '0' },
  sslcert: { env: 'PGSSLCERT' },
  sslkey: { env: 'PGSSLKEY' },
  sslcertmode: { env: 'PGSSLCERTMODE', since: 16 },
  sslpassword: {},
  sslrootcert: { env: 'PGSSLROOTCERT' },
  sslcrl: { env: 'PGSSLCRL' },
  sslcrldir: { env: 'PGSSLCRLDIR' },
  sslsni: { env: 'PGSSLSNI', fallback: '1' },
  sslkeylogfile: { since: 18 },
  requirepeer: { env: 'PGREQUIREPEER' },
  require_auth: { env: 'PGREQUIREAUTH', since: 16 },
  ssl_min_protocol_version: { env: 'PGSSLMINPROTOCOLVERSION', fallback: 'TLSv1.2' },
  ssl_max_protocol_version: { env: 'PGSSLMAXPROTOCOLVERSION' },
  min_protocol_version: { env: 'PGMINPROTOCOLVERSION', since: 18 },
  max_protocol_version: { env: 'PGMAXPROTOCOLVERSION', since: 18 },
  gssencmode: { env: 'PGGSSENCMODE', fallback: 'prefer' },
  krbsrvname: { env: 'PGKRBSRVNAME', fallback: 'postgres' },
  gsslib: { env: 'PGGSSLIB' },
  gssdelegation: { env: 'PGGSSDELEGATION', fallback: '0', since: 16 },
  replication: {},
  target_session_attrs: { env: 'PGTARGETSESSIONATTRS', fallback: 'any' },
  load_balance_hosts: { env: 'PGLOADBALANCEHOSTS', fallback: 'disable', since: 16 },
  scram_client_key: { since: 18 },
  scram_server_key: { since: 18 },
  oauth_issuer: { since: 18 },
  oauth_client_id: { since: 18 },
  oauth_client_secret: { since: 18 },
  oauth_scope: { since: 18 },
};

/** The keywords that libpq of this major version knows, in libpq's order. */
export function keywordsOf(major: number): ReadonlyMap<string, Keyword> {
  return new Map(Object.entries(KEYWORDS).filter(([, keyword]) => (keyword.since ?? 0) <= major));
}

/** Every environment variable that libpq or Debian's wrapper would read to decide where to connect, and how. */
export const CONNECTION_VARIABLES: readonly string[] = [
  ...Object.values(KEYWORDS).flatMap((keyword) => keyword.env ?? []),
  'PGSERVICEFILE',
  'PGREQUIRESSL',
  'PGCLUSTER',
  'PGREALM',
];
