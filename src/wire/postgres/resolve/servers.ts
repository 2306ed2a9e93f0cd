import { isIP } from 'node:net';
import type { ServerAddress } from '../target.ts';
import { unresolved } from './refusal.ts';
import type { Settings } from './settings.ts';

/** libpq tries every server in turn; nobody lists more (a bound, so that guard's own memory has one). */
const SERVER_LIMIT = 64;
const DEFAULT_PORT = 5432;
const HIGHEST_PORT = 65_535;
/** strtol(3) with blanks around it, as parse_int_param() of fe-connect.c takes it. */
const INTEGER = /^[ \t\n\v\f\r]{0,16}([+-]?\d{1,12})[ \t\n\v\f\r]{0,16}$/;
const INT32_LIMIT = 2 ** 31;

/** `postgresql://user:pass/word@host` makes a port of "pass": so the text is never shown. */
const SHIFTED_PASSWORD_HINT = 'in a URI, write "/" in a password as %2F and "@" as %40';

/** An integer as libpq reads one. Throws TARGET_UNRESOLVED. */
export function parseInteger(text: string, keyword: string): number {
  const digits = INTEGER.exec(text)?.[1];
  const value = Number(digits);
  if (digits === undefined || value >= INT32_LIMIT || value < -INT32_LIMIT)
    throw unresolved(`invalid integer value for connection option "${keyword}"`, SHIFTED_PASSWORD_HINT);
  return value;
}

function parsePort(text: string): number {
  if (text === '') return DEFAULT_PORT;
  const port = parseInteger(text, 'port');
  if (port < 1 || port > HIGHEST_PORT) throw unresolved('invalid port number', SHIFTED_PASSWORD_HINT);
  return port;
}

function splitList(settings: Settings, keyword: string): readonly string[] {
  const value = settings.get(keyword)?.value ?? '';
  const list = value === '' ? [] : value.split(',');
  if (list.length > SERVER_LIMIT) throw unresolved(`more than ${SERVER_LIMIT} values in "${keyword}"`);
  return list;
}

function portOf(ports: readonly string[], index: number): number {
  return parsePort((ports.length === 1 ? ports[0] : ports[index]) ?? '');
}

/**
 * The servers that libpq would try, in its order (pqConnectOptions2() of fe-connect.c). Every port is checked at once,
 * where libpq fails only on reaching it. Throws TARGET_UNRESOLVED.
 */
export function serversOf(
  settings: Settings,
  socketFolder: string,
): readonly [ServerAddress, ...ServerAddress[]] {
  const addresses = splitList(settings, 'hostaddr');
  const hosts = splitList(settings, 'host');
  const ports = splitList(settings, 'port');
  const count = addresses.length || hosts.length || 1;
  if (hosts.length > 0 && hosts.length !== count)
    throw unresolved(`could not match ${hosts.length} host names to ${count} hostaddr values`);
  if (ports.length > 1 && ports.length !== count)
    throw unresolved(`could not match ${ports.length} port numbers to ${count} hosts`);
  const server = (index: number): ServerAddress => {
    const hostaddr = addresses[index] ?? '';
    const host = hosts[index] || hostaddr || socketFolder;
    if (hostaddr !== '' && isIP(hostaddr) === 0)
      throw unresolved(`could not parse network address "${hostaddr}"`);
    if (hostaddr === '' && host.startsWith('@'))
      throw unresolved('guard does not connect to abstract unix sockets (a host that begins with "@")');
    return { host, port: portOf(ports, index), ...(hostaddr === '' ? {} : { hostaddr }) };
  };
  return [server(0), ...Array.from({ length: count - 1 }, (_, index) => server(index + 1))];
}

/** True when libpq would use a unix socket: an address wins over a folder. */
export function isSocket(server: ServerAddress): boolean {
  return server.hostaddr === undefined && server.host.startsWith('/');
}
