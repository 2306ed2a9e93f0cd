import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readdirSync, readSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { readPrivateFile, writePrivateFile } from '../host/private-file.ts';
import { ensurePrivateFolder, isErrno } from '../host/private-folder.ts';
import type { CatalogColumn, CatalogRelation, CatalogSnapshot } from '../model/catalog.ts';
import { isDataClass } from '../model/data-class.ts';
import { GuardError } from '../model/errors.ts';

/** A database whose schema guard has seen: names, types, classes and why; no value, comment, view or function. */
export interface KnownCatalog {
  /** As in the registry of targets. */
  readonly identity: string;
  readonly target: string;
  readonly user: string;
  /** Classes as guessed, before any label. */
  readonly snapshot: CatalogSnapshot;
  /** When it was seen last, milliseconds since the epoch. */
  readonly seenAt: number;
}

const FORMAT = 1;
/** Bytes of one file; a larger schema is not kept. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Databases that are remembered; the one seen longest ago goes first. */
const MOST_KNOWN = 100;
const FILE_NAME = /^[0-9a-f]{64}\.json$/;

type Head = Pick<KnownCatalog, 'identity' | 'target' | 'user'>;

function pathOf(folder: string, identity: string): string {
  return join(folder, `${createHash('sha256').update(identity).digest('hex')}.json`);
}

/** The first bytes of a file: enough to see that nothing changed without reading the rest. */
function headText({ identity, target, user }: Head, version: string): string {
  return `${JSON.stringify({ format: FORMAT, version, identity, target, user }).slice(0, -1)},`;
}

function startsWith(path: string, head: string): boolean {
  const expected = Buffer.from(head);
  const found = Buffer.alloc(expected.length);
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return readSync(fd, found, 0, found.length, 0) === found.length && found.equals(expected);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}

/** Comments and bodies may quote values; what is kept does not. */
function keptRelation(relation: CatalogRelation): CatalogRelation {
  const { oid, schema, name, kind, rows, parents, temporary } = relation;
  return {
    oid,
    schema,
    name,
    kind,
    rows,
    parents,
    temporary,
    triggers: [],
    rules: [],
    columns: relation.columns.map(keptColumn),
  };
}

function keptColumn(column: CatalogColumn): CatalogColumn {
  const { name, number, type, typeOid, primaryKey, source, confidence, unsure, why } = column;
  return { name, number, type, typeOid, primaryKey, class: column.class, source, confidence, unsure, why };
}

function dropOldest(folder: string): void {
  const files = listFiles(folder);
  for (const { path } of files.slice(MOST_KNOWN)) rmSync(path, { force: true });
}

function listFiles(folder: string): readonly { readonly path: string; readonly seenAt: number }[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
  return names
    .filter((name) => FILE_NAME.test(name))
    .flatMap((name) => {
      const stats = statSync(join(folder, name), { throwIfNoEntry: false });
      return stats === undefined ? [] : [{ path: join(folder, name), seenAt: stats.mtimeMs }];
    })
    .sort((a, b) => b.seenAt - a.seenAt);
}

/** Remembers what a session has seen, so that `guard catalog` works without a connection. Throws system errors. */
export function rememberCatalog(folder: string, head: Head, snapshot: CatalogSnapshot): void {
  const path = pathOf(folder, head.identity);
  const start = headText(head, snapshot.version);
  if (startsWith(path, start)) {
    const now = new Date();
    utimesSync(path, now, now);
    return;
  }
  const { database, searchPath, complete } = snapshot;
  const relations = snapshot.relations.filter(({ temporary }) => !temporary).map(keptRelation);
  const rest = JSON.stringify({ database, searchPath, complete, relations }).slice(1);
  if (start.length + rest.length > MOST_BYTES) return;
  ensurePrivateFolder(folder);
  writePrivateFile(path, `${start}${rest}\n`);
  dropOldest(folder);
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isColumn(value: unknown): value is CatalogColumn {
  if (!isFields(value)) return false;
  const { name, number, type, source, why, unsure, class: found } = value;
  const words = [name, type, source, why].every((word) => typeof word === 'string');
  const isClass = found === undefined || (typeof found === 'string' && isDataClass(found));
  return words && isClass && typeof number === 'number' && typeof unsure === 'boolean';
}

function isRelation(value: unknown): value is CatalogRelation {
  if (!isFields(value) || !Array.isArray(value['columns']) || !Array.isArray(value['parents'])) return false;
  const named = typeof value['schema'] === 'string' && typeof value['name'] === 'string';
  return named && typeof value['oid'] === 'number' && value['columns'].every(isColumn);
}

function damaged(path: string, cause?: unknown): GuardError {
  return new GuardError('CONFIG_INVALID', `${path} is not what guard wrote there`, {
    cause,
    hint: 'remove it and connect once more: guard learns the schema anew',
  });
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function parseKnown(path: string, text: string, seenAt: number): KnownCatalog {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, cause);
  }
  if (!isFields(value) || value['format'] !== FORMAT) throw damaged(path);
  const { identity, target, user, version, database, relations } = value;
  const words = [identity, target, user, version, database].map((word) =>
    typeof word === 'string' ? word : undefined,
  );
  const [known, name, role, snapshotVersion, db] = words;
  if (known === undefined || name === undefined || !Array.isArray(relations)) throw damaged(path);
  const listed: unknown[] = relations;
  if (!listed.every(isRelation)) throw damaged(path);
  return {
    identity: known,
    target: name,
    user: role ?? '',
    seenAt,
    snapshot: {
      version: snapshotVersion ?? '',
      database: db ?? '',
      searchPath: texts(value['searchPath']),
      relations: listed,
      foreignKeys: [],
      functions: [],
      complete: value['complete'] === true,
    },
  };
}

/** Every remembered database, the one seen last first. Throws CONFIG_INVALID, KEY_UNREADABLE for files that can't be trusted. */
export function knownCatalogs(folder: string): readonly KnownCatalog[] {
  return listFiles(folder).flatMap(({ path, seenAt }) => {
    const content = readPrivateFile(path, MOST_BYTES);
    return content === undefined ? [] : [parseKnown(path, content.toString('utf8'), seenAt)];
  });
}

/** The database that `name` (its name, identity or database) means; without a name the one seen last. */
export function findKnown(known: readonly KnownCatalog[], name: string | undefined): readonly KnownCatalog[] {
  if (name === undefined) return known.slice(0, 1);
  const exact = known.filter(({ identity, target }) => identity === name || target === name);
  return exact.length > 0 ? exact : known.filter(({ snapshot }) => snapshot.database === name);
}
