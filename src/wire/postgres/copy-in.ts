import type { Buffer } from 'node:buffer';
import type { Channel } from './channel.ts';
import type { FramePlan } from './frame.ts';
import type { WireRefusal } from './gate.ts';
import { CLIENT, HEADER_BYTES } from './message.ts';
import { SQLSTATE } from './refusal.ts';
import { substituteCopy } from './substitute.ts';

const TOO_LARGE: WireRefusal = {
  code: SQLSTATE.tooLarge,
  message: 'guard: a piece of COPY data is too large to be looked at',
  hint: 'Send the rows in smaller pieces.',
};

/** The client's side of COPY … FROM STDIN: its rows are looked at, and a COPY with one that may not pass ends on the server. */
export class CopyIn {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** For CopyData, CopyDone and CopyFail while the server reads COPY data. */
  plan(type: number, length: number): FramePlan {
    const { copyCheck, limits } = this.#channel;
    if (type !== CLIENT.copyData) return 'whole';
    if (copyCheck === 'refused') return 'discard';
    if (copyCheck === undefined) return 'stream';
    if (length <= limits.messageBytes) return 'whole';
    this.#fail(TOO_LARGE);
    return 'discard';
  }

  data(bytes: Buffer, start: number, end: number): void {
    const { copyCheck, toServer } = this.#channel;
    if (copyCheck === undefined || copyCheck === 'refused') return;
    const refusal = copyCheck.push(bytes.subarray(start + HEADER_BYTES, end));
    if (refusal === undefined) toServer.pass(bytes, start, end);
    else this.#fail(refusal);
  }

  /** `message` is the CopyDone or CopyFail itself. */
  end(message: Buffer): void {
    const channel = this.#channel;
    const { copyCheck } = channel;
    if (copyCheck !== undefined && copyCheck !== 'refused' && message[0] === CLIENT.copyDone) {
      const refusal = copyCheck.end();
      if (refusal !== undefined) this.#fail(refusal);
    }
    channel.copyIn = false;
    channel.awaitingReady = channel.ledger.head?.kind === 'query';
    if (channel.copyCheck !== 'refused') channel.toServer.add(message);
  }

  /** The server ends the COPY itself; what the client still sends of it is dropped until it says so. */
  #fail(refusal: WireRefusal): void {
    const channel = this.#channel;
    const { message, substitute } = substituteCopy(refusal);
    channel.copyCheck = 'refused';
    channel.ledger.markHead(substitute);
    channel.toServer.add(message);
  }
}
