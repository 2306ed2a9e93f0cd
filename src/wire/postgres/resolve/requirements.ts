import { SSL_MODES, type SslMode } from '../target.ts';
import { unresolved } from './refusal.ts';
import type { Settings } from './settings.ts';

const PREFERENCES = ['disable', 'prefer', 'require'] as const;
export type Preference = (typeof PREFERENCES)[number];

const SESSION_ATTRIBUTES = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
] as const;
const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

export function textOf(settings: Settings, keyword: string): string {
  return settings.get(keyword)?.value ?? '';
}

/** One of a closed list, spelled exactly, as libpq compares it. Throws TARGET_UNRESOLVED. */
function oneOf<T extends string>(settings: Settings, keyword: string, allowed: readonly T[]): T {
  const value = textOf(settings, keyword);
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw unresolved(`invalid ${keyword} value: "${value}"`, `one of ${allowed.join(', ')}`);
  return found;
}

function tlsVersion(settings: Settings, keyword: string): string | undefined {
  const value = textOf(settings, keyword);
  if (value === '') return undefined;
  const found = TLS_VERSIONS.find((version) => version.toLowerCase() === value.toLowerCase());
  if (found === undefined) throw unresolved(`invalid ${keyword} value: "${value}"`);
  return found;
}

export interface TlsVersions {
  readonly sslMinVersion?: string;
  readonly sslMaxVersion?: string;
}

export function tlsVersions(settings: Settings): TlsVersions {
  const sslMinVersion = tlsVersion(settings, 'ssl_min_protocol_version');
  const sslMaxVersion = tlsVersion(settings, 'ssl_max_protocol_version');
  if (sslMinVersion !== undefined && sslMaxVersion !== undefined && sslMinVersion > sslMaxVersion)
    throw unresolved('invalid SSL protocol version range');
  return {
    ...(sslMinVersion === undefined ? {} : { sslMinVersion }),
    ...(sslMaxVersion === undefined ? {} : { sslMaxVersion }),
  };
}

export function sslMode(settings: Settings, systemRoot: boolean): SslMode {
  const usesSystem = systemRoot && textOf(settings, 'sslrootcert') === 'system';
  if (usesSystem && settings.get('sslmode')?.source === 'default') return 'verify-full';
  const mode = oneOf(settings, 'sslmode', SSL_MODES);
  if (usesSystem && mode !== 'verify-full')
    throw unresolved(`weak sslmode "${mode}" may not be used with sslrootcert=system (use "verify-full")`);
  return mode;
}

export function targetSessionAttrs(settings: Settings): string {
  return oneOf(settings, 'target_session_attrs', SESSION_ATTRIBUTES);
}

/** Guard's proxy ends TLS itself and relays only passwords and SCRAM: what needs more is refused before anything is sent. */
export function channelBinding(settings: Settings): Preference {
  const value = oneOf(settings, 'channel_binding', PREFERENCES);
  if (value === 'require')
    throw unresolved(
      'channel_binding=require does not work through guard: it binds the login to the TLS connection, and that ends at guard',
      'use channel_binding=prefer together with sslmode=verify-full, which proves the server to guard',
    );
  return value;
}

export function gssEncMode(settings: Settings): Preference {
  const value = oneOf(settings, 'gssencmode', PREFERENCES);
  if (value === 'require')
    throw unresolved(
      'gssencmode=require does not work through guard: GSSAPI encryption ends at the client that holds the Kerberos ticket',
      'use gssencmode=disable together with sslmode=verify-full',
    );
  return value;
}

interface Unsupported {
  readonly keyword: string;
  /** Values that ask for nothing guard could not do. */
  readonly harmless: readonly string[];
  readonly instead: string;
}

/** Protections and secrets that would silently be lost on the way through guard. */
const UNSUPPORTED: readonly Unsupported[] = [
  { keyword: 'sslcrldir', harmless: [''], instead: 'put the revocation lists into one file and use sslcrl' },
  { keyword: 'requirepeer', harmless: [''], instead: 'connect over TLS with sslmode=verify-full' },
  {
    keyword: 'sslkeylogfile',
    harmless: [''],
    instead: 'leave it out: it would write session keys to a file',
  },
  { keyword: 'sslcertmode', harmless: ['', 'allow', 'disable'], instead: 'use sslcertmode=allow' },
  { keyword: 'sslnegotiation', harmless: ['', 'postgres'], instead: 'use sslnegotiation=postgres' },
  { keyword: 'gssdelegation', harmless: ['', '0'], instead: 'use gssdelegation=0' },
  { keyword: 'scram_client_key', harmless: [''], instead: 'use a password, best in ~/.pgpass' },
  { keyword: 'scram_server_key', harmless: [''], instead: 'use a password, best in ~/.pgpass' },
  { keyword: 'oauth_issuer', harmless: [''], instead: 'use a password or a client certificate' },
  { keyword: 'oauth_client_id', harmless: [''], instead: 'use a password or a client certificate' },
  { keyword: 'oauth_client_secret', harmless: [''], instead: 'use a password or a client certificate' },
  { keyword: 'oauth_scope', harmless: [''], instead: 'use a password or a client certificate' },
];

/** Refuses what guard can't enforce on the user's behalf; never shows the value. Throws TARGET_UNRESOLVED. */
export function refuseUnsupported(settings: Settings): void {
  for (const { keyword, harmless, instead } of UNSUPPORTED) {
    const setting = settings.get(keyword);
    if (setting === undefined || harmless.includes(setting.value)) continue;
    throw unresolved(`${keyword} (from ${setting.source}) is not supported through guard`, instead);
  }
}
