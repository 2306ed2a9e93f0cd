import { Buffer } from 'node:buffer';
import type { ConnectionPort } from '../../../src/wire/postgres/channel.ts';
import { Connection } from '../../../src/wire/postgres/connection.ts';
import { DEFAULT_LIMITS, type ProxyLimits } from '../../../src/wire/postgres/limits.ts';
import { buildMessage, CLIENT, int16, int32, SERVER } from '../../../src/wire/postgres/message.ts';
import { type GateScript, RecordingGate } from './recording-gate.ts';

/** Messages as a server or client would send them. */
export const say = {
  query: (sql: string) => buildMessage(CLIENT.query, sql),
  parse: (name: string, sql: string, types: readonly number[] = []) =>
    buildMessage(CLIENT.parse, name, sql, int16(types.length), ...types.map(int32)),
  bind: (portal: string, statement: string, values: readonly string[] = []) =>
    buildMessage(
      CLIENT.bind,
      portal,
      statement,
      int16(0),
      int16(values.length),
      ...values.flatMap((value) => [int32(Buffer.byteLength(value)), Buffer.from(value)]),
      int16(0),
    ),
  describe: (of: 'S' | 'P', name: string) => buildMessage(CLIENT.describe, `${of}${name}`),
  execute: (portal: string, rows = 0) => buildMessage(CLIENT.execute, portal, int32(rows)),
  close: (of: 'S' | 'P', name: string) => buildMessage(CLIENT.close, `${of}${name}`),
  sync: buildMessage(CLIENT.sync),
  flush: buildMessage(CLIENT.flush),
  copyData: (text: string) => buildMessage(0x64, Buffer.from(text)),
  copyDone: buildMessage(0x63),
  auth: (code: number, ...rest: (string | Buffer)[]) =>
    buildMessage(SERVER.authentication, int32(code), ...rest),
  ready: (status: string) => buildMessage(SERVER.ready, Buffer.from(status)),
  complete: (tag: string) => buildMessage(SERVER.commandComplete, tag),
  fields: (...names: string[]) =>
    buildMessage(
      SERVER.rowDescription,
      int16(names.length),
      ...names.flatMap((name, i) => [
        name,
        int32(16384),
        int16(i + 1),
        int32(25),
        int16(-1),
        int32(-1),
        int16(0),
      ]),
    ),
  row: (...cells: (string | null)[]) =>
    buildMessage(
      SERVER.dataRow,
      int16(cells.length),
      ...cells.flatMap((cell) =>
        cell === null ? [int32(-1)] : [int32(Buffer.byteLength(cell)), Buffer.from(cell)],
      ),
    ),
  error: (code: string, message: string, severity = 'ERROR') =>
    buildMessage(
      SERVER.error,
      `S${severity}`,
      `V${severity}`,
      `C${code}`,
      `M${message}`,
      'P1',
      Buffer.alloc(1),
    ),
  notice: (message: string) =>
    buildMessage(SERVER.notice, 'SNOTICE', 'VNOTICE', 'C00000', `M${message}`, Buffer.alloc(1)),
  parameter: (name: string, value: string) => buildMessage(SERVER.parameterStatus, name, value),
  key: buildMessage(SERVER.backendKey, int32(77), int32(1234)),
  bare: (type: number) => buildMessage(type),
  parsed: buildMessage(SERVER.parseComplete),
  bound: buildMessage(SERVER.bindComplete),
  closed: buildMessage(SERVER.closeComplete),
  noData: buildMessage(SERVER.noData),
  suspended: buildMessage(SERVER.portalSuspended),
  copyIn: buildMessage(SERVER.copyIn, Buffer.from([0]), int16(1), int16(0)),
  copyOut: buildMessage(SERVER.copyOut, Buffer.from([0]), int16(1), int16(0)),
};

/** `Type:body` of each message, binary bytes as dots: easy to read in an assertion. */
export function read(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const length = bytes.readInt32BE(at + 1) + 1;
    const body = bytes
      .subarray(at + 5, at + length)
      .toString('latin1')
      .replace(/[^\x20-\x7e]+/g, '.');
    messages.push(`${String.fromCharCode(bytes[at] ?? 0)}:${body}`);
    at += length;
  }
  return messages;
}

/** Only the types, as one word. */
export function types(bytes: Buffer): string {
  return read(bytes)
    .map((message) => message.slice(0, 1))
    .join('');
}

/** One connection whose client and server are the test. */
export class Scripted {
  readonly gate: RecordingGate;
  readonly connection: Connection;
  #client: Buffer[] = [];
  #server: Buffer[] = [];
  readonly timers: { ms: number; act: () => void; over: boolean }[] = [];
  readonly keys: string[] = [];
  readonly troubles: string[] = [];
  cancels = 0;
  closed = false;
  clock = 0;

  constructor(script: GateScript = {}, limits: Partial<ProxyLimits> = {}) {
    this.gate = new RecordingGate(script);
    const port: ConnectionPort = {
      writeClient: (bytes) => this.#client.push(Buffer.from(bytes)),
      writeServer: (bytes) => this.#server.push(Buffer.from(bytes)),
      close: () => {
        this.closed = true;
      },
      cancelUpstream: () => {
        this.cancels += 1;
      },
      keyLearned: (key) => this.keys.push(key.toString('hex')),
      trouble: (message) => this.troubles.push(message),
      now: () => this.clock,
      after: (ms, act) => {
        const timer = { ms, act, over: false };
        this.timers.push(timer);
        return () => {
          timer.over = true;
        };
      },
    };
    this.connection = new Connection(this.gate, { ...DEFAULT_LIMITS, ...limits }, port);
  }

  /** Logged in and idle. */
  static async running(script: GateScript = {}, limits: Partial<ProxyLimits> = {}): Promise<Scripted> {
    const scripted = new Scripted(script, limits);
    scripted.start();
    scripted.server(say.auth(0), say.parameter('client_encoding', 'UTF8'), say.key, say.ready('I'));
    await tick();
    scripted.forClient();
    scripted.forServer();
    return scripted;
  }

  start(parameters: Record<string, string> = { user: 'nina', database: 'clinic' }): Buffer | undefined {
    return this.connection.startup({
      version: 196_608,
      parameters: new Map(Object.entries(parameters)),
      declined: undefined,
    });
  }

  client(...messages: Buffer[]): this {
    this.connection.fromClient(Buffer.concat(messages));
    return this;
  }

  server(...messages: Buffer[]): this {
    this.connection.fromServer(Buffer.concat(messages));
    return this;
  }

  /** What the client got since the last call. */
  forClient(): Buffer {
    const all = Buffer.concat(this.#client);
    this.#client = [];
    return all;
  }

  forServer(): Buffer {
    const all = Buffer.concat(this.#server);
    this.#server = [];
    return all;
  }
}

/** Lets promises settle. */
export function tick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
