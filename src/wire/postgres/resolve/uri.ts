import { checkKeyword, translateDeprecated } from './conninfo.ts';
import { unresolved } from './refusal.ts';
import type { Setting } from './settings.ts';

type Store = (keyword: string, value: string) => void;

const PERCENT = 0x25;
const HEXADECIMAL = /^[0-9A-Fa-f]{2}$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

function decodeToken(bytes: Uint8Array): number {
  const digits = String.fromCharCode(...bytes);
  if (!HEXADECIMAL.test(digits)) throw unresolved('invalid percent-encoded token in the URI');
  if (digits === '00') throw unresolved('forbidden value %00 in the URI');
  return Number.parseInt(digits, 16);
}

function asText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw unresolved('the URI holds a percent-encoded value that is not UTF-8');
  }
}

/** RFC 3986 percent-encoding. Bytes that are no UTF-8 are refused: guard could not pass them on unchanged. */
function decode(text: string): string {
  const encoded = encoder.encode(text);
  const decoded = new Uint8Array(encoded.length);
  let length = 0;
  for (let at = 0; at < encoded.length; at += 1) {
    const isToken = encoded[at] === PERCENT;
    decoded[length] = isToken ? decodeToken(encoded.subarray(at + 1, at + 3)) : (encoded[at] ?? 0);
    length += 1;
    if (isToken) at += 2;
  }
  return asText(decoded.subarray(0, length));
}

/** Index of the first of `stops` at or after `from`; the text's end when there is none. */
function find(text: string, from: number, stops: string): number {
  let at = from;
  while (at < text.length && !stops.includes(text.charAt(at))) at += 1;
  return at;
}

/** `user:password@`; returns where the hosts begin. */
function readCredentials(text: string, start: number, store: Store): number {
  const end = find(text, start, '@/');
  if (text.charAt(end) !== '@') return start;
  const colon = find(text, start, ':@');
  const user = text.slice(start, colon);
  if (user !== '') store('user', decode(user));
  const password = text.slice(colon + 1, end);
  if (colon < end && password !== '') store('password', decode(password));
  return end + 1;
}

function readBracketed(text: string, start: number): readonly [string, number] {
  const end = find(text, start, ']');
  if (end >= text.length)
    throw unresolved('end of string reached when looking for matching "]" in IPv6 host address in URI');
  if (end === start) throw unresolved('IPv6 host address may not be empty in URI');
  const after = text.charAt(end + 1);
  if (after !== '' && !':/?,'.includes(after))
    throw unresolved(`unexpected character at position ${end + 2} in URI (expected ":" or "/")`);
  return [text.slice(start, end), end + 1];
}

/** `host:port,host:port…`; returns where they end. */
function readHosts(text: string, start: number, store: Store): number {
  const hosts: string[] = [];
  const ports: string[] = [];
  let at = start;
  for (;;) {
    let host: string;
    if (text.charAt(at) === '[') {
      [host, at] = readBracketed(text, at + 1);
    } else {
      const end = find(text, at, ':/?,');
      host = text.slice(at, end);
      at = end;
    }
    hosts.push(host);
    const portEnd = text.charAt(at) === ':' ? find(text, at + 1, '/?,') : at;
    ports.push(text.slice(at + 1, portEnd));
    at = portEnd;
    if (text.charAt(at) !== ',') break;
    at += 1;
  }
  const host = hosts.join(',');
  const port = ports.join(',');
  if (host !== '') store('host', decode(host));
  if (port !== '') store('port', decode(port));
  return at;
}

function readParameter(text: string, store: Store): void {
  const first = text.indexOf('=');
  if (first < 0) throw unresolved('missing key/value separator "=" in a URI query parameter');
  if (text.includes('=', first + 1))
    throw unresolved('extra key/value separator "=" in a URI query parameter');
  const keyword = decode(text.slice(0, first));
  const value = decode(text.slice(first + 1));
  // JDBC's spelling, which libpq understands too.
  if (keyword === 'ssl' && value === 'true') store('sslmode', 'require');
  else store(keyword, value);
}

function readParameters(text: string, store: Store): void {
  const parameters = text.split('&');
  // libpq stops at the end of the string, so that one trailing "&" is no empty parameter.
  if (parameters.at(-1) === '') parameters.pop();
  for (const parameter of parameters) readParameter(parameter, store);
}

/**
 * Reads `postgresql://[user[:password]@][host[:port],…][/database][?keyword=value&…]` as conninfo_uri_parse_options()
 * of fe-connect.c does (https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-CONNSTRING-URIS), which is not the
 * URL standard: a path starts a database name as it stands, hosts may be several or none. Throws TARGET_UNRESOLVED
 * without showing the URI, which may hold a password.
 */
export function parseUri(uri: string, known: ReadonlyMap<string, unknown>): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  const store: Store = (name, raw) => {
    const [keyword, value] = translateDeprecated(name, raw);
    checkKeyword(keyword, known, settings.keys());
    settings.set(keyword, { value, source: 'uri' });
  };
  const start = uri.indexOf('://') + '://'.length;
  let at = readHosts(uri, readCredentials(uri, start, store), store);
  if (uri.charAt(at) === '/') {
    const end = find(uri, at + 1, '?');
    const database = uri.slice(at + 1, end);
    // An empty name must not hide PGDATABASE.
    if (database !== '') store('dbname', decode(database));
    at = end;
  }
  if (at < uri.length) readParameters(uri.slice(at + 1), store);
  return settings;
}
