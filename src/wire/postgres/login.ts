import type { Buffer } from 'node:buffer';
import { Buffer as Bytes } from 'node:buffer';
import type { Channel } from './channel.ts';
import type { WireRefusal } from './gate.ts';
import { BodyReader, buildMessage, HEADER_BYTES, SERVER, violation } from './message.ts';
import type { OwnLogin } from './own-login.ts';
import { SQLSTATE } from './refusal.ts';

/** Codes of the Authentication message (PostgreSQL protocol 3.0, section 55.7). */
const AUTH = { ok: 0, clearText: 3, md5: 5, sasl: 10, saslContinue: 11, saslFinal: 12 } as const;
const CHANNEL_BINDING_SUFFIX = '-PLUS';

const UNSUPPORTED_AUTH: WireRefusal = {
  code: SQLSTATE.unsupported,
  message: 'guard can not relay the authentication method the server asks for',
  detail: 'GSSAPI, SSPI and Kerberos prove the connection itself, which guard stands in the middle of.',
  hint: 'Use scram-sha-256, a password or a client certificate for this user.',
};

const BINDING_ONLY: WireRefusal = {
  code: SQLSTATE.unsupported,
  message: 'guard can not relay SCRAM with channel binding',
  detail: 'The server offers only SCRAM-SHA-256-PLUS, which binds the login to its TLS connection.',
};

/** The login is relayed: guard knows no password and only takes out what can't pass a middle. Or guard logs in itself. */
export class Login {
  readonly #channel: Channel;
  readonly parameters = new Map<string, string>();
  /** The server waits for a message `p`. */
  asked = false;
  /** Set where guard logs in itself: the client hears of the end only. */
  own: OwnLogin | undefined;
  #accepted = false;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  parameter(name: string, value: string): WireRefusal | undefined {
    this.parameters.set(name, value);
    return this.#channel.gate.parameterStatus(name, value);
  }

  /** True at the first ReadyForQuery, which is not passed on. */
  fromServer(type: number, message: Buffer): boolean {
    const channel = this.#channel;
    switch (type) {
      case SERVER.authentication:
        this.#authentication(message);
        return false;
      case SERVER.backendKey:
        channel.port.keyLearned(message.subarray(HEADER_BYTES));
        channel.toClient.add(message);
        return false;
      case SERVER.negotiate:
        channel.toClient.add(message);
        return false;
      case SERVER.error:
        channel.farewell = true;
        channel.voice(message, { start: 0, end: message.length });
        return false;
      case SERVER.ready:
        if (!this.#accepted) throw violation('ReadyForQuery before AuthenticationOk');
        channel.phase = 'readying';
        return true;
      default:
        throw violation('unexpected message during login');
    }
  }

  #authentication(message: Buffer): void {
    const body = new BodyReader(message, HEADER_BYTES, message.length);
    const code = body.int32();
    if (this.own !== undefined) {
      this.#answer(this.own, message, { code, body });
      return;
    }
    this.asked =
      code === AUTH.clearText || code === AUTH.md5 || code === AUTH.sasl || code === AUTH.saslContinue;
    this.#accepted ||= code === AUTH.ok;
    if (code === AUTH.sasl) {
      this.#sasl(message, body);
      return;
    }
    if (this.asked || code === AUTH.ok || code === AUTH.saslFinal) this.#channel.toClient.add(message);
    else this.#channel.disconnect(UNSUPPORTED_AUTH);
  }

  #answer(own: OwnLogin, message: Buffer, said: { readonly code: number; readonly body: BodyReader }): void {
    const channel = this.#channel;
    const step = own.step(said.code, said.body);
    if (step === 'unknown') channel.disconnect(UNSUPPORTED_AUTH);
    else if (step === 'done') {
      this.#accepted ||= said.code === AUTH.ok;
      if (said.code === AUTH.ok) channel.toClient.add(message);
    } else if ('send' in step) channel.toServer.add(step.send);
    else channel.disconnect(step.refuse);
  }

  #sasl(message: Buffer, body: BodyReader): void {
    const offered: string[] = [];
    for (let name = body.text(); name !== ''; name = body.text()) offered.push(name);
    const kept = offered.filter((name) => !name.endsWith(CHANNEL_BINDING_SUFFIX));
    if (kept.length === 0) {
      this.#channel.disconnect(BINDING_ONLY);
      return;
    }
    if (kept.length === offered.length) {
      this.#channel.toClient.add(message);
      return;
    }
    const code = message.subarray(HEADER_BYTES, HEADER_BYTES + 4);
    this.#channel.toClient.add(buildMessage(SERVER.authentication, code, ...kept, Bytes.alloc(1)));
  }
}
