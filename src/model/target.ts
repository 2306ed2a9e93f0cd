/** What a channel would act on, as the session resolved it (never as the text claims). */
export interface Target {
  readonly kind: 'postgres' | 'shell' | 'kubernetes' | 'files';
  /** What people call it: `claims-prod`, `clinic on db1:5432`. */
  readonly name: string;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly user?: string;
  /** Stable identity: `pg:<system identifier>/<database oid>` or `tls:<sha256 of the certificate>`; absent before it is known. */
  readonly identity?: string;
}
