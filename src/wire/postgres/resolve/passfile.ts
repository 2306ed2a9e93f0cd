import type { ConnectionTarget, ServerAddress } from '../target.ts';
import type { ResolveFiles } from './files.ts';
import { unresolved } from './refusal.ts';

const OTHERS = 0o077;
/** Fields before the password: host, port, database, user. */
const KEY_FIELDS = 4;
const LINE_END = /[\r\n]/;

export interface PassfileText {
  readonly text: string;
  /** What libpq would print before it ignores the file. */
  readonly warning?: string;
}

/** The password file, or nothing when libpq would ignore it (passwordFromFile() of fe-connect.c). */
export function readPassfile(path: string, files: ResolveFiles): PassfileText {
  const facts = files.facts(path);
  if (facts === undefined) return { text: '' };
  if (facts.kind !== 'file') return { text: '', warning: `password file "${path}" is not a plain file` };
  if ((facts.mode & OTHERS) !== 0)
    return {
      text: '',
      warning: `password file "${path}" has group or world access; permissions should be u=rw (0600) or less`,
    };
  return { text: files.readText(path) ?? '' };
}

/**
 * pwdfMatchesString() of fe-connect.c: what follows the field when it is `*` or `token`, else undefined. An undefined
 * token stands for any field, for skipping it.
 */
function afterField(rest: string, token: string | undefined): string | undefined {
  if (rest.startsWith('*:')) return rest.slice(2);
  let matched = 0;
  for (let at = 0; at < rest.length; at += 1) {
    let escaped = false;
    if (rest.charAt(at) === '\\') {
      at += 1;
      escaped = true;
    }
    const character = rest.charAt(at);
    if (character === ':' && !escaped && (token === undefined || matched === token.length))
      return rest.slice(at + 1);
    if (token !== undefined && (matched >= token.length || character !== token.charAt(matched)))
      return undefined;
    matched += 1;
  }
  return undefined;
}

function escapeField(text: string): string {
  if (LINE_END.test(text))
    throw unresolved('a password or name with a line break in it does not work through guard');
  return text.replaceAll('\\', '\\\\').replaceAll(':', '\\:');
}

/** libpq looks its own default folder up as `localhost`. */
function lookupName(server: ServerAddress, defaultFolder: string): string {
  return server.host === defaultFolder ? 'localhost' : server.host;
}

/** The part of a line after host and port, when both fit this server. */
function remainder(line: string, host: string, port: number): string | undefined {
  const afterHost = afterField(line, host);
  return afterHost === undefined ? undefined : afterField(afterHost, String(port));
}

/** One connection as a password file names it. */
export interface PasswordKey {
  readonly server: ServerAddress;
  readonly database: string;
  readonly user: string;
  readonly defaultFolder: string;
}

/** The password of the first line that fits, as libpq reads it; undefined when none does. */
export function findPassword(text: string, key: PasswordKey): string | undefined {
  const { server, database, user, defaultFolder } = key;
  for (const raw of text.split('\n')) {
    const line = raw.replace(/\r{1,64}$/, '');
    if (line.startsWith('#')) continue;
    const rest = remainder(line, lookupName(server, defaultFolder), server.port);
    const afterDatabase = rest === undefined ? undefined : afterField(rest, database);
    const password = afterDatabase === undefined ? undefined : afterField(afterDatabase, user);
    if (password !== undefined) return unescapeField(password);
  }
  return undefined;
}

/** The password runs to the next free colon, or to the end of the line. */
function unescapeField(text: string): string {
  const field = /^(?:\\[\s\S]|[^\\:]){0,10000}/.exec(text)?.[0] ?? '';
  return field.replaceAll(/\\([\s\S])/g, '$1');
}

function countFields(rest: string): number {
  let fields = 0;
  for (let next = afterField(rest, undefined); next !== undefined; next = afterField(next, undefined))
    fields += 1;
  return fields;
}

export interface SocketPlace {
  /** Folder of guard's own socket, the host psql will look up. */
  readonly folder: string;
  /** libpq's compiled-in socket folder. */
  readonly defaultFolder: string;
}

function ownLine(target: ConnectionTarget, prefix: string): readonly string[] {
  if (target.password === undefined) return [];
  // PGPASSWORD is for every user; a password from anywhere else belongs to the user it was given with.
  const user = target.sources['password'] === 'PGPASSWORD' ? '*' : escapeField(target.user);
  return [`${prefix}*:${user}:${escapeField(target.password)}`];
}

/**
 * The lines of a password file (https://www.postgresql.org/docs/18/libpq-pgpass.html) that fit the target's servers,
 * with host and port rewritten to guard's socket, because that is what psql will look up. Order, wildcards and escapes
 * of the other fields stay; lines of the first server come first. A password given otherwise goes before all.
 * For a private file of mode 0600 that PGPASSFILE names. Throws TARGET_UNRESOLVED for a line break in a password.
 */
export function translatePassfile(text: string, target: ConnectionTarget, place: SocketPlace): string {
  const prefix = `${escapeField(place.folder)}:${target.servers[0].port}:`;
  const lines = text.split('\n').map((line) => line.replace(/\r{1,64}$/, ''));
  const translated = target.servers.flatMap((server) =>
    lines.flatMap((line) => {
      if (line.startsWith('#')) return [];
      const rest = remainder(line, lookupName(server, place.defaultFolder), server.port);
      return rest === undefined || countFields(rest) < KEY_FIELDS - 2 ? [] : [prefix + rest];
    }),
  );
  return [...ownLine(target, prefix), ...new Set(translated)].map((line) => `${line}\n`).join('');
}
