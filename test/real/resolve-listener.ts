import { spawn } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CLEARTEXT = 3;
/** A psql that waits for an answer which never comes. */
const SLOWEST_MS = 20_000;
/** The extended protocol is not played. */
const REFUSED = 'SERROR\0VERROR\0C0A000\0Mnot here\0\0';
const ANSWER = 'SFATAL\0VFATAL\0C57P03\0Mseen\0\0';

/** What reached a listener: where, and the startup packet. */
export interface Arrival {
  readonly at: string;
  readonly parameters: Readonly<Record<string, string>>;
}

function message(type: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const READY = message('Z', 'I');
/** AuthenticationOk and what psql waits for after it. */
const WELCOME = Buffer.concat([
  message('R', int32(0)),
  ...[
    ['server_version', '15.0'],
    ['client_encoding', 'UTF8'],
    ['standard_conforming_strings', 'on'],
  ].map(([name, value]) => message('S', `${name}\0${value}\0`)),
  message('K', int32(1), int32(1)),
  READY,
]);

/** What the listener does after the startup packet. */
export type Manner = 'refuse' | 'password' | 'serve';

function parseStartup(packet: Buffer): Record<string, string> {
  const words = packet.subarray(8, -1).toString('utf8').split('\0');
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < words.length && words[at] !== ''; at += 2)
    pairs.push([words[at] ?? '', words[at + 1] ?? '']);
  return Object.fromEntries(pairs);
}

/** Listeners that only read the startup packet and refuse; nothing PostgreSQL is needed. */
export class FakePostgres {
  readonly arrivals: Arrival[] = [];
  /** Cleartext passwords that were sent, in the manner `password`. */
  readonly passwords: string[] = [];
  /** Query texts, in the manner `serve`. */
  readonly queries: string[] = [];
  manner: Manner = 'refuse';
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();

  private start(socket: Socket, at: string, packet: Buffer): boolean {
    if ([SSL_REQUEST, GSS_REQUEST].includes(packet.readInt32BE(4))) {
      socket.write('N');
      return false;
    }
    this.arrivals.push({ at, parameters: parseStartup(packet) });
    if (this.manner === 'refuse') socket.end(message('E', ANSWER));
    else socket.write(this.manner === 'serve' ? WELCOME : message('R', int32(CLEARTEXT)));
    return true;
  }

  private answer(socket: Socket, type: string, body: string): void {
    if (type === 'p') {
      this.passwords.push(body.slice(0, -1));
      socket.end(message('E', ANSWER));
    }
    if (type === 'S') socket.write(Buffer.concat([message('E', REFUSED), READY]));
    if (type !== 'Q') return;
    this.queries.push(body.slice(0, -1));
    socket.write(Buffer.concat([message('C', 'SET\0'), READY]));
  }

  private serve(socket: Socket, at: string): void {
    let received = Buffer.alloc(0);
    let started = false;
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      for (;;) {
        const head = started ? 1 : 0;
        if (received.length < head + 4) return;
        const end = head + received.readInt32BE(head);
        if (received.length < end) return;
        const packet = received.subarray(0, end);
        received = received.subarray(end);
        if (started) this.answer(socket, packet.toString('latin1', 0, 1), packet.toString('utf8', 5));
        else started = this.start(socket, at, packet);
      }
    });
  }

  /** Port 0 takes a free one; returns the port. */
  async listen(address: string, port = 0): Promise<number> {
    const server = createServer((socket) => this.serve(socket, `${address}:${bound}`));
    let bound = port;
    this.servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(
        address.startsWith('/') ? { path: `${address}/.s.PGSQL.${port}` } : { host: address, port },
        resolve,
      );
    });
    const listening = server.address();
    if (typeof listening === 'object' && listening !== null) bound = listening.port;
    return bound;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(this.servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

export interface PsqlRun {
  readonly status: number | null;
  readonly stderr: string;
}

export function runPsql(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  watch?: (pid: number) => void,
): Promise<PsqlRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'pipe'], timeout: SLOWEST_MS });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stderr }));
    if (child.pid !== undefined) watch?.(child.pid);
  });
}
