import type { ResolveFiles } from './files.ts';
import { misconfigured, unresolved } from './refusal.ts';
import type { Setting, Variables } from './settings.ts';

/** Buffer of parseServiceFile() in fe-connect.c: a longer line is an error there too (bytes, newline included). */
const LINE_LIMIT_BYTES = 1023;
const FILE_NAME = 'pg_service.conf';

export interface ServiceLookup {
  readonly service: string;
  readonly env: Variables;
  readonly home: string | undefined;
  /** Compiled-in folder for pg_service.conf; PGSYSCONFDIR replaces it. */
  readonly sysconfdir: string;
  readonly files: ResolveFiles;
  /** Keywords that libpq of this version knows. */
  readonly known: ReadonlyMap<string, unknown>;
}

function trim(line: string): string {
  return line.replace(/^[ \t\n\v\f\r]+/, '').trimEnd();
}

interface Place {
  readonly path: string;
  readonly line: number;
}

function readPair(text: string, place: Place, lookup: ServiceLookup): readonly [string, string] {
  const where = `service file "${place.path}", line ${place.line}`;
  if (text.startsWith('ldap'))
    throw misconfigured(
      `${where}: guard does not look up services by LDAP`,
      'write the connection values of this service into the file',
    );
  const equals = text.indexOf('=');
  const keyword = text.slice(0, Math.max(equals, 0));
  if (equals < 0) throw misconfigured(`syntax error in ${where}`);
  if (keyword === 'service') throw misconfigured(`nested service specifications not supported in ${where}`);
  if (!lookup.known.has(keyword)) throw misconfigured(`syntax error in ${where}: unknown connection option`);
  return [keyword, text.slice(equals + 1)];
}

interface Line extends Place {
  readonly text: string;
}

/** Lines that mean something; each must fit libpq's buffer. */
function linesOf(text: string, path: string): readonly Line[] {
  return text.split('\n').flatMap((raw, index) => {
    if (Buffer.byteLength(raw) >= LINE_LIMIT_BYTES)
      throw misconfigured(`line ${index + 1} too long in service file "${path}"`);
    const line = trim(raw);
    return line === '' || line.startsWith('#') ? [] : [{ text: line, path, line: index + 1 }];
  });
}

/** The group's values (the first of each keyword counts); undefined when the file has no such group. */
function readGroup(text: string, path: string, lookup: ServiceLookup): Map<string, Setting> | undefined {
  const lines = linesOf(text, path);
  const start = lines.findIndex((line) => line.text.startsWith(`[${lookup.service}]`));
  if (start < 0) return undefined;
  const found = new Map<string, Setting>();
  for (const line of lines.slice(start + 1)) {
    if (line.text.startsWith('[')) break;
    const [keyword, value] = readPair(line.text, line, lookup);
    if (!found.has(keyword)) found.set(keyword, { value, source: `service ${lookup.service}` });
  }
  return found;
}

function readFile(path: string, lookup: ServiceLookup): Map<string, Setting> | undefined {
  const text = lookup.files.readText(path);
  if (text === undefined) throw misconfigured(`service file "${path}" not found`);
  return readGroup(text, path, lookup);
}

/**
 * Looks a service up as parseServiceInfo() of fe-connect.c does: PGSERVICEFILE or ~/.pg_service.conf, then
 * pg_service.conf in PGSYSCONFDIR or the compiled-in folder
 * (https://www.postgresql.org/docs/18/libpq-pgservice.html). Throws TARGET_UNRESOLVED or CONFIG_INVALID.
 */
export function findService(lookup: ServiceLookup): ReadonlyMap<string, Setting> {
  const own = lookup.env['PGSERVICEFILE'];
  const homeFile = lookup.home === undefined ? undefined : `${lookup.home}/.${FILE_NAME}`;
  const first = own ?? (homeFile !== undefined && lookup.files.facts(homeFile) ? homeFile : undefined);
  const found = first === undefined ? undefined : readFile(first, lookup);
  if (found !== undefined) return found;
  const shared = `${lookup.env['PGSYSCONFDIR'] ?? lookup.sysconfdir}/${FILE_NAME}`;
  const group = lookup.files.facts(shared) === undefined ? undefined : readFile(shared, lookup);
  if (group !== undefined) return group;
  throw unresolved(
    `definition of service "${lookup.service}" not found`,
    `looked in ${[first, shared].filter((path) => path !== undefined).join(' and ')}`,
  );
}
