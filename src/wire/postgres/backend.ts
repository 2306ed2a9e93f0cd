import type { Buffer } from 'node:buffer';
import type { TransactionState } from '../../model/facts.ts';
import { Answers, COPY_BOTH } from './answers.ts';
import type { Channel } from './channel.ts';
import { type FramePlan, FrameReader, type FrameSink } from './frame.ts';
import type { Reply } from './ledger.ts';
import type { Login } from './login.ts';
import { BodyReader, buildMessage, CLIENT, HEADER_BYTES, SERVER, violation } from './message.ts';
import type { Portal } from './names.ts';
import { encodeRefusal, parseFields, SQLSTATE } from './refusal.ts';
import { ResultFlow } from './result-flow.ts';
import type { RunTracker } from './run.ts';

/** What the server says, message by message: order is checked, rows are treated, the rest is passed on. */
export class Backend implements FrameSink {
  readonly #channel: Channel;
  readonly #login: Login;
  readonly #flow: ResultFlow;
  readonly #answers: Answers;
  readonly #reader: FrameReader;
  readonly #onReady: () => void;

  constructor(channel: Channel, login: Login, onReady: () => void) {
    this.#channel = channel;
    this.#login = login;
    this.#flow = new ResultFlow(channel.toClient, channel.limits.messageBytes);
    this.#answers = new Answers(channel, this.#flow);
    this.#reader = new FrameReader(this);
    this.#onReady = onReady;
  }

  push(chunk: Buffer): void {
    this.#reader.push(chunk);
  }

  stop(): void {
    this.#reader.stop();
  }

  plan(type: number, length: number): FramePlan {
    if (this.#channel.phase === 'closed') return 'discard';
    if (type === SERVER.dataRow) return this.#planRow(length);
    if (type === SERVER.copyData) return this.#planCopy(length);
    if (length > this.#channel.limits.messageBytes) throw violation('a message of the server is too large');
    return 'whole';
  }

  #planRow(length: number): FramePlan {
    if (this.#channel.muted) return 'discard';
    if (this.#flow.open) return this.#flow.planRow(length);
    const head = this.#channel.ledger.head;
    if (head?.kind === 'probe')
      return length > this.#channel.limits.probeBytes ? this.#failProbe(head) : 'whole';
    if (head?.kind !== 'execute') throw violation('a row without a description');
    this.#openPortal(head.portal, head.run);
    return this.#flow.planRow(length);
  }

  #failProbe(head: Extract<Reply, { kind: 'probe' }>): FramePlan {
    head.collector.fail(SQLSTATE.tooLarge, 'the answer is too large');
    return 'discard';
  }

  #openPortal(portal: Portal, run: RunTracker): void {
    if (portal.fields === undefined || portal.fields === 'none')
      throw violation('a row without a description');
    this.#flow.openRows(run.run.rows(0, portal.fields), portal.passed);
  }

  #planCopy(length: number): FramePlan {
    const unheard = this.#channel.muted || this.#channel.ledger.head?.kind === 'probe';
    return unheard ? 'discard' : this.#flow.planCopy(length);
  }

  piece(bytes: Buffer, start: number, end: number): void {
    if (!this.#channel.muted) this.#channel.toClient.pass(bytes, start, end);
  }

  discarded(): void {}

  whole(bytes: Buffer, start: number, end: number): void {
    if (this.#channel.phase === 'closed') return;
    const type = bytes[start] ?? 0;
    if (type === SERVER.dataRow) {
      this.#row(bytes, start, end);
      return;
    }
    if (type === SERVER.copyData) {
      this.#flow.copyPayload(bytes, start, end);
      return;
    }
    const message = bytes.subarray(start, end);
    if (this.#anyTime(type, message)) return;
    if (this.#channel.phase === 'login') {
      if (this.#login.fromServer(type, message)) this.#onReady();
      return;
    }
    if (type === SERVER.ready) {
      this.#ready(message);
      return;
    }
    if (type === SERVER.error) {
      this.#error(message);
      return;
    }
    const head = this.#channel.ledger.head;
    if (head === undefined) throw violation('an answer to nothing');
    if (head.kind === 'probe') {
      this.#probe(type, head);
      return;
    }
    this.#answers.take(type, message, head);
  }

  #row(bytes: Buffer, start: number, end: number): void {
    const head = this.#channel.ledger.head;
    if (head?.kind === 'probe') head.collector.row(bytes, start, end);
    else this.#flow.row(bytes, start, end);
  }

  /** What the server may say at any moment. */
  #anyTime(type: number, message: Buffer): boolean {
    const channel = this.#channel;
    if (type === SERVER.parameterStatus) {
      const body = new BodyReader(message, HEADER_BYTES, message.length);
      this.#parameter(message, { name: body.text(), value: body.text() });
      return true;
    }
    if (type === SERVER.notification) {
      this.#notification(message);
      return true;
    }
    if (type !== SERVER.notice) return false;
    const probing = channel.ledger.head?.kind === 'probe';
    if (!probing && !channel.muted)
      channel.voice(message, { start: 0, end: message.length }, this.#currentRun());
    return true;
  }

  #parameter(message: Buffer, { name, value }: { readonly name: string; readonly value: string }): void {
    const channel = this.#channel;
    const refusal = this.#login.parameter(name, value);
    if (refusal !== undefined) {
      channel.disconnect(refusal);
      return;
    }
    const shown = channel.phase === 'running' ? (channel.gate.reported?.(name, value) ?? value) : value;
    channel.toClient.add(shown === value ? message : buildMessage(SERVER.parameterStatus, name, shown));
  }

  #notification(message: Buffer): void {
    const body = new BodyReader(message, HEADER_BYTES, message.length);
    const sender = body.take(4);
    const topic = body.text();
    const payload = body.text();
    const { gate, toClient } = this.#channel;
    const shown = gate.notification?.(topic, payload) ?? {
      topic,
      payload: gate.scrub(new Map([['M', payload]])).get('M') ?? '',
    };
    if (shown.topic === topic && shown.payload === payload) toClient.add(message);
    else toClient.add(buildMessage(SERVER.notification, sender, shown.topic, shown.payload));
  }

  #currentRun(): RunTracker | undefined {
    const head = this.#channel.ledger.head;
    if (head?.kind === 'query' || head?.kind === 'parse' || head?.kind === 'execute') return head.run;
    if (head?.kind === 'bind') return head.portal.run;
    if (head?.kind === 'describe') return head.portal?.run;
    return this.#channel.lastRun;
  }

  #probe(type: number, head: Extract<Reply, { kind: 'probe' }>): void {
    if (type === SERVER.commandComplete || type === SERVER.emptyQuery) head.collector.completed();
    if (type === SERVER.copyIn) {
      head.collector.fail(SQLSTATE.unsupported, 'COPY can not be probed');
      this.#channel.toServer.add(buildMessage(CLIENT.copyFail, 'guard'));
    }
    if (type === SERVER.copyBoth) this.#channel.disconnect(COPY_BOTH);
  }

  #error(message: Buffer): void {
    const channel = this.#channel;
    const fields = parseFields(message, 0, message.length);
    const code = fields.get('C') ?? SQLSTATE.internal;
    const head = channel.ledger.head;
    channel.copyIn = false;
    channel.farewell ||= isLast(fields.get('V') ?? fields.get('S') ?? '');
    if (head?.kind === 'query') channel.awaitingReady = true;
    this.#flow.close();
    if (head?.kind === 'probe') {
      head.collector.errorResponse(message, 0, message.length);
      return;
    }
    const run = this.#currentRun();
    if (run !== undefined) run.error ??= code;
    if (head?.kind === 'query') channel.trial?.failed();
    this.#tell(message, head, fields.get('M') ?? '');
    if (head !== undefined && head.kind !== 'query' && head.kind !== 'sync') this.#skip(code);
  }

  #tell(message: Buffer, head: Reply | undefined, text: string): void {
    const substitute = head?.substitute;
    if (this.#channel.muted) return;
    if (substitute !== undefined && text.includes(substitute.marker)) {
      this.#channel.toClient.add(encodeRefusal(substitute.refusal));
    } else {
      this.#channel.voice(message, { start: 0, end: message.length }, this.#currentRun());
    }
  }

  /** The server skips everything up to the next Sync: so do the expectations. */
  #skip(code: string): void {
    const channel = this.#channel;
    const now = channel.port.now();
    for (const reply of channel.ledger.skipToSync()) {
      if (reply.kind === 'parse' || reply.kind === 'execute') reply.run?.finish(now, code);
      if (reply.kind === 'query') reply.run?.finish(now, code);
      if (reply.kind === 'describe' && reply.portal !== undefined) reply.portal.described = false;
    }
    channel.statements.settle();
    channel.portals.settle();
    if (!channel.ledger.idle) return;
    channel.dropUntilSync = true;
    channel.awaitingReady = false;
  }

  #ready(message: Buffer): void {
    const channel = this.#channel;
    const head = channel.ledger.head;
    const state = STATES.get(message[HEADER_BYTES] ?? 0);
    if (head === undefined || state === undefined) throw violation('unexpected ReadyForQuery');
    if (head.kind === 'probe') {
      channel.setTransaction(state);
      if (!head.collector.ready()) return;
      channel.ledger.pop();
      head.collector.settle();
      return;
    }
    if (head.kind !== 'query' && head.kind !== 'sync') throw violation('ReadyForQuery too early');
    channel.ledger.pop();
    if (!channel.ledger.idle) throw violation('ReadyForQuery too early');
    channel.settled(state);
    if (channel.trial !== undefined && head.kind === 'query' && head.run !== undefined) {
      channel.trial.ready(state, head.run);
      return;
    }
    channel.toClient.add(message);
    if (head.kind === 'query') head.run?.finish(channel.port.now());
    channel.finishRuns();
    this.#onReady();
  }
}

const STATES: ReadonlyMap<number, TransactionState> = new Map([
  [0x49, 'idle'],
  [0x54, 'open'],
  [0x45, 'failed'],
]);

function isLast(severity: string): boolean {
  return severity === 'FATAL' || severity === 'PANIC';
}
