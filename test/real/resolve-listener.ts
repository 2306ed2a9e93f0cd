import { spawn } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const ANSWER = 'SFATAL\0VFATAL\0C57P03\0Mseen\0\0';

/** What reached a listener: where, and the startup packet. */
export interface Arrival {
  readonly at: string;
  readonly parameters: Readonly<Record<string, string>>;
}

function errorResponse(): Buffer {
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(ANSWER.length + 4, 1);
  return Buffer.concat([head, Buffer.from(ANSWER)]);
}

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
  private readonly servers: Server[] = [];

  private serve(socket: Socket, at: string): void {
    let received = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 8 && received.length >= received.readInt32BE(0)) {
        const packet = received.subarray(0, received.readInt32BE(0));
        received = received.subarray(packet.length);
        if ([SSL_REQUEST, GSS_REQUEST].includes(packet.readInt32BE(4))) {
          socket.write('N');
          continue;
        }
        this.arrivals.push({ at, parameters: parseStartup(packet) });
        socket.end(errorResponse());
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
  env: Record<string, string>,
): Promise<PsqlRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stderr }));
  });
}
