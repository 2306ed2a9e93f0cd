import type { Buffer } from 'node:buffer';
import { Backend } from './backend.ts';
import { Channel, type ConnectionPort } from './channel.ts';
import { Frontend } from './frontend.ts';
import type { Gate, ServerFacts, WireRefusal } from './gate.ts';
import type { ProxyLimits } from './limits.ts';
import { Login } from './login.ts';
import { buildMessage, int32, SERVER } from './message.ts';
import { type Credentials, OwnLogin } from './own-login.ts';
import { ProbeDesk } from './probe.ts';
import { SQLSTATE } from './refusal.ts';
import { encodeStartup, PROTOCOL_3_0, type Startup } from './startup.ts';
import { readyForQuery } from './substitute.ts';
import type { ServerAddress } from './target.ts';
import { GATE_FAILED, Turnstile } from './turnstile.ts';

const LOST: WireRefusal = {
  code: SQLSTATE.lost,
  message: 'guard: the server closed the connection unexpectedly',
};
const REPLICATION: WireRefusal = {
  code: SQLSTATE.policy,
  message: 'guard refuses replication connections',
};
const TIMED_OUT: WireRefusal = {
  code: SQLSTATE.lost,
  message: 'guard: the login took too long',
};

/** What is known of the link to the server when it stands. */
export interface ServerLink {
  readonly certificate?: string;
  readonly peer: ServerFacts['peer'];
  /** Checked at the first ReadyForQuery (target_session_attrs). */
  readonly sessionAttributes: string;
  /** guard logs in itself, at the one of the target's servers that answered. */
  readonly login?: { readonly server: ServerAddress; readonly credentials: Credentials };
}

/** One client's connection without its sockets: bytes and events in, bytes out through the port. */
export class Connection {
  readonly #channel: Channel;
  readonly #login: Login;
  readonly #probes: ProbeDesk;
  readonly #turnstile: Turnstile;
  readonly #frontend: Frontend;
  readonly #backend: Backend;
  #asked: ReadonlyMap<string, string> = new Map();
  #link: ServerLink | undefined;
  #stopTimer: () => void = () => {};

  constructor(gate: Gate, limits: ProxyLimits, port: ConnectionPort) {
    this.#channel = new Channel(gate, limits, port);
    this.#login = new Login(this.#channel);
    this.#probes = new ProbeDesk(this.#channel);
    this.#turnstile = new Turnstile(this.#channel, this.#probes);
    this.#frontend = new Frontend(this.#channel, this.#login, {
      turnstile: this.#turnstile,
      probes: this.#probes,
    });
    this.#backend = new Backend(this.#channel, this.#login, () => this.#onReady());
    this.#channel.onProgress = () => this.#progress();
    this.#channel.onClosed = (because) => this.#closed(because);
  }

  get closed(): boolean {
    return this.#channel.phase === 'closed';
  }

  /** The client's bytes wait for a ruling or the server: stop reading them. */
  get clientStalled(): boolean {
    return this.#frontend.stalled;
  }

  /** Something is on the way on the server that a cancel request can reach. */
  get serverBusy(): boolean {
    return !this.#channel.ledger.idle;
  }

  /** The StartupMessage for the server; `undefined` when the connection was refused. */
  startup(startup: Startup): Buffer | undefined {
    let packet: Buffer | undefined;
    this.#channel.guarded(() => {
      packet = this.#startup(startup);
    });
    this.#channel.flush();
    return packet;
  }

  #startup(startup: Startup): Buffer | undefined {
    const channel = this.#channel;
    this.#stopTimer = channel.port.after(channel.limits.startupMs, () => channel.disconnect(TIMED_OUT));
    if (startup.parameters.has('replication')) {
      channel.disconnect(REPLICATION);
      return undefined;
    }
    const ruling = channel.gate.startup(startup.parameters);
    if (ruling.kind === 'refuse') {
      channel.disconnect(ruling.refusal);
      return undefined;
    }
    if (ruling.parameters.has('replication')) {
      channel.disconnect(REPLICATION);
      return undefined;
    }
    this.#asked = ruling.parameters;
    const { declined, version } = startup;
    if (declined !== undefined) {
      channel.toClient.add(
        buildMessage(SERVER.negotiate, int32(PROTOCOL_3_0), int32(declined.length), ...declined),
      );
    }
    return encodeStartup(version, ruling.parameters);
  }

  /** The link stands and the StartupMessage was sent over it. */
  linked(link: ServerLink): void {
    this.#link = link;
    if (link.login === undefined) return;
    const user = this.#asked.get('user') ?? '';
    const place = { user, database: this.#asked.get('database') || user, server: link.login.server };
    this.#login.own = new OwnLogin(link.login.credentials, place);
  }

  fromClient(chunk: Buffer): void {
    this.#channel.guarded(() => this.#frontend.push(chunk));
    this.#channel.flush();
  }

  fromServer(chunk: Buffer): void {
    this.#channel.guarded(() => this.#backend.push(chunk));
    this.#progress();
  }

  /** A cancel request for this connection; false when it must go on to the server. */
  cancel(): boolean {
    return this.#turnstile.cancel() || this.#channel.trial?.cancel() === true;
  }

  clientLost(): void {
    this.#channel.close('client');
  }

  serverLost(): void {
    if (this.#channel.farewell) this.#channel.close('server');
    else this.#channel.disconnect(LOST);
  }

  /** FATAL to the client and the end of both sides. */
  end(refusal: WireRefusal): void {
    this.#channel.disconnect(refusal);
  }

  #progress(): void {
    this.#channel.guarded(() => this.#frontend.resume());
    this.#channel.flush();
  }

  #closed(because: string): void {
    this.#stopTimer();
    this.#turnstile.stop();
    this.#channel.trial?.stop();
    this.#frontend.stop();
    this.#backend.stop();
    this.#channel.gate.closed(because);
  }

  #onReady(): void {
    if (this.#channel.phase === 'readying') this.#greet();
    else this.#rest();
  }

  /** The first ReadyForQuery is held back until the gate knows where it is. */
  #greet(): void {
    const channel = this.#channel;
    this.#stopTimer();
    const refusal = wrongSession(this.#link?.sessionAttributes ?? 'any', this.#login.parameters);
    if (refusal !== undefined) {
      channel.disconnect(refusal);
      return;
    }
    const desk = this.#probes.open();
    if (desk === undefined) {
      channel.disconnect(GATE_FAILED);
      return;
    }
    channel.flush();
    const link = this.#link;
    const facts: ServerFacts = {
      parameters: this.#login.parameters,
      ...(link?.certificate !== undefined && { certificate: link.certificate }),
      peer: link?.peer ?? {},
    };
    channel.gate.ready(facts, desk).then(
      (said) => {
        desk.close();
        this.#probes.afterwards(() => this.#welcome(said));
      },
      (error: unknown) => this.#gateFailed(error),
    );
  }

  #welcome(refusal: WireRefusal | undefined): void {
    const channel = this.#channel;
    if (channel.phase === 'closed') return;
    if (refusal !== undefined) {
      channel.disconnect(refusal);
      return;
    }
    channel.phase = 'running';
    channel.unnamedLost = false;
    channel.toClient.add(readyForQuery(channel.statusByte));
    this.#rest();
    this.#progress();
  }

  /** Nothing is pending: the gate may use the connection for itself; the client waits. */
  #rest(): void {
    const channel = this.#channel;
    const { gate } = channel;
    if (gate.idle === undefined || channel.phase !== 'running') return;
    const desk = this.#probes.open();
    if (desk === undefined) return;
    const work = gate.idle(desk);
    if (work === undefined) {
      desk.close();
      return;
    }
    channel.resting = true;
    work.then(
      () => {
        desk.close();
        this.#probes.afterwards(() => this.#rested());
      },
      (error: unknown) => this.#gateFailed(error),
    );
  }

  #gateFailed(error: unknown): void {
    this.#channel.trouble(error);
    this.#channel.disconnect(GATE_FAILED);
  }

  #rested(): void {
    this.#channel.resting = false;
    if (this.#channel.phase !== 'closed') this.#progress();
  }
}

/** What `target_session_attrs` asks for, from the reported parameters (PostgreSQL 14 and newer). */
function wrongSession(wanted: string, parameters: ReadonlyMap<string, string>): WireRefusal | undefined {
  const standby = parameters.get('in_hot_standby') === 'on';
  const readOnly = standby || parameters.get('default_transaction_read_only') === 'on';
  const wrong =
    (wanted === 'read-write' && readOnly) ||
    (wanted === 'read-only' && !readOnly) ||
    (wanted === 'primary' && standby) ||
    (wanted === 'standby' && !standby);
  if (!wrong) return undefined;
  return { code: SQLSTATE.lost, message: `guard: the server's session is not ${wanted}` };
}
