import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions, SecureVersion } from 'node:tls';
import { GuardError } from '../../model/errors.ts';
import type { ConnectionTarget } from './target.ts';

/** Where distributions keep the bundle that OpenSSL calls the system's trust (for sslrootcert=system). */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
] as const;

const TLS_VERSIONS: ReadonlyMap<string, SecureVersion> = new Map([
  ['tlsv1', 'TLSv1'],
  ['tlsv1.1', 'TLSv1.1'],
  ['tlsv1.2', 'TLSv1.2'],
  ['tlsv1.3', 'TLSv1.3'],
]);

/** Bits of a private key file that must be clear when the user owns it (libpq 15, section 34.19.1). */
const OTHERS_MAY = 0o077;
/** And when root owns it. */
const WORLD_MAY = 0o027;

/**
 * TLS options as libpq would have them: with a root certificate the chain is always checked, the name only by
 * verify-full. Throws GuardError when a file the mode needs is missing or unsafe.
 */
export function tlsOptions(target: ConnectionTarget, host: string): ConnectionOptions {
  const ca = readRoots(target);
  const fullName = target.sslmode === 'verify-full';
  const checked = ca !== undefined;
  const [min, max] = [version(target.sslMinVersion), version(target.sslMaxVersion)];
  return {
    host,
    rejectUnauthorized: checked,
    ...(checked && ca !== SYSTEM_OF_NODE && { ca }),
    // A key set to undefined crashes Node 20: it is either there or not.
    ...(!fullName && { checkServerIdentity: () => undefined }),
    ...(target.sslsni && isIP(host) === 0 && { servername: host }),
    ...(target.sslcrl !== undefined &&
      checked && { crl: readText(target.sslcrl, 'certificate revocation list') }),
    ...clientCertificate(target),
    minVersion: min ?? 'TLSv1.2',
    ...(max !== undefined && { maxVersion: max }),
  };
}

/** No file of the system was found: Node's own list of roots serves. */
const SYSTEM_OF_NODE = '';

function readRoots(target: ConnectionTarget): string | undefined {
  const verifying = target.sslmode === 'verify-ca' || target.sslmode === 'verify-full';
  const file = target.sslrootcert;
  if (file === 'system') {
    if (target.sslmode !== 'verify-full') {
      throw unreachable(`weak sslmode "${target.sslmode}" may not be used with sslrootcert=system`);
    }
    return readFirst(SYSTEM_BUNDLES) ?? SYSTEM_OF_NODE;
  }
  const roots = file === undefined || file === '' ? undefined : readOptional(file);
  if (roots === undefined && verifying) {
    throw new GuardError(
      'TARGET_UNREACHABLE',
      `root certificate file ${file ?? ''} does not exist or can not be read`,
      {
        hint: 'Provide the file, use sslrootcert=system, or change sslmode.',
      },
    );
  }
  return roots;
}

function readFirst(files: readonly string[]): string | undefined {
  for (const file of files) {
    const text = readOptional(file);
    if (text !== undefined) return text;
  }
  return undefined;
}

function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function readText(file: string, what: string): string {
  const text = readOptional(file);
  if (text === undefined) throw unreachable(`${what} ${file} can not be read`);
  return text;
}

function clientCertificate(target: ConnectionTarget): { readonly cert?: string; readonly key?: string } {
  if (target.sslcert === undefined || target.sslkey === undefined) return {};
  const cert = readOptional(target.sslcert);
  if (cert === undefined) return {};
  const { mode, uid } = statSync(target.sslkey, { throwIfNoEntry: false }) ?? {
    mode: undefined,
    uid: undefined,
  };
  if (mode === undefined) throw unreachable(`private key file ${target.sslkey} does not exist`);
  if ((mode & (uid === 0 ? WORLD_MAY : OTHERS_MAY)) !== 0) {
    throw unreachable(`private key file ${target.sslkey} has group or world access (should be 0600)`);
  }
  return { cert, key: readText(target.sslkey, 'private key file') };
}

function version(name: string | undefined): SecureVersion | undefined {
  if (name === undefined || name === '') return undefined;
  const known = TLS_VERSIONS.get(name.toLowerCase());
  if (known === undefined) throw unreachable(`unknown TLS version "${name}"`);
  return known;
}

function unreachable(message: string): GuardError {
  return new GuardError('TARGET_UNREACHABLE', message);
}
