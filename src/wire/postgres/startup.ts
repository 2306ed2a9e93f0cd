import { Buffer, isUtf8 } from 'node:buffer';
import { BodyReader, violation } from './message.ts';

/** MAX_STARTUP_PACKET_LENGTH of PostgreSQL (bytes, without the length field). */
const LARGEST_STARTUP = 10_000;
const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const CANCEL_REQUEST = 80_877_102;
/** Protocol 3.0: major version in the upper 16 bits. */
export const PROTOCOL_3_0 = 196_608;
/** Newest minor version whose messages this room knows (3.2: longer cancel keys). */
const NEWEST_MINOR = 2;

export type StartupEvent =
  /** SSLRequest or GSSENCRequest: the answer is one byte `N`. */
  | { readonly kind: 'encryption' }
  | { readonly kind: 'cancel'; readonly key: Buffer }
  | { readonly kind: 'start'; readonly startup: Startup; readonly rest: Buffer };

export interface Startup {
  readonly version: number;
  readonly parameters: ReadonlyMap<string, string>;
  /** Protocol extensions (`_pq_.…`) or a minor version guard does not pass on: the client is told so. */
  readonly declined: readonly string[] | undefined;
}

/** Reads what comes before typed messages. Ends after `cancel` or `start`. */
export class StartupReader {
  #held: Buffer = Buffer.alloc(0);
  #requests = 0;

  push(chunk: Buffer): readonly StartupEvent[] {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const events: StartupEvent[] = [];
    for (;;) {
      const event = this.#next();
      if (event === undefined) return events;
      events.push(event);
      if (event.kind !== 'encryption') return events;
    }
  }

  #next(): StartupEvent | undefined {
    if (this.#held.length < 4) return undefined;
    const length = this.#held.readInt32BE(0);
    if (length < 8 || length > LARGEST_STARTUP + 4) throw violation('impossible startup packet');
    if (this.#held.length < length) return undefined;
    const packet = this.#held.subarray(0, length);
    const code = packet.readInt32BE(4);
    this.#held = this.#held.subarray(length);
    if (code === SSL_REQUEST || code === GSS_REQUEST) {
      this.#requests += 1;
      if (this.#requests > 2 || length !== 8) throw violation('repeated encryption request');
      return { kind: 'encryption' };
    }
    if (code === CANCEL_REQUEST) return { kind: 'cancel', key: packet.subarray(8) };
    return { kind: 'start', startup: readStartup(packet), rest: this.#held };
  }
}

function readStartup(packet: Buffer): Startup {
  const version = packet.readInt32BE(4);
  if (version >>> 16 !== 3) throw violation('only protocol version 3 is spoken');
  if (!isUtf8(packet.subarray(8))) throw violation('startup parameters are not UTF-8');
  const body = new BodyReader(packet, 8, packet.length);
  const parameters = new Map<string, string>();
  const declined: string[] = [];
  for (let name = body.text(); name !== ''; name = body.text()) {
    const value = body.text();
    if (name.startsWith('_pq_.')) declined.push(name);
    else parameters.set(name, value);
  }
  if (body.rest !== 0) throw violation('bytes after the startup parameters');
  const known = (version & 0xffff) <= NEWEST_MINOR && declined.length === 0;
  return known
    ? { version, parameters, declined: undefined }
    : { version: PROTOCOL_3_0, parameters, declined };
}

/** A StartupMessage; NUL bytes can't be in it. */
export function encodeStartup(version: number, parameters: ReadonlyMap<string, string>): Buffer {
  const texts = [...parameters].flat();
  const body = Buffer.from(`${texts.map((text) => `${text.replaceAll('\0', '')}\0`).join('')}\0`);
  return packet(version, body);
}

export function encodeCancel(key: Buffer): Buffer {
  return packet(CANCEL_REQUEST, key);
}

export function encodeSslRequest(): Buffer {
  return packet(SSL_REQUEST, Buffer.alloc(0));
}

function packet(code: number, body: Buffer): Buffer {
  const head = Buffer.allocUnsafe(8);
  head.writeInt32BE(8 + body.length, 0);
  head.writeInt32BE(code, 4);
  return Buffer.concat([head, body]);
}
