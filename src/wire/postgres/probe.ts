import type { Buffer } from 'node:buffer';
import type { Channel } from './channel.ts';
import type { BoundParameters, Probe, ProbeAnswer } from './gate.ts';
import { buildMessage, CLIENT, int16, int32, type MessagePart } from './message.ts';
import { ProbeCollector } from './probe-collector.ts';
import { SQLSTATE } from './refusal.ts';

const NOT_IDLE: ProbeAnswer = {
  kind: 'error',
  code: SQLSTATE.unsupported,
  message: 'the connection is not idle',
};
const TIMED_OUT: ProbeAnswer = { kind: 'error', code: SQLSTATE.cancelled, message: 'no answer in time' };

/** The right to send probes while one question is open. */
export class ProbeLease implements Probe {
  readonly #desk: ProbeDesk;
  #open = true;

  constructor(desk: ProbeDesk) {
    this.#desk = desk;
  }

  simple(sql: string): Promise<ProbeAnswer> {
    return this.#open ? this.#desk.simple(sql) : Promise.resolve(NOT_IDLE);
  }

  bound(sql: string, parameters: BoundParameters): Promise<ProbeAnswer> {
    return this.#open ? this.#desk.bound(sql, parameters) : Promise.resolve(NOT_IDLE);
  }

  syntax(sql: string): ReturnType<Probe['syntax']> {
    return this.#open ? this.#desk.syntax(sql) : Promise.resolve('unknown');
  }

  close(): void {
    this.#open = false;
  }
}

/** Sends guard's own statements on the client's connection and keeps their answers from it. */
export class ProbeDesk {
  readonly #channel: Channel;
  #count = 0;
  #running = false;
  #whenDone: (() => void) | undefined;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  get running(): boolean {
    return this.#running;
  }

  /** A probe for as long as `close` was not called; `undefined` when the server is not idle. */
  open(): ProbeLease | undefined {
    return this.#channel.serverIdle && !this.#running ? new ProbeLease(this) : undefined;
  }

  /** At once when no probe runs, else after its last ReadyForQuery. */
  afterwards(act: () => void): void {
    if (this.#running) this.#whenDone = act;
    else act();
  }

  simple(sql: string): Promise<ProbeAnswer> {
    this.#channel.unnamedLost = true;
    return this.#send(1, [buildMessage(CLIENT.query, sql)]);
  }

  async syntax(sql: string): ReturnType<Probe['syntax']> {
    this.#count += 1;
    const name = `guard_probe_${this.#count}`;
    const answer = await this.#send(2, [
      buildMessage(CLIENT.parse, name, sql, int16(0)),
      buildMessage(CLIENT.sync),
      buildMessage(CLIENT.close, `S${name}`),
      buildMessage(CLIENT.sync),
    ]);
    if (answer.kind === 'rows') return 'accepted';
    return answer.code === SQLSTATE.syntax && answer.position !== undefined ? 'rejected' : 'unknown';
  }

  bound(sql: string, parameters: BoundParameters): Promise<ProbeAnswer> {
    this.#count += 1;
    const name = `guard_probe_${this.#count}`;
    const { types, formats, values } = parameters;
    return this.#send(2, [
      buildMessage(CLIENT.parse, name, sql, int16(types.length), ...types.map((oid) => int32(oid | 0))),
      buildMessage(CLIENT.bind, name, name, ...formatParts(formats), ...valueParts(values), int16(0)),
      buildMessage(CLIENT.describe, `P${name}`),
      buildMessage(CLIENT.execute, name, int32(0)),
      buildMessage(CLIENT.sync),
      buildMessage(CLIENT.close, `P${name}`),
      buildMessage(CLIENT.close, `S${name}`),
      buildMessage(CLIENT.sync),
    ]);
  }

  #send(readies: number, messages: readonly Buffer[]): Promise<ProbeAnswer> {
    const channel = this.#channel;
    if (!channel.serverIdle || this.#running) return Promise.resolve(NOT_IDLE);
    this.#running = true;
    return new Promise((resolve) => {
      const takeBack = channel.port.after(channel.limits.probeMs, () => {
        channel.port.cancelUpstream();
        resolve(TIMED_OUT);
      });
      const collector = new ProbeCollector(channel.limits.probeBytes, readies, (answer) => {
        takeBack();
        resolve(answer);
        this.#done();
      });
      channel.ledger.push({ kind: 'probe', collector });
      for (const message of messages) channel.toServer.add(message);
      channel.flush();
    });
  }

  #done(): void {
    this.#running = false;
    const act = this.#whenDone;
    this.#whenDone = undefined;
    act?.();
  }
}

function formatParts(formats: readonly number[]): readonly MessagePart[] {
  return [int16(formats.length), ...formats.map(int16)];
}

function valueParts(values: readonly (Uint8Array | null)[]): readonly MessagePart[] {
  const parts: MessagePart[] = [int16(values.length)];
  for (const value of values) {
    parts.push(int32(value === null ? -1 : value.length));
    if (value !== null) parts.push(value);
  }
  return parts;
}
