import { Buffer } from 'node:buffer';
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { saslPrepare } from './sasl-prepare.ts';

/** SCRAM-SHA-256 (RFC 5802, RFC 7677) as PostgreSQL speaks it: without channel binding, the name in the startup packet. */
export const SCRAM = 'SCRAM-SHA-256';

const KEY_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 18;
/** PostgreSQL's default; a token of 256 random bits gains nothing by more. */
const ITERATIONS = 4096;
/** A hostile server must not keep guard busy for ever. */
const MOST_ITERATIONS = 1_000_000;
const LONGEST_NONCE = 512;
/** gs2-header of a client that does not bind (`n`) or believes that the server can't (`y`), no authorization name. */
const CLIENT_FIRST = /^([ny],,)(n=[^,]{0,256},r=([\x21-\x2b\x2d-\x7e]{1,512}))$/;
const CLIENT_FINAL = /^(c=([A-Za-z0-9+/=]{1,64}),r=([\x21-\x2b\x2d-\x7e]{1,1024})),p=([A-Za-z0-9+/=]{1,64})$/;
const SERVER_FIRST = /^r=([\x21-\x2b\x2d-\x7e]{1,1024}),s=([A-Za-z0-9+/=]{1,1024}),i=(\d{1,9})$/;
const SERVER_FINAL = /^v=([A-Za-z0-9+/=]{1,64})$/;

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function xor(a: Uint8Array, b: Uint8Array): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));
}

function nonce(): string {
  return randomBytes(NONCE_BYTES).toString('base64');
}

/** Base64 of exactly one SHA-256, else undefined. */
function keyOf(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === KEY_BYTES ? bytes : undefined;
}

/** What a secret is checked by, as pg_authid keeps it: it does not give the secret back. */
export interface ScramVerifier {
  readonly salt: Buffer;
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

export function makeVerifier(secret: string): ScramVerifier {
  const salt = randomBytes(SALT_BYTES);
  const salted = pbkdf2Sync(saslPrepare(secret), salt, ITERATIONS, KEY_BYTES, 'sha256');
  return {
    salt,
    iterations: ITERATIONS,
    storedKey: sha256(hmac(salted, 'Client Key')),
    serverKey: hmac(salted, 'Server Key'),
  };
}

/** The side that checks. Every method answers undefined for what is not right; then the exchange is over. */
export class ScramServer {
  readonly #verifier: ScramVerifier;
  #header = '';
  #nonce = '';
  #bare = '';
  #first = '';

  constructor(verifier: ScramVerifier) {
    this.#verifier = verifier;
  }

  /** The server's first message. */
  first(clientFirst: string): string | undefined {
    const [, header, bare, clientNonce] = CLIENT_FIRST.exec(clientFirst) ?? [];
    if (header === undefined || bare === undefined || clientNonce === undefined) return undefined;
    const { salt, iterations } = this.#verifier;
    this.#header = header;
    this.#bare = bare;
    this.#nonce = clientNonce + nonce();
    this.#first = `r=${this.#nonce},s=${salt.toString('base64')},i=${iterations}`;
    return this.#first;
  }

  /** The server's last message, when the client proved that it knows the secret (compared in constant time). */
  final(clientFinal: string): string | undefined {
    const [, unproved, binding, said, proofText] = CLIENT_FINAL.exec(clientFinal) ?? [];
    const proof = keyOf(proofText ?? '');
    if (unproved === undefined || proof === undefined || this.#first === '') return undefined;
    if (said !== this.#nonce || binding !== Buffer.from(this.#header).toString('base64')) return undefined;
    const { storedKey, serverKey } = this.#verifier;
    const message = `${this.#bare},${this.#first},${unproved}`;
    const clientKey = xor(proof, hmac(storedKey, message));
    if (!timingSafeEqual(sha256(clientKey), storedKey)) return undefined;
    return `v=${hmac(serverKey, message).toString('base64')}`;
  }
}

/** The side that proves. `undefined`: the server's words are not right, nothing is proved to it. */
export class ScramClient {
  readonly #password: string;
  readonly #nonce = nonce();
  #serverSignature: Buffer | undefined;

  constructor(password: string) {
    this.#password = password;
  }

  get #bare(): string {
    return `n=,r=${this.#nonce}`;
  }

  first(): string {
    return `n,,${this.#bare}`;
  }

  final(serverFirst: string): string | undefined {
    const [, combined, salt, count] = SERVER_FIRST.exec(serverFirst) ?? [];
    const iterations = Number(count);
    if (combined === undefined || salt === undefined) return undefined;
    if (!combined.startsWith(this.#nonce) || combined.length > LONGEST_NONCE) return undefined;
    if (combined === this.#nonce || iterations < 1 || iterations > MOST_ITERATIONS) return undefined;
    const salted = pbkdf2Sync(
      saslPrepare(this.#password),
      Buffer.from(salt, 'base64'),
      iterations,
      KEY_BYTES,
      'sha256',
    );
    const clientKey = hmac(salted, 'Client Key');
    const unproved = `c=${Buffer.from('n,,').toString('base64')},r=${combined}`;
    const message = `${this.#bare},${serverFirst},${unproved}`;
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), message);
    return `${unproved},p=${xor(clientKey, hmac(sha256(clientKey), message)).toString('base64')}`;
  }

  /** True when the server knows the password too, and did not just let anybody in. */
  verifies(serverFinal: string): boolean {
    const signature = keyOf(SERVER_FINAL.exec(serverFinal)?.[1] ?? '');
    if (signature === undefined || this.#serverSignature === undefined) return false;
    return timingSafeEqual(signature, this.#serverSignature);
  }
}
