import { Buffer } from 'node:buffer';
import type { Channel, Trying } from './channel.ts';
import type { WireRefusal } from './gate.ts';
import type { Reply } from './ledger.ts';
import { BodyReader, buildMessage, HEADER_BYTES, SERVER, violation } from './message.ts';
import { encodeNotice, encodeRefusal, SQLSTATE } from './refusal.ts';
import { type ResultFlow, readFields } from './result-flow.ts';

export const COPY_BOTH: WireRefusal = {
  code: SQLSTATE.unsupported,
  message: 'guard does not pass replication on',
};

/** What the server answers to the client's messages, one by one, in the order the ledger expects. */
export class Answers {
  readonly #channel: Channel;
  readonly #flow: ResultFlow;

  constructor(channel: Channel, flow: ResultFlow) {
    this.#channel = channel;
    this.#flow = flow;
  }

  take(type: number, message: Buffer, head: Reply): void {
    switch (type) {
      case SERVER.rowDescription:
        this.#rowDescription(message, head);
        return;
      case SERVER.noData:
        this.#noData(message, head);
        return;
      case SERVER.parameterDescription:
        if (head.kind !== 'describe') throw violation('unexpected ParameterDescription');
        this.#emit(message, head);
        return;
      case SERVER.commandComplete:
      case SERVER.emptyQuery:
        this.#complete(type, message, head);
        return;
      case SERVER.portalSuspended:
        this.#suspended(message, head);
        return;
      case SERVER.parseComplete:
      case SERVER.bindComplete:
      case SERVER.closeComplete:
        this.#confirm(type, message, head);
        return;
      case SERVER.copyIn:
      case SERVER.copyOut:
        this.#copy(type, message, head);
        return;
      case SERVER.copyDone:
        if (this.#flow.copyDone()) this.#emit(message, head);
        return;
      case SERVER.copyBoth:
        this.#channel.disconnect(COPY_BOTH);
        return;
      default:
        throw violation(`unexpected message type 0x${type.toString(16)} from the server`);
    }
  }

  #emit(message: Buffer, reply: Reply): void {
    if (reply.hidden !== true && !this.#channel.muted) this.#channel.toClient.add(message);
  }

  #rowDescription(message: Buffer, head: Reply): void {
    if (head.kind === 'describe') {
      if (head.portal !== undefined) head.portal.fields = readFields(message, 0, message.length);
      this.#channel.ledger.pop();
      this.#emit(message, head);
      return;
    }
    if (head.kind !== 'query' || head.run === undefined) throw violation('unexpected RowDescription');
    const fields = readFields(message, 0, message.length);
    this.#flow.openRows(head.run.run.rows(head.run.index, fields));
    if (this.#flow.refusal === undefined) this.#emit(message, head);
  }

  #noData(message: Buffer, head: Reply): void {
    if (head.kind !== 'describe') throw violation('unexpected NoData');
    if (head.portal !== undefined) head.portal.fields = 'none';
    this.#channel.ledger.pop();
    this.#emit(message, head);
  }

  #confirm(type: number, message: Buffer, head: Reply): void {
    const { statements, portals } = this.#channel;
    if (head.kind === 'parse' && type === SERVER.parseComplete) {
      if (head.statement !== undefined) this.#channel.remember(head.statement);
      head.run?.finish(this.#channel.port.now());
    } else if (head.kind === 'bind' && type === SERVER.bindComplete) {
      portals.confirm(head.portal.name, head.portal);
    } else if (head.kind === 'close' && type === SERVER.closeComplete) {
      if (head.of === 'statement') statements.confirm(head.name, undefined);
      else portals.confirm(head.name, undefined);
    } else throw violation('an answer to another message');
    this.#channel.ledger.pop();
    this.#emit(message, head);
  }

  #copy(type: number, message: Buffer, head: Reply): void {
    if ((head.kind !== 'query' && head.kind !== 'execute') || head.run === undefined) {
      throw violation('unexpected COPY');
    }
    if (type === SERVER.copyIn) {
      if (!this.#channel.ledger.swallowSyncs()) throw violation('messages behind COPY FROM STDIN');
      this.#channel.copyIn = true;
      this.#channel.copyCheck = head.run.run.copyIn?.(head.run.index, copyShape(message));
      this.#channel.awaitingReady = false;
      this.#emit(message, head);
      return;
    }
    if (this.#channel.muted) return;
    this.#flow.openCopy(head.run.run.copyOut(head.run.index, copyShape(message)));
    if (this.#flow.refusal === undefined) this.#emit(message, head);
  }

  #complete(type: number, message: Buffer, head: Reply): void {
    if ((head.kind !== 'query' && head.kind !== 'execute') || head.run === undefined) {
      throw violation('unexpected CommandComplete');
    }
    const flow = this.#flow;
    const tag =
      type === SERVER.emptyQuery ? '' : new BodyReader(message, HEADER_BYTES, message.length).text();
    const rows = flow.open ? flow.rows : countOf(tag);
    if (head.kind === 'execute') this.#channel.ledger.pop();
    if (head.kind === 'execute' || this.#channel.trial === undefined) this.#tellDone(message, tag, head);
    else this.#keepDone(message, tag, this.#channel.trial);
    flow.close();
    this.#channel.copyIn = false;
    this.#channel.commandDone(tag);
    head.run.completed(tag, rows);
    if (head.kind === 'execute') this.#channel.keepRun(head.run);
  }

  #tellDone(message: Buffer, tag: string, head: Reply): void {
    const flow = this.#flow;
    if (flow.refusal !== undefined) this.#tellRefused(flow.refusal, head);
    else if (flow.cut) {
      this.#emit(encodeNotice(`guard: the result was cut after ${flow.rows} rows`), head);
      this.#emit(buildMessage(SERVER.commandComplete, flow.correctTag(tag)), head);
    } else this.#emit(message, head);
  }

  /** The end of a statement that is tried is told when it is decided. */
  #keepDone(message: Buffer, tag: string, trial: Trying): void {
    const flow = this.#flow;
    if (flow.refusal !== undefined) {
      this.#channel.toClient.add(encodeRefusal(flow.refusal));
      trial.failed();
      return;
    }
    const told = flow.cut ? buildMessage(SERVER.commandComplete, flow.correctTag(tag)) : message;
    if (flow.cut)
      this.#channel.toClient.add(encodeNotice(`guard: the result was cut after ${flow.rows} rows`));
    trial.complete(Buffer.from(told), tag, countOf(tag));
  }

  #suspended(message: Buffer, head: Reply): void {
    if (head.kind !== 'execute') throw violation('unexpected PortalSuspended');
    this.#channel.ledger.pop();
    head.portal.passed += this.#flow.rows;
    head.run.rows += this.#flow.rows;
    if (head.portal.name === '') this.#channel.unnamedPortalOpen = true;
    if (this.#flow.refusal !== undefined) this.#tellRefused(this.#flow.refusal, head);
    else this.#emit(message, head);
    this.#flow.close();
    this.#channel.keepRun(head.run);
  }

  /** The statement itself went well on the server; the client must not see its result. */
  #tellRefused(refusal: WireRefusal, head: Reply): void {
    this.#emit(encodeRefusal(refusal), head);
    if (head.kind !== 'execute') return;
    head.run.error ??= refusal.code;
    this.#channel.muted = true;
    if (!this.#channel.awaitingReady) this.#channel.dropUntilSync = true;
  }
}

/** What CopyInResponse and CopyOutResponse say. */
function copyShape(message: Buffer): { readonly columns: number; readonly format: 'text' | 'binary' } {
  const body = new BodyReader(message, HEADER_BYTES, message.length);
  const format = body.byte() === 1 ? 'binary' : 'text';
  return { format, columns: body.int16() };
}

/** Rows a command tag speaks of: the number at its end (`INSERT 0 5`), else 0. */
function countOf(tag: string): number {
  return Number(/ (\d{1,15})$/.exec(tag)?.[1] ?? 0);
}
