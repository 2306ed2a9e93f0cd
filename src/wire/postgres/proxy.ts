import { Buffer } from 'node:buffer';
import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { GuardError } from '../../model/errors.ts';
import type { Gate } from './gate.ts';
import { DEFAULT_LIMITS, type ProxyLimits } from './limits.ts';
import { ProxiedClient } from './proxied-client.ts';
import { encodeRefusal, SQLSTATE } from './refusal.ts';
import { type StartupEvent, StartupReader } from './startup.ts';
import type { ConnectionTarget } from './target.ts';

/** Shortest sun_path of the systems guard runs on, less room for what shells add (bytes). */
const LONGEST_SOCKET_PATH = 90;
/** Output held for a slow client before the server is no longer read (bytes). */
const WRITE_AHEAD_BYTES = 262_144;
const DECLINED = Buffer.from('N');

export interface ProxyOptions {
  /** In a folder of mode 0700, named `.s.PGSQL.<port>`; at most 90 bytes. */
  readonly socketPath: string;
  readonly target: ConnectionTarget;
  /** A fresh gate for each connection, numbered from 1. */
  readonly gate: (connection: number) => Gate;
  readonly limits?: Partial<ProxyLimits>;
  /** guard's own trouble in plain words, without values. */
  readonly onTrouble?: (message: string) => void;
}

export interface ProxyServer {
  /** Ends every connection with FATAL 57P01 and stops listening. */
  close(): Promise<void>;
  /** Clients connected now. */
  readonly connections: number;
}

/** Listens on the unix socket and relays each client to the target through its gate. */
export async function serveProxy(options: ProxyOptions): Promise<ProxyServer> {
  if (Buffer.byteLength(options.socketPath) > LONGEST_SOCKET_PATH) {
    throw new GuardError('CONFIG_INVALID', `the socket path is longer than ${LONGEST_SOCKET_PATH} bytes`, {
      hint: 'Set XDG_RUNTIME_DIR or TMPDIR to a shorter folder.',
    });
  }
  const front = new Front(options);
  const server = createServer(
    { noDelay: true, pauseOnConnect: true, highWaterMark: WRITE_AHEAD_BYTES },
    (client) => front.accept(client),
  );
  await listen(server, options.socketPath);
  return {
    close: () => {
      front.close();
      return new Promise((resolve) => server.close(() => resolve()));
    },
    get connections(): number {
      return front.size;
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new GuardError('CONFIG_INVALID', 'the proxy socket can not be opened', { cause: error })),
    );
    server.listen(path, () => {
      chmodSync(path, 0o600);
      resolve();
    });
  });
}

/** Clients before and after their startup packet, and the cancel keys of those connected. */
class Front {
  readonly #options: ProxyOptions;
  readonly #limits: ProxyLimits;
  readonly #clients = new Set<ProxiedClient>();
  readonly #waiting = new Set<Socket>();
  readonly #keys = new Map<string, ProxiedClient>();
  #count = 0;

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
  }

  get size(): number {
    return this.#clients.size;
  }

  accept(client: Socket): void {
    const reader = new StartupReader();
    this.#waiting.add(client);
    const timer = setTimeout(() => client.destroy(), this.#limits.startupMs);
    const forget = (): void => {
      clearTimeout(timer);
      this.#waiting.delete(client);
    };
    const onData = (chunk: Buffer): void => {
      const done = this.#read(reader, client, chunk);
      if (done === undefined) return;
      forget();
      client.off('data', onData);
      done();
    };
    client.on('data', onData);
    client.on('error', () => {});
    client.once('close', forget);
    client.resume();
  }

  close(): void {
    for (const client of this.#waiting) client.destroy();
    for (const client of this.#clients) client.end(SQLSTATE.stopping, 'guard is stopping');
  }

  /** What to do when the startup phase is over; `undefined` while it is not. */
  #read(reader: StartupReader, client: Socket, chunk: Buffer): (() => void) | undefined {
    let events: readonly StartupEvent[];
    try {
      events = reader.push(chunk);
    } catch (error) {
      const message =
        error instanceof GuardError ? `guard: ${error.message}` : 'guard: unreadable startup packet';
      return () => client.end(encodeRefusal({ code: SQLSTATE.violation, message }, 'FATAL'));
    }
    for (const event of events) {
      if (event.kind === 'encryption') client.write(DECLINED);
      else if (event.kind === 'cancel') return () => this.#cancel(client, event.key);
      else return () => this.#start(client, event);
    }
    return undefined;
  }

  /** Ends the client's connection when the server has taken the request, as psql expects. */
  #cancel(client: Socket, key: Buffer): void {
    const owner = this.#keys.get(key.toString('hex'));
    const done = owner === undefined ? Promise.resolve() : owner.cancel();
    void done.finally(() => client.destroySoon());
  }

  #makeGate(client: Socket): Gate | undefined {
    try {
      return this.#options.gate(this.#count);
    } catch {
      client.end(
        encodeRefusal({ code: SQLSTATE.internal, message: 'guard could not open a session' }, 'FATAL'),
      );
      return undefined;
    }
  }

  #start(client: Socket, event: Extract<StartupEvent, { kind: 'start' }>): void {
    this.#count += 1;
    const gate = this.#makeGate(client);
    if (gate === undefined) return;
    let keyText: string | undefined;
    const proxied = new ProxiedClient({
      client,
      target: this.#options.target,
      gate,
      limits: this.#limits,
      onKey: (key) => {
        keyText = key.toString('hex');
        this.#keys.set(keyText, proxied);
      },
      onClosed: () => {
        this.#clients.delete(proxied);
        if (keyText !== undefined) this.#keys.delete(keyText);
      },
      onTrouble: this.#options.onTrouble ?? (() => {}),
    });
    this.#clients.add(proxied);
    void proxied.start(event.startup, event.rest);
  }
}
