import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { WireRefusal } from './gate.ts';
import { type BodyReader, buildMessage, CLIENT, int32 } from './message.ts';
import { SQLSTATE } from './refusal.ts';
import { findPassword } from './resolve/passfile.ts';
import { SCRAM, ScramClient } from './scram.ts';
import type { ServerAddress } from './target.ts';

/** What guard needs to log in itself; it never leaves guard. */
export interface Credentials {
  /** Given in a URI, a service file or PGPASSWORD: beats the password file. */
  readonly password?: string;
  /** Text of the password file; empty when there is none. */
  readonly passfile: string;
  /** libpq's compiled-in socket folder, which the password file calls `localhost`. */
  readonly defaultFolder: string;
  /** require_auth: the methods a server may ask for. */
  readonly requireAuth?: string;
}

/** Whom guard logs in as, and where. */
export interface LoginPlace {
  readonly user: string;
  readonly database: string;
  readonly server: ServerAddress;
}

export type LoginStep = { readonly send: Buffer } | { readonly refuse: WireRefusal } | 'done' | 'unknown';

/** Codes of the Authentication message (PostgreSQL protocol 3.0, section 55.7). */
const AUTH = { ok: 0, clearText: 3, md5: 5, sasl: 10, saslContinue: 11, saslFinal: 12 } as const;
const SALT_BYTES = 4;

/** require_auth's words for what the server asks. */
const METHODS: ReadonlyMap<number, string> = new Map([
  [AUTH.ok, 'none'],
  [AUTH.clearText, 'password'],
  [AUTH.md5, 'md5'],
  [AUTH.sasl, 'scram-sha-256'],
]);

const NOT_THE_SERVER: WireRefusal = {
  code: SQLSTATE.badPassword,
  message: 'guard: the server did not prove that it knows the password',
  hint: 'Somebody may stand between guard and the server: use sslmode=verify-full.',
};

/** The login at the server in the user's name, where the client itself has no password of the server. */
export class OwnLogin {
  readonly #credentials: Credentials;
  readonly #place: LoginPlace;
  #scram: ScramClient | undefined;
  /** Something was proved, so an AuthenticationOk is not "nobody was asked". */
  #asked = false;
  #verified = false;

  constructor(credentials: Credentials, place: LoginPlace) {
    this.#credentials = credentials;
    this.#place = place;
  }

  step(code: number, body: BodyReader): LoginStep {
    const method = METHODS.get(code);
    const unwanted = method !== undefined && !(code === AUTH.ok && this.#asked) && this.#isUnwanted(method);
    if (unwanted) return { refuse: unwantedMethod(method) };
    switch (code) {
      case AUTH.ok:
        return this.#scram !== undefined && !this.#verified ? { refuse: NOT_THE_SERVER } : 'done';
      case AUTH.clearText:
        return this.#withPassword((password) => password);
      case AUTH.md5: {
        const salt = body.take(SALT_BYTES);
        return this.#withPassword((password) => md5Answer(password, this.#place.user, salt));
      }
      case AUTH.sasl:
        return this.#begin(body);
      case AUTH.saslContinue:
        return this.#continue(body.take(body.rest).toString('latin1'));
      case AUTH.saslFinal:
        this.#verified = this.#scram?.verifies(body.take(body.rest).toString('latin1')) === true;
        return this.#verified ? 'done' : { refuse: NOT_THE_SERVER };
      default:
        return 'unknown';
    }
  }

  #password(): string | undefined {
    const { password, passfile, defaultFolder } = this.#credentials;
    return password ?? findPassword(passfile, { ...this.#place, defaultFolder });
  }

  #withPassword(answer: (password: string) => string): LoginStep {
    const password = this.#password();
    if (password === undefined) return { refuse: this.#missing() };
    this.#asked = true;
    return { send: buildMessage(CLIENT.password, answer(password)) };
  }

  #begin(body: BodyReader): LoginStep {
    const offered: string[] = [];
    for (let name = body.text(); name !== ''; name = body.text()) offered.push(name);
    const password = this.#password();
    if (!offered.includes(SCRAM)) return 'unknown';
    if (password === undefined) return { refuse: this.#missing() };
    this.#asked = true;
    this.#scram = new ScramClient(password);
    const first = Buffer.from(this.#scram.first(), 'latin1');
    return { send: buildMessage(CLIENT.password, SCRAM, int32(first.length), first) };
  }

  #continue(words: string): LoginStep {
    const final = this.#scram?.final(words);
    if (final === undefined) return { refuse: NOT_THE_SERVER };
    return { send: buildMessage(CLIENT.password, Buffer.from(final, 'latin1')) };
  }

  #isUnwanted(method: string): boolean {
    const { requireAuth } = this.#credentials;
    if (requireAuth === undefined || requireAuth === '') return false;
    const words = requireAuth.split(',').map((word) => word.trim());
    if (words.some((word) => word.startsWith('!'))) return words.includes(`!${method}`);
    return !words.includes(method);
  }

  #missing(): WireRefusal {
    const { user, database, server } = this.#place;
    return {
      code: SQLSTATE.badPassword,
      message: `guard: the server asks for a password, and guard has none for ${user}`,
      hint: `Put a line for ${server.host}:${server.port}:${database}:${user} into ~/.pgpass (mode 0600).`,
    };
  }
}

function unwantedMethod(method: string): WireRefusal {
  return {
    code: SQLSTATE.badPassword,
    message: `guard: the server asks for the method ${method}, which require_auth does not allow`,
  };
}

/** "md5" and md5(md5(password + user) + salt), as crypt-md5 logins have it. */
function md5Answer(password: string, user: string, salt: Uint8Array): string {
  const inner = createHash('md5').update(password).update(user).digest('hex');
  return `md5${createHash('md5').update(inner).update(salt).digest('hex')}`;
}
