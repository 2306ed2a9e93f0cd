import type { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import { type Admission, Doorkeeper } from './doorkeeper.ts';
import { encodeRefusal, SQLSTATE } from './refusal.ts';
import type { ScramVerifier } from './scram.ts';

/** A wrong token is answered this late, so that nobody can try many (milliseconds). */
const WRONG_TOKEN_MS = 1000;

export interface Visitor {
  readonly client: Socket;
  readonly user: string;
  /** Bytes behind the startup packet. */
  readonly rest: Buffer;
}

/**
 * Asks for the token. Calls `admitted` with the bytes behind the proof when it was right; else the client gets
 * PostgreSQL's own error for a wrong password, and the socket is closed.
 */
export function admit(
  { client, user, rest }: Visitor,
  verifier: ScramVerifier,
  admitted: (rest: Buffer) => void,
): void {
  const doorkeeper = new Doorkeeper(verifier);
  const refuse = (): void => {
    client.off('data', onData);
    client.resume();
    const message = `password authentication failed for user "${user.slice(0, 63)}"`;
    const late = setTimeout(
      () => client.end(encodeRefusal({ code: SQLSTATE.badPassword, message }, 'FATAL')),
      WRONG_TOKEN_MS,
    );
    client.once('close', () => clearTimeout(late));
  };
  const onData = (chunk: Buffer): void => {
    const said = read(doorkeeper, chunk);
    if (said.kind === 'closed') {
      refuse();
      return;
    }
    if (said.send !== undefined) client.write(said.send);
    if (said.kind !== 'open') return;
    client.off('data', onData);
    client.pause();
    admitted(said.rest);
  };
  client.on('data', onData);
  client.write(doorkeeper.greeting());
  if (rest.length > 0) onData(rest);
  client.resume();
}

/** Bytes that are no SASL message are a wrong answer. */
function read(doorkeeper: Doorkeeper, chunk: Buffer): Admission {
  try {
    return doorkeeper.push(chunk);
  } catch {
    return { kind: 'closed' };
  }
}
