import { Buffer } from 'node:buffer';
import { chmodSync } from 'node:fs';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { GuardError } from '../../model/errors.ts';
import { admit } from './admission.ts';
import type { Gate, WireRefusal } from './gate.ts';
import { DEFAULT_LIMITS, type ProxyLimits } from './limits.ts';
import type { Credentials } from './own-login.ts';
import { ProxiedClient } from './proxied-client.ts';
import { encodeRefusal, SQLSTATE } from './refusal.ts';
import { makeVerifier, type ScramVerifier } from './scram.ts';
import { type StartupEvent, StartupReader } from './startup.ts';
import type { ConnectionTarget } from './target.ts';

/** Shortest sun_path of the systems guard runs on, less room for what shells add (bytes). */
const LONGEST_SOCKET_PATH = 90;
/** Output held for a slow client before the server is no longer read (bytes). */
const WRITE_AHEAD_BYTES = 262_144;
const DECLINED = Buffer.from('N');
const LOOPBACK = '127.0.0.1';

/** guard logs in at the server itself; a client has to reach the socket, or to know the token. */
export interface OwnAccess {
  readonly credentials: Credentials;
  /** What a client on the port gives as its password. */
  readonly token: string;
  /** A loopback port besides the socket; 0 for any that is free. Everybody on this machine reaches it: the token is asked for. */
  readonly port?: number;
  /** The token is asked for on the socket as well. */
  readonly socketAsks: boolean;
}

export interface ProxyOptions {
  /** In a folder of mode 0700, named `.s.PGSQL.<port>`; at most 90 bytes. */
  readonly socketPath: string;
  readonly target: ConnectionTarget;
  /** Without it the client's own login is relayed, and there is the socket only. */
  readonly access?: OwnAccess;
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
  /** The loopback port, where one was asked for. */
  readonly port: number | undefined;
}

/** Listens on the unix socket (and a loopback port) and relays each client to the target through its gate. */
export async function serveProxy(options: ProxyOptions): Promise<ProxyServer> {
  if (Buffer.byteLength(options.socketPath) > LONGEST_SOCKET_PATH) {
    throw new GuardError('CONFIG_INVALID', `the socket path is longer than ${LONGEST_SOCKET_PATH} bytes`, {
      hint: 'Set XDG_RUNTIME_DIR or TMPDIR to a shorter folder.',
    });
  }
  const { access } = options;
  const front = new Front(options);
  const verifier = access === undefined ? undefined : makeVerifier(access.token);
  const socket = makeServer(front, access?.socketAsks === true ? verifier : undefined);
  await listen(socket, { path: options.socketPath });
  chmodSync(options.socketPath, 0o600);
  const servers = [socket];
  let port: number | undefined;
  if (access?.port !== undefined && verifier !== undefined) {
    const server = makeServer(front, verifier);
    servers.push(server);
    await listen(server, { host: LOOPBACK, port: access.port, exclusive: true }).catch((error: unknown) => {
      socket.close();
      throw error;
    });
    port = portOf(server);
  }
  return {
    close: async () => {
      front.close();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
    get connections(): number {
      return front.size;
    },
    port,
  };
}

function makeServer(front: Front, verifier: ScramVerifier | undefined): Server {
  return createServer({ noDelay: true, pauseOnConnect: true, highWaterMark: WRITE_AHEAD_BYTES }, (client) =>
    front.accept(client, verifier),
  );
}

function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : undefined;
}

function listen(server: Server, at: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: Error): void => {
      const what = at.path === undefined ? `port ${at.port} of ${LOOPBACK}` : 'the proxy socket';
      reject(new GuardError('CONFIG_INVALID', `${what} can not be opened`, { cause }));
    };
    server.once('error', refuse);
    server.listen(at, () => {
      server.off('error', refuse);
      // A descriptor that could not be had for one client must not end the others.
      server.on('error', () => {});
      resolve();
    });
  });
}

type StartupPacket = Extract<StartupEvent, { kind: 'start' }>;

const TOO_MANY: WireRefusal = {
  code: SQLSTATE.tooMany,
  message: 'guard: too many connections to this proxy',
  hint: 'Close connections that are not used, or use a smaller pool.',
};

function otherUser(own: string, asked: string): WireRefusal {
  return {
    code: SQLSTATE.badUser,
    message: `guard logs in as "${own}" here; the client asked for "${asked.slice(0, 63)}"`,
    hint: `Connect as "${own}", or open another proxy for the other user.`,
  };
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

  accept(client: Socket, verifier: ScramVerifier | undefined): void {
    if (this.#waiting.size >= this.#limits.waiting || this.#clients.size >= this.#limits.clients) {
      client.on('error', () => {});
      client.end(encodeRefusal(TOO_MANY, 'FATAL'));
      return;
    }
    const reader = new StartupReader();
    this.#waiting.add(client);
    const limit = verifier === undefined ? this.#limits.startupMs : this.#limits.admissionMs;
    const timer = setTimeout(() => client.destroy(), limit);
    const forget = (): void => {
      clearTimeout(timer);
      this.#waiting.delete(client);
    };
    const onData = (chunk: Buffer): void => {
      const event = this.#read(reader, client, chunk);
      if (event === undefined) return;
      client.off('data', onData);
      if (event === 'over' || verifier === undefined) forget();
      if (event === 'over') return;
      if (verifier === undefined) this.#start(client, event);
      else this.#ask(client, event, { verifier, forget });
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

  /** The startup packet, or `over` where that was all; `undefined` while there is more to come. */
  #read(reader: StartupReader, client: Socket, chunk: Buffer): StartupPacket | 'over' | undefined {
    let events: readonly StartupEvent[];
    try {
      events = reader.push(chunk);
    } catch (error) {
      const message =
        error instanceof GuardError ? `guard: ${error.message}` : 'guard: unreadable startup packet';
      client.end(encodeRefusal({ code: SQLSTATE.violation, message }, 'FATAL'));
      return 'over';
    }
    for (const event of events) {
      if (event.kind === 'encryption') client.write(DECLINED);
      else if (event.kind === 'start') return event;
      else {
        this.#cancel(client, event.key);
        return 'over';
      }
    }
    return undefined;
  }

  /** The token first; nothing of this client reaches gate or server before. */
  #ask(client: Socket, event: StartupPacket, door: { verifier: ScramVerifier; forget: () => void }): void {
    const user = event.startup.parameters.get('user') ?? '';
    admit({ client, user, rest: event.rest }, door.verifier, (rest) => {
      door.forget();
      this.#start(client, { ...event, rest });
    });
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

  #start(client: Socket, event: StartupPacket): void {
    const { access, target } = this.#options;
    const user = event.startup.parameters.get('user') ?? '';
    if (access !== undefined && user !== target.user) {
      client.end(encodeRefusal(otherUser(target.user, user), 'FATAL'));
      return;
    }
    this.#count += 1;
    const gate = this.#makeGate(client);
    if (gate === undefined) return;
    let keyText: string | undefined;
    const proxied = new ProxiedClient({
      client,
      target: this.#options.target,
      gate,
      limits: this.#limits,
      credentials: access?.credentials,
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
