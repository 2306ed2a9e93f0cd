import type { Buffer } from 'node:buffer';
import { GuardError } from '../../model/errors.ts';
import type { TransactionState } from '../../model/facts.ts';
import type { CopyInCheck, Gate, NoticeFields, Renames, WireRefusal } from './gate.ts';
import { Ledger } from './ledger.ts';
import type { ProxyLimits } from './limits.ts';
import { Names, type Portal, type Statement } from './names.ts';
import { Outbox } from './outbox.ts';
import { encodeFields, encodeRefusal, parseFields, SQLSTATE, sameFields } from './refusal.ts';
import type { RunTracker } from './run.ts';

/** The world outside one connection's protocol: sockets, time, cancel requests. */
export interface ConnectionPort {
  writeClient(bytes: Buffer): void;
  writeServer(bytes: Buffer): void;
  /** Sends what was written, then closes the client's side and drops the server's. */
  close(): void;
  /** A CancelRequest for this connection, over a fresh one. */
  cancelUpstream(): void;
  /** The body of BackendKeyData: process id and secret. */
  keyLearned(key: Buffer): void;
  /** guard's own failures, in words without values. */
  trouble(message: string): void;
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls back after `ms`; the answer takes it back. */
  after(ms: number, act: () => void): () => void;
}

/** A pipeline without Sync may run on for ever: older runs are finished before it (count). */
const MOST_OPEN_RUNS = 1000;

/** A statement that is tried, as the two directions of its connection see it. */
export interface Trying {
  /** CommandComplete of the statement, not yet for the client. */
  complete(message: Buffer, tag: string, rows: number): void;
  /** The client was told of an error. */
  failed(): void;
  /** The statement is over; nothing is outstanding. */
  ready(state: TransactionState, run: RunTracker): void;
  /** A cancel request: true when it ended the wait for a decision. */
  cancel(): boolean;
  stop(): void;
}

/** `readying`: logged in, the first ReadyForQuery is held back. */
export type Phase = 'login' | 'readying' | 'running' | 'closed';

/** What both directions of one connection know in common. */
export class Channel {
  readonly gate: Gate;
  readonly limits: ProxyLimits;
  readonly port: ConnectionPort;
  readonly toClient = new Outbox();
  readonly toServer = new Outbox();
  readonly ledger = new Ledger();
  readonly statements = new Names<Statement>();
  readonly portals = new Names<Portal>();
  phase: Phase = 'login';
  transaction: TransactionState = 'idle';
  #openedAt = 0;
  #preparedAge = 0;
  #declaredAge = 0;
  #rememberedChars = 0;
  /** The server reads COPY FROM STDIN. */
  copyIn = false;
  /** What looks at its rows; `refused` when one was found that may not pass: the client's rest is dropped. */
  copyCheck: CopyInCheck | 'refused' | undefined;
  /** A Query or Sync was sent: its ReadyForQuery comes before anything else of the client. */
  awaitingReady = false;
  /** Extended messages were sent since the last ReadyForQuery. */
  unsynced = false;
  /** An Execute was sent since the last ReadyForQuery: settings may have changed unreported. */
  executed = false;
  /** The server said goodbye in its own words: its leaving needs no others. */
  farewell = false;
  /** The gate does its housekeeping; the client waits. */
  resting = false;
  /** A statement is tried in a transaction of guard's own; the client waits. */
  trial: Trying | undefined;
  /** The client has an error to answer with a Sync; what it sends before is dropped, as the server does. */
  dropUntilSync = false;
  /** The client was told of an error that the server does not know: nothing more until ReadyForQuery. */
  muted = false;
  /** A probe ended the client's unnamed statement on the server. */
  unnamedLost = false;
  /** Partly executed unnamed portal in an open transaction: a simple query would end it. */
  unnamedPortalOpen = false;
  /** Runs that wait for the ReadyForQuery of their batch. */
  #runs: RunTracker[] = [];
  /** Set by the connection. */
  onProgress: () => void = () => {};
  onClosed: (because: string) => void = () => {};

  constructor(gate: Gate, limits: ProxyLimits, port: ConnectionPort) {
    this.gate = gate;
    this.limits = limits;
    this.port = port;
  }

  /** Nothing was sent that is not answered to the end. */
  get quiet(): boolean {
    return this.ledger.idle && !this.unsynced && !this.copyIn;
  }

  /** Nothing is outstanding and a statement of guard's own would disturb nothing. */
  get serverIdle(): boolean {
    const open = this.phase === 'running' || this.phase === 'readying';
    return open && this.quiet && !this.unnamedPortalOpen;
  }

  get transactionMs(): number {
    return this.transaction === 'idle' ? 0 : this.port.now() - this.#openedAt;
  }

  setTransaction(state: TransactionState): void {
    if (this.transaction === 'idle' && state !== 'idle') this.#openedAt = this.port.now();
    this.transaction = state;
    if (state === 'idle') {
      this.portals.forget();
      this.unnamedPortalOpen = false;
    }
  }

  get statusByte(): number {
    if (this.transaction === 'idle') return 0x49;
    return this.transaction === 'open' ? 0x54 : 0x45;
  }

  /** Everything up to a ReadyForQuery is over. */
  settled(state: TransactionState): void {
    this.statements.settle();
    this.portals.settle();
    this.setTransaction(state);
    this.awaitingReady = false;
    this.unsynced = false;
    this.executed = false;
    this.dropUntilSync = false;
    this.muted = false;
    this.copyIn = false;
  }

  findStatement(name: string): Statement | undefined {
    const found = this.statements.find(name);
    return found?.generation === this.#preparedAge ? found : undefined;
  }

  findPortal(name: string): Portal | undefined {
    const found = this.portals.find(name);
    return found?.generation === this.#declaredAge ? found : undefined;
  }

  get ages(): { readonly prepared: number; readonly declared: number } {
    return { prepared: this.#preparedAge, declared: this.#declaredAge };
  }

  /** PREPARE and DECLARE in SQL share their names with Parse and Bind: what guard remembers is then in doubt. */
  aboutToRun(text: string, renames?: Renames): void {
    if (renames === 'all' || /prepare/i.test(text)) this.#preparedAge += 1;
    if (renames !== undefined || /declare/i.test(text)) this.#declaredAge += 1;
  }

  /** A Parse succeeded. Beyond the bounds everything is forgotten and judged as EXECUTE of an unknown name. */
  remember(statement: Statement): void {
    if (statement.name === '') this.unnamedLost = false;
    this.#rememberedChars += statement.text.length;
    if (this.statements.size >= this.limits.names || this.#rememberedChars > this.limits.statementBytes) {
      this.statements.forget();
      this.#rememberedChars = statement.text.length;
    }
    this.statements.confirm(statement.name, statement);
  }

  commandDone(tag: string): void {
    if (tag === 'DISCARD ALL' || tag === 'DEALLOCATE ALL') this.statements.forget();
    // The names of portals that ended may be given anew where guard does not see it.
    if (tag === 'ROLLBACK' || tag.startsWith('CLOSE CURSOR')) this.#declaredAge += 1;
  }

  /** A simple query ends the unnamed statement and portal of the server. */
  dropUnnamed(): void {
    this.statements.confirm('', undefined);
    this.portals.confirm('', undefined);
    this.unnamedLost = false;
    this.unnamedPortalOpen = false;
  }

  /** The run that messages without an owner of their own belong to. */
  get lastRun(): RunTracker | undefined {
    return this.#runs.at(-1);
  }

  keepRun(run: RunTracker): void {
    this.#runs.push(run);
    if (this.#runs.length > MOST_OPEN_RUNS) this.#runs.shift()?.finish(this.port.now());
  }

  finishRuns(error?: string): void {
    const runs = this.#runs;
    this.#runs = [];
    const now = this.port.now();
    for (const run of runs) run.finish(now, error);
  }

  /** Passes an ErrorResponse or NoticeResponse on, rewritten where `scrub` changed a field. */
  voice(bytes: Buffer, range: { readonly start: number; readonly end: number }, run?: RunTracker): void {
    const fields = parseFields(bytes, range.start, range.end);
    const said: NoticeFields = run === undefined ? this.gate.scrub(fields) : run.scrub(fields);
    if (sameFields(fields, said)) this.toClient.pass(bytes, range.start, range.end);
    else this.toClient.add(encodeFields(bytes[range.start] ?? 0, said));
  }

  flush(): void {
    const forServer = this.toServer.take();
    if (forServer !== undefined) this.port.writeServer(forServer);
    const forClient = this.toClient.take();
    if (forClient !== undefined) this.port.writeClient(forClient);
  }

  /** Runs `act`; what it throws ends the connection with a clear error and no raw text. */
  guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.trouble(error);
      const known = error instanceof GuardError;
      const code = known && error.code === 'PROTOCOL_VIOLATION' ? SQLSTATE.violation : SQLSTATE.internal;
      this.disconnect({
        code,
        message: known ? `guard: ${error.message}` : 'guard failed and closes the connection',
      });
    }
  }

  /** Tells where guard itself failed, without the error's words: they may hold values. */
  trouble(error: unknown): void {
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    const [where = ''] = stack.split('\n').filter((line) => line.startsWith('    at '));
    this.port.trouble(`${error instanceof Error ? error.name : 'error'} ${where.trim()}`);
  }

  /** Runs `act` where nothing may stop what follows. */
  #quietly(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.trouble(error);
    }
  }

  /** FATAL to the client, then both sides are closed. Nothing else leaves for the server. */
  disconnect(refusal: WireRefusal): void {
    if (this.phase === 'closed') return;
    this.toServer.take();
    this.toClient.add(encodeRefusal(refusal, 'FATAL'));
    this.close(refusal.code);
  }

  /** Ends everything once; `because` is an SQLSTATE or one word. */
  close(because: string): void {
    if (this.phase === 'closed') return;
    this.phase = 'closed';
    this.flush();
    const now = this.port.now();
    for (const reply of this.ledger.drain()) {
      if (reply.kind === 'query' || reply.kind === 'parse' || reply.kind === 'execute') {
        this.#quietly(() => reply.run?.finish(now, SQLSTATE.lost));
      }
      if (reply.kind === 'probe') {
        reply.collector.fail(SQLSTATE.lost, 'the connection was lost');
        reply.collector.settle();
      }
    }
    this.#quietly(() => this.finishRuns(SQLSTATE.lost));
    this.#quietly(() => this.onClosed(because));
    this.port.close();
  }
}
