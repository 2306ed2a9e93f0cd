import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { WireRefusal } from './gate.ts';
import type { Reply, Substitute } from './ledger.ts';
import { buildMessage, CLIENT, int16 } from './message.ts';

/** Bytes of chance in a marker. */
const NONCE_BYTES = 12;

function mark(refusal: WireRefusal): Substitute {
  return { marker: `guard_refused_${randomBytes(NONCE_BYTES).toString('hex')}`, refusal };
}

export interface Substituted {
  readonly message: Buffer;
  readonly reply: Reply;
}

/**
 * A Query that fails in the server's raw parser, in a failed transaction too: the server keeps protocol and
 * transaction state right by itself, and its error is rewritten into the refusal.
 */
export function substituteQuery(refusal: WireRefusal): Substituted {
  const substitute = mark(refusal);
  return {
    message: buildMessage(CLIENT.query, `"${substitute.marker}"`),
    reply: { kind: 'query', run: undefined, substitute },
  };
}

/** A CopyFail: the server ends COPY … FROM STDIN with an error that carries the marker, and stores nothing of it. */
export function substituteCopy(refusal: WireRefusal): {
  readonly message: Buffer;
  readonly substitute: Substitute;
} {
  const substitute = mark(refusal);
  return { message: buildMessage(CLIENT.copyFail, substitute.marker), substitute };
}

/** The same as a Parse; its own name keeps the client's unnamed statement alive. */
export function substituteParse(refusal: WireRefusal): Substituted {
  const substitute = mark(refusal);
  const { marker } = substitute;
  return {
    message: buildMessage(CLIENT.parse, marker, `"${marker}"`, int16(0)),
    reply: { kind: 'parse', statement: undefined, run: undefined, substitute },
  };
}

export function readyForQuery(status: number): Buffer {
  return Buffer.from([0x5a, 0, 0, 0, 5, status]);
}
