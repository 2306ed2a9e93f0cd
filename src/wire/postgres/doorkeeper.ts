import { Buffer } from 'node:buffer';
import { BodyReader, buildMessage, CLIENT, HEADER_BYTES, int32, SERVER } from './message.ts';
import { SCRAM, ScramServer, type ScramVerifier } from './scram.ts';

/** A SASL message of somebody who is not let in yet (bytes, with its header). */
const LONGEST_WORD = 4096;
const SASL = 10;
const SASL_CONTINUE = 11;
const SASL_FINAL = 12;

/** `open` holds the bytes that came behind the proof; the AuthenticationOk comes from the server's own login. */
export type Admission =
  | { readonly kind: 'wait'; readonly send?: Buffer }
  | { readonly kind: 'open'; readonly send: Buffer; readonly rest: Buffer }
  | { readonly kind: 'closed' };

/** Asks a client for the token of this proxy as a PostgreSQL server asks for a password: SCRAM, so that every driver knows how. */
export class Doorkeeper {
  readonly #scram: ScramServer;
  #held: Buffer = Buffer.alloc(0);
  #challenged = false;

  constructor(verifier: ScramVerifier) {
    this.#scram = new ScramServer(verifier);
  }

  /** The first words to the client. */
  greeting(): Buffer {
    return buildMessage(SERVER.authentication, int32(SASL), SCRAM, Buffer.alloc(1));
  }

  push(chunk: Buffer): Admission {
    this.#held = Buffer.concat([this.#held, chunk]);
    if (this.#held.length < HEADER_BYTES) return { kind: 'wait' };
    const length = this.#held.readInt32BE(1) + 1;
    if (this.#held[0] !== CLIENT.password || length < HEADER_BYTES || length > LONGEST_WORD)
      return { kind: 'closed' };
    if (this.#held.length < length) return { kind: 'wait' };
    const body = new BodyReader(this.#held, HEADER_BYTES, length);
    const rest = this.#held.subarray(length);
    if (this.#challenged) return this.#judge(body.take(body.rest).toString('latin1'), rest);
    this.#held = rest;
    return this.#challenge(body);
  }

  #challenge(body: BodyReader): Admission {
    const mechanism = body.text();
    const words = body.take(body.int32()).toString('latin1');
    const first = mechanism === SCRAM ? this.#scram.first(words) : undefined;
    if (first === undefined) return { kind: 'closed' };
    this.#challenged = true;
    return { kind: 'wait', send: saslMessage(SASL_CONTINUE, first) };
  }

  #judge(words: string, rest: Buffer): Admission {
    const final = this.#scram.final(words);
    if (final === undefined) return { kind: 'closed' };
    return { kind: 'open', send: saslMessage(SASL_FINAL, final), rest };
  }
}

function saslMessage(code: number, words: string): Buffer {
  return buildMessage(SERVER.authentication, int32(code), Buffer.from(words, 'latin1'));
}
