import type { SslMode } from '../target.ts';
import type { ResolveFiles } from './files.ts';
import { unresolved } from './refusal.ts';
import type { Settings } from './settings.ts';

/** libpq's own names below the home folder (https://www.postgresql.org/docs/18/libpq-ssl.html). */
const DEFAULT_FILES = {
  sslcert: 'postgresql.crt',
  sslkey: 'postgresql.key',
  sslrootcert: 'root.crt',
  sslcrl: 'root.crl',
} as const;

type TlsKeyword = keyof typeof DEFAULT_FILES;

/** Certificate files that are there; each may be missing. */
export type TlsFiles = { readonly [Name in TlsKeyword]?: string };

export interface TlsSearch {
  readonly settings: Settings;
  readonly sslmode: SslMode;
  readonly home: string | undefined;
  readonly files: ResolveFiles;
  /** libpq 16 and later: sslrootcert=system stands for the system's certificates. */
  readonly systemRoot: boolean;
}

const OTHERS = 0o077;
/** A key of root's may be readable by its group. */
const OTHERS_OF_ROOT = 0o037;
const ROOT_UID = 0;

function pathOf(keyword: TlsKeyword, search: TlsSearch): string | undefined {
  const said = search.settings.get(keyword)?.value;
  if (said) return said;
  return search.home === undefined ? undefined : `${search.home}/.postgresql/${DEFAULT_FILES[keyword]}`;
}

function existing(keyword: TlsKeyword, search: TlsSearch): string | undefined {
  const path = pathOf(keyword, search);
  return path !== undefined && search.files.facts(path) !== undefined ? path : undefined;
}

function rootCertificate(search: TlsSearch): string | undefined {
  const said = search.settings.get('sslrootcert')?.value;
  if (said === 'system' && search.systemRoot) return said;
  const found = existing('sslrootcert', search);
  if (found === undefined && search.sslmode.startsWith('verify'))
    throw unresolved(
      `root certificate file "${pathOf('sslrootcert', search) ?? '~/.postgresql/root.crt'}" does not exist`,
      'either provide the file or change sslmode to disable server certificate verification',
    );
  return found;
}

/** The private key of a client certificate, checked as initialize_SSL() of fe-secure-openssl.c does. */
function privateKey(search: TlsSearch): string {
  const path = pathOf('sslkey', search) ?? '';
  if (path.includes(':') && !path.startsWith('/'))
    throw unresolved('guard does not use private keys that an OpenSSL engine holds (sslkey=engine:key)');
  const facts = search.files.facts(path);
  if (facts === undefined) throw unresolved(`certificate present, but not private key file "${path}"`);
  if (facts.kind !== 'file') throw unresolved(`private key file "${path}" is not a regular file`);
  const forbidden = facts.uid === ROOT_UID ? OTHERS_OF_ROOT : OTHERS;
  if ((facts.mode & forbidden) !== 0)
    throw unresolved(
      `private key file "${path}" has group or world access`,
      'file must have permissions u=rw (0600) or less if owned by the current user, or u=rw,g=r (0640) or less if owned by root',
    );
  return path;
}

/**
 * The certificate files libpq would use. A root certificate that exists is checked against by libpq in every mode but
 * `disable`: `require` then means `verify-ca`. Throws TARGET_UNRESOLVED.
 */
export function findTlsFiles(search: TlsSearch): TlsFiles {
  if (search.sslmode === 'disable') return {};
  const sslrootcert = rootCertificate(search);
  const sslcert =
    search.settings.get('sslcertmode')?.value === 'disable' ? undefined : existing('sslcert', search);
  const sslcrl = existing('sslcrl', search);
  return {
    ...(sslrootcert === undefined ? {} : { sslrootcert }),
    ...(sslcrl === undefined ? {} : { sslcrl }),
    ...(sslcert === undefined ? {} : { sslcert, sslkey: privateKey(search) }),
  };
}
