export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** One server to try. `host` is a name, an address, or a socket directory when it begins with `/`. */
export interface ServerAddress {
  readonly host: string;
  readonly hostaddr?: string;
  readonly port: number;
}

/** Where libpq would connect, with everything guard must enforce on its behalf (libpq 15, section 34.1.2). */
export interface ConnectionTarget {
  /** In the order libpq tries them; never empty. */
  readonly servers: readonly [ServerAddress, ...ServerAddress[]];
  readonly user: string;
  readonly database: string;
  readonly sslmode: SslMode;
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
  /** Passphrase of `sslkey`; a secret like `password`. */
  readonly sslpassword?: string;
  readonly sslcrl?: string;
  readonly sslsni: boolean;
  readonly sslMinVersion?: string;
  readonly sslMaxVersion?: string;
  /** libpq 16 and later: authentication methods the server may ask for; psql itself checks it on what is relayed. */
  readonly requireAuth?: string;
  readonly channelBinding: 'disable' | 'prefer' | 'require';
  readonly gssencmode: 'disable' | 'prefer' | 'require';
  readonly targetSessionAttrs: string;
  /** Seconds; 0 waits for ever. */
  readonly connectTimeout: number;
  /** Sent on to the server in the startup packet. */
  readonly options?: string;
  readonly applicationName?: string;
  readonly replication?: string;
  /** A password given in a URI, conninfo or PGPASSWORD: to be moved to a 0600 file, never shown. */
  readonly password?: string;
  readonly passfile: string;
  readonly service?: string;
  /** Which source each keyword came from: `argument`, `uri`, `service prod`, `PGHOST`, `default`. */
  readonly sources: Readonly<Record<string, string>>;
}
