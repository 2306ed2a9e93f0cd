import { ENVIRONMENT_CLASSES, type EnvironmentClass } from '../model/environment.ts';
import { GuardError } from '../model/errors.ts';

/** A target that somebody has said something about. */
export interface RegisteredTarget {
  /** `pg:<system identifier>/<database oid>` or `tls:<sha256>/<database>`. */
  readonly identity: string;
  /** SHA-256 of the certificate the server showed when it was labelled, hex. */
  readonly certificate?: string;
  readonly label: string;
  readonly class: EnvironmentClass;
  /** Synthetic records only; set by a project or organisation policy, never by a person's label. */
  readonly data?: 'synthetic';
  readonly throwaway: boolean;
  /** `host:port` by which it was reached when it was labelled. */
  readonly routes: readonly string[];
  /** ISO 8601. */
  readonly firstSeen: string;
  readonly labelled: string;
  /** Who said so: the actor's id. */
  readonly by: string;
  readonly source: 'person' | 'policy';
}

/** Everything guard was told about targets. */
export interface TargetRegistry {
  readonly version: typeof REGISTRY_VERSION;
  readonly targets: readonly RegisteredTarget[];
}

export const REGISTRY_VERSION = 1;
export const EMPTY_REGISTRY: TargetRegistry = { version: REGISTRY_VERSION, targets: [] };

const TARGET_LIMIT = 10_000;
const TEXT_LIMIT = 1024;
const ROUTE_LIMIT = 64;

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TEXT_LIMIT;
}

function isRoutes(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= ROUTE_LIMIT && value.every(isText);
}

function isClass(value: unknown): value is EnvironmentClass {
  return ENVIRONMENT_CLASSES.some((one) => one === value);
}

function hasTexts(fields: Fields): boolean {
  return ['identity', 'label', 'firstSeen', 'labelled', 'by'].every((name) => isText(fields[name]));
}

function isEntry(value: unknown): value is RegisteredTarget {
  if (!isFields(value) || !hasTexts(value) || !isClass(value['class']) || !isRoutes(value['routes']))
    return false;
  const { certificate, data, throwaway, source } = value;
  if (certificate !== undefined && !isText(certificate)) return false;
  if (data !== undefined && data !== 'synthetic') return false;
  return typeof throwaway === 'boolean' && (source === 'person' || source === 'policy');
}

function unreadable(path: string, why: string): GuardError {
  return new GuardError('CONFIG_INVALID', `the list of known targets ${path} can't be used: ${why}`, {
    hint: 'a target that was prod must not be forgotten by accident: repair the file, or remove it on purpose',
  });
}

/**
 * Reads the registry's JSON. A damaged list is an error and never an empty list, because it may have said "prod".
 * Throws CONFIG_INVALID, or STATE_TOO_NEW for one of a later guard.
 */
export function parseRegistry(text: string, path: string): TargetRegistry {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable(path, 'it is no JSON');
  }
  if (!isFields(value) || typeof value['version'] !== 'number') throw unreadable(path, 'it has no version');
  if (value['version'] > REGISTRY_VERSION)
    throw new GuardError('STATE_TOO_NEW', `${path} was written by a later version of guard`, {
      hint: 'update guard on this machine',
    });
  const { targets } = value;
  if (!Array.isArray(targets) || targets.length > TARGET_LIMIT)
    throw unreadable(path, 'it has no list of targets');
  const entries: unknown[] = targets;
  if (!entries.every(isEntry)) throw unreadable(path, 'an entry is not one of guard');
  return { version: REGISTRY_VERSION, targets: entries };
}
