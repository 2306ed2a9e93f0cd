import type { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { GuardError } from '../../model/errors.ts';
import type { ConnectionPort } from './channel.ts';
import { Connection } from './connection.ts';
import type { Gate } from './gate.ts';
import type { ProxyLimits } from './limits.ts';
import { cancelOver, link } from './link.ts';
import type { Credentials } from './own-login.ts';
import { SQLSTATE } from './refusal.ts';
import type { Startup } from './startup.ts';
import type { ConnectionTarget } from './target.ts';
import type { Upstream } from './upstream.ts';

/** How long a side may take to read the last words (milliseconds). */
const LINGER_MS = 1000;
/** A result that comes in pieces of this size goes on (bytes): its pieces are gathered. A small answer leaves at once. */
const STREAM_BYTES = 4_096;

export interface ClientOptions {
  readonly client: Socket;
  readonly target: ConnectionTarget;
  readonly gate: Gate;
  readonly limits: ProxyLimits;
  readonly credentials: Credentials | undefined;
  readonly onKey: (key: Buffer) => void;
  readonly onClosed: () => void;
  readonly onTrouble: (message: string) => void;
}

/** The sockets of one client's connection: moves bytes, honours backpressure, ends both sides together. */
export class ProxiedClient {
  readonly #options: ClientOptions;
  readonly #client: Socket;
  readonly #connection: Connection;
  readonly #abort = new AbortController();
  #upstream: Upstream | undefined;
  #key: Buffer | undefined;
  #clientFull = false;
  #serverFull = false;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#connection = new Connection(options.gate, options.limits, this.#port());
  }

  async start(startup: Startup, rest: Buffer): Promise<void> {
    this.#listenToClient();
    if (rest.length > 0) this.#connection.fromClient(rest);
    const packet = this.#connection.startup(startup);
    if (packet === undefined) return;
    try {
      const { upstream, first } = await link(this.#options.target, packet, this.#abort.signal);
      this.#attach(upstream, first);
    } catch (error) {
      this.#unreachable(error);
    }
  }

  /** A cancel request with this connection's key. */
  async cancel(): Promise<void> {
    if (this.#connection.cancel()) return;
    if (this.#connection.serverBusy) await this.#cancelUpstream();
  }

  end(code: string, message: string): void {
    this.#connection.end({ code, message });
  }

  #attach(upstream: Upstream, first: Buffer): void {
    if (this.#connection.closed) {
      upstream.socket.destroy();
      return;
    }
    this.#upstream = upstream;
    const { socket } = upstream;
    const { credentials } = this.#options;
    this.#connection.linked({
      peer: upstream.peer,
      ...(credentials !== undefined && { login: { server: upstream.server, credentials } }),
      sessionAttributes: this.#options.target.targetSessionAttrs,
      ...(upstream.certificate !== undefined && { certificate: upstream.certificate }),
    });
    socket.on('data', (chunk: Buffer) => this.#fromServer(chunk));
    socket.on('drain', () => {
      this.#serverFull = false;
      this.#pace();
    });
    socket.on('close', () => this.#connection.serverLost());
    this.#fromServer(first);
    if (socket.closed || socket.destroyed) this.#connection.serverLost();
    else if (!this.#clientFull) socket.resume();
  }

  #fromServer(chunk: Buffer): void {
    this.#connection.fromServer(chunk);
    this.#pace();
  }

  #listenToClient(): void {
    const client = this.#client;
    client.on('data', (chunk: Buffer) => {
      this.#connection.fromClient(chunk);
      this.#pace();
    });
    client.on('drain', () => {
      this.#clientFull = false;
      this.#pace();
    });
    client.on('error', () => {});
    client.on('close', () => this.#connection.clientLost());
    client.on('end', () => this.#connection.clientLost());
    client.resume();
  }

  /** Reads each side only while what it says can go on. */
  #pace(): void {
    const connection = this.#connection;
    if (connection.closed) return;
    pauseWhile(this.#client, this.#serverFull || connection.clientStalled);
    if (this.#upstream !== undefined) pauseWhile(this.#upstream.socket, this.#clientFull);
  }

  #unreachable(error: unknown): void {
    const known = error instanceof GuardError;
    this.#connection.end({
      code: SQLSTATE.unreachable,
      message: known ? `guard: ${error.message}` : 'guard: the server can not be reached',
      ...(known && error.hint !== undefined && { hint: error.hint }),
    });
  }

  async #cancelUpstream(): Promise<void> {
    if (this.#upstream === undefined || this.#key === undefined) return;
    try {
      await cancelOver(this.#options.target, this.#upstream, this.#key);
    } catch {
      this.#options.onTrouble('a cancel request did not reach the server');
    }
  }

  #port(): ConnectionPort {
    return {
      writeClient: (bytes) => {
        if (!this.#client.writable) return;
        if (bytes.length >= STREAM_BYTES) this.#gather(this.#client);
        if (this.#client.write(bytes)) return;
        this.#clientFull = true;
        this.#pace();
      },
      writeServer: (bytes) => {
        const socket = this.#upstream?.socket;
        if (socket?.writable !== true) return;
        if (socket.write(bytes)) return;
        this.#serverFull = true;
        this.#pace();
      },
      close: () => this.#close(),
      cancelUpstream: () => void this.#cancelUpstream(),
      keyLearned: (key) => {
        this.#key = key;
        this.#options.onKey(key);
      },
      trouble: (message) => this.#options.onTrouble(message),
      now: () => performance.now(),
      after: (ms, act) => {
        const timer = setTimeout(act, ms);
        return () => clearTimeout(timer);
      },
    };
  }

  /** One read from TLS brings several records: what they make leaves in one write. */
  #gather(socket: Socket): void {
    if (socket.writableCorked > 0) return;
    socket.cork();
    process.nextTick(() => socket.uncork());
  }

  #close(): void {
    this.#abort.abort();
    for (const socket of [this.#upstream?.socket, this.#client]) if (socket !== undefined) leave(socket);
    this.#options.onClosed();
  }
}

/** Lets the last words out, but waits for nobody who does not read them. */
function leave(socket: Socket): void {
  socket.destroySoon();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}

function pauseWhile(socket: Socket, wait: boolean): void {
  if (wait === socket.isPaused()) return;
  if (wait) socket.pause();
  else socket.resume();
}
