import { Buffer } from 'node:buffer';
import { GuardError } from '../../model/errors.ts';

/** First byte of a message from the client (PostgreSQL protocol 3.0, section 55.7). */
export const CLIENT = {
  bind: 0x42,
  close: 0x43,
  copyData: 0x64,
  copyDone: 0x63,
  copyFail: 0x66,
  describe: 0x44,
  execute: 0x45,
  flush: 0x48,
  functionCall: 0x46,
  parse: 0x50,
  password: 0x70,
  query: 0x51,
  sync: 0x53,
  terminate: 0x58,
} as const;

/** First byte of a message from the server. */
export const SERVER = {
  authentication: 0x52,
  backendKey: 0x4b,
  bindComplete: 0x32,
  closeComplete: 0x33,
  commandComplete: 0x43,
  copyBoth: 0x57,
  copyData: 0x64,
  copyDone: 0x63,
  copyIn: 0x47,
  copyOut: 0x48,
  dataRow: 0x44,
  emptyQuery: 0x49,
  error: 0x45,
  negotiate: 0x76,
  noData: 0x6e,
  notice: 0x4e,
  notification: 0x41,
  parameterDescription: 0x74,
  parameterStatus: 0x53,
  parseComplete: 0x31,
  portalSuspended: 0x73,
  ready: 0x5a,
  rowDescription: 0x54,
} as const;

/** Type byte and length of every message after the startup packet (bytes). */
export const HEADER_BYTES = 5;

export type MessagePart = Uint8Array | string;

/** One message; strings become UTF-8 and get their terminating zero byte. */
export function buildMessage(type: number, ...parts: readonly MessagePart[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? terminated(part) : part)));
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header[0] = type;
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

function terminated(text: string): Buffer {
  return Buffer.from(`${text.replaceAll('\0', '')}\0`);
}

export function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
}

export function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** The bytes do not follow the protocol: the connection can't be understood any more and ends. */
export function violation(what: string): GuardError {
  return new GuardError('PROTOCOL_VIOLATION', `PostgreSQL protocol violation: ${what}`);
}

/** Reads the body of one complete message, never past its end. */
export class BodyReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get rest(): number {
    return this.#end - this.#at;
  }

  #advance(count: number): number {
    const at = this.#at;
    if (count < 0 || at + count > this.#end) throw violation('a field reaches past its message');
    this.#at = at + count;
    return at;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#advance(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#advance(4));
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#advance(4));
  }

  /** A view, not a copy. */
  take(count: number): Buffer {
    const at = this.#advance(count);
    return this.#bytes.subarray(at, at + count);
  }

  /** The bytes before the next zero byte, which is consumed. */
  terminated(): Buffer {
    const zero = this.#bytes.indexOf(0, this.#at);
    if (zero < 0 || zero >= this.#end) throw violation('a string is not terminated');
    const text = this.#bytes.subarray(this.#at, zero);
    this.#at = zero + 1;
    return text;
  }

  text(): string {
    return this.terminated().toString('utf8');
  }
}
