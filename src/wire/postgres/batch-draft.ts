import type { Buffer } from 'node:buffer';
import type { Channel } from './channel.ts';
import type { WireRefusal } from './gate.ts';
import type { Reply } from './ledger.ts';
import { buildMessage, CLIENT, int16, int32 } from './message.ts';
import type { Statement } from './names.ts';
import { encodeRefusal, SQLSTATE } from './refusal.ts';
import { readyForQuery, substituteParse } from './substitute.ts';

/** Why the batch is judged now. `part`: it grew too long, or another kind of message follows. */
export type BatchEnd = 'sync' | 'flush' | 'part';

const SYNC = buildMessage(CLIENT.sync);
const FLUSH = buildMessage(CLIENT.flush);

/** What a batch comes to, message by message, before any of it is sent. */
export class BatchDraft {
  readonly #channel: Channel;
  #end: BatchEnd = 'part';
  /** The client's own Sync or Flush. */
  #last: Buffer | undefined;
  #fresh = false;
  #messages: Buffer[] = [];
  #replies: Reply[] = [];
  #executes = 0;
  /** `here`: the unnamed statement is parsed in this batch before it is used. */
  #unnamed: 'here' | { readonly statement: Statement; readonly at: number } | undefined;
  /** Answers of guard's own statements, in place of the server's. */
  #said: Buffer[] = [];
  #own = false;
  #refused = false;
  /** Set when the client gets an error and ReadyForQuery, the server nothing. */
  #synthesized: WireRefusal | undefined;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  begin(end: BatchEnd, last: Buffer | undefined): void {
    this.#end = end;
    this.#last = last;
    this.#fresh = this.#channel.quiet && !this.#own;
  }

  /** A simple query follows: the server forgets the batch's state by itself. */
  reset(): void {
    this.#own = false;
  }

  /** An Execute since the last ReadyForQuery may have changed settings. */
  get executed(): boolean {
    return this.#channel.executed || this.#executes > 0;
  }

  send(message: Buffer, reply: Reply): void {
    if (reply.kind === 'execute') this.#executes += 1;
    this.#messages.push(message);
    this.#replies.push(reply);
  }

  /** The answer to a message about one of guard's own statements. */
  say(message: Buffer): void {
    this.#said.push(message);
  }

  /** A batch belongs to guard's own statements or to the server: false when it is the other's already. */
  claim(own: boolean): boolean {
    const serverOwned = this.#channel.unsynced || this.#messages.length > 0;
    if (own ? serverOwned : this.#own) return false;
    this.#own = own;
    return true;
  }

  parsesUnnamed(): void {
    this.#unnamed ??= 'here';
  }

  /** Notes where the batch first counts on the unnamed statement of an earlier one. */
  countOnUnnamed(name: string, statement: Statement | undefined): void {
    if (name !== '' || statement === undefined || this.#unnamed !== undefined) return;
    this.#unnamed = { statement, at: this.#messages.length };
  }

  /** The caller drops the rest of the batch, as the server would skip it. */
  refuse(refusal: WireRefusal, how: 'substitute' | 'synthesize'): void {
    if (this.#own) {
      this.#said.push(encodeRefusal(refusal));
      this.#channel.dropUntilSync = true;
      return;
    }
    const nothingHappened = this.#fresh && this.#end === 'sync' && this.#executes === 0;
    if (how === 'synthesize' && nothingHappened && this.#channel.transaction !== 'failed') {
      this.#synthesized = refusal;
      return;
    }
    this.#withdraw();
    const { message, reply } = substituteParse(refusal);
    this.send(message, reply);
    this.#refused = true;
  }

  /** Binding plans, and planning runs code: what was bound for no Execute that may run is not sent. */
  #withdraw(): void {
    const kept = this.#replies.map((reply) => !isUnrun(reply));
    const isKept = (_: unknown, index: number) => kept[index] === true;
    if (typeof this.#unnamed === 'object') {
      const { statement, at } = this.#unnamed;
      this.#unnamed = { statement, at: kept.slice(0, at).filter(Boolean).length };
    }
    this.#messages = this.#messages.filter(isKept);
    this.#replies = this.#replies.filter(isKept);
  }

  /** Sends it, or what stands for it. */
  finish(): void {
    this.#parseAgain();
    const messages = this.#messages;
    const replies = this.#replies;
    this.#messages = [];
    this.#replies = [];
    if (this.#channel.phase === 'closed') this.#abandon(replies, SQLSTATE.lost);
    else if (this.#synthesized !== undefined) this.#synthesize(this.#synthesized, replies);
    else if (this.#own) this.#speak();
    else this.#commit(messages, replies);
    this.#executes = 0;
    this.#refused = false;
  }

  /** A probe of guard's ended the unnamed statement that the client still counts on: it is parsed again. */
  #parseAgain(): void {
    const use = this.#unnamed;
    this.#unnamed = undefined;
    if (use === undefined || use === 'here' || !this.#channel.unnamedLost) return;
    this.#channel.unnamedLost = false;
    const { text, types } = use.statement;
    const oids = types.map((oid) => int32(oid | 0));
    this.#messages.splice(use.at, 0, buildMessage(CLIENT.parse, '', text, int16(types.length), ...oids));
    this.#replies.splice(use.at, 0, {
      kind: 'parse',
      statement: use.statement,
      run: undefined,
      hidden: true,
    });
  }

  #synthesize(refusal: WireRefusal, replies: readonly Reply[]): void {
    this.#synthesized = undefined;
    this.#abandon(replies, refusal.code);
    this.#channel.toClient.add(encodeRefusal(refusal));
    this.#channel.toClient.add(readyForQuery(this.#channel.statusByte));
  }

  #speak(): void {
    const channel = this.#channel;
    for (const message of this.#said) channel.toClient.add(message);
    this.#said = [];
    if (this.#end !== 'sync') return;
    this.#own = false;
    channel.dropUntilSync = false;
    channel.toClient.add(readyForQuery(channel.statusByte));
  }

  #commit(messages: readonly Buffer[], replies: readonly Reply[]): void {
    const channel = this.#channel;
    if (channel.dropUntilSync) this.#abandon(replies, SQLSTATE.lost);
    else {
      for (const message of messages) channel.toServer.add(message);
      for (const reply of replies) channel.ledger.push(reply);
      channel.unsynced ||= messages.length > 0;
      channel.executed ||= this.#executes > 0;
    }
    if (this.#refused && this.#end !== 'sync') channel.dropUntilSync = true;
    if (this.#end === 'sync') {
      channel.toServer.add(this.#last ?? SYNC);
      channel.ledger.push({ kind: 'sync' });
      channel.awaitingReady = true;
    } else if (this.#end === 'flush') channel.toServer.add(this.#last ?? FLUSH);
  }

  /** These will never be sent. */
  #abandon(replies: readonly Reply[], code: string): void {
    const now = this.#channel.port.now();
    for (const reply of replies) {
      if (reply.kind === 'parse' || reply.kind === 'execute') reply.run?.finish(now, code);
    }
    this.#channel.statements.settle();
    this.#channel.portals.settle();
  }
}

function isUnrun(reply: Reply): boolean {
  if (reply.kind !== 'bind' && reply.kind !== 'describe') return false;
  return reply.portal !== undefined && reply.portal.run === undefined;
}
