import type { WireRefusal } from './gate.ts';
import type { Portal, Statement } from './names.ts';
import type { ProbeCollector } from './probe-collector.ts';
import type { RunTracker } from './run.ts';

/** What stands in the server's query in place of a refused text, and what the client is told. */
export interface Substitute {
  /** Appears in the server's syntax error; can't be guessed. */
  readonly marker: string;
  readonly refusal: WireRefusal;
}

interface ReplyBase {
  /** Messages of this reply never reach the client. */
  readonly hidden?: true;
  readonly substitute?: Substitute;
}

/** The answer the server owes for one message sent to it, in the order sent. */
export type Reply = ReplyBase &
  (
    | { readonly kind: 'query'; readonly run: RunTracker | undefined }
    | {
        readonly kind: 'parse';
        readonly statement: Statement | undefined;
        readonly run: RunTracker | undefined;
      }
    | { readonly kind: 'bind'; readonly portal: Portal }
    | { readonly kind: 'describe'; readonly portal: Portal | undefined }
    | { readonly kind: 'execute'; readonly portal: Portal; readonly run: RunTracker }
    | { readonly kind: 'close'; readonly of: 'statement' | 'portal'; readonly name: string }
    | { readonly kind: 'sync' }
    | { readonly kind: 'probe'; readonly collector: ProbeCollector }
  );

/** Everything the server still has to answer. */
export class Ledger {
  #replies: Reply[] = [];

  get idle(): boolean {
    return this.#replies.length === 0;
  }

  get head(): Reply | undefined {
    return this.#replies[0];
  }

  get size(): number {
    return this.#replies.length;
  }

  push(reply: Reply): void {
    this.#replies.push(reply);
  }

  /** The server's error for the reply it is about will carry the marker. */
  markHead(substitute: Substitute): void {
    const [head, ...behind] = this.#replies;
    if (head !== undefined) this.#replies = [{ ...head, substitute }, ...behind];
  }

  pop(): Reply | undefined {
    return this.#replies.shift();
  }

  /** After an error in the extended protocol the server skips to the Sync: takes those out, the Sync stays. */
  skipToSync(): readonly Reply[] {
    const sync = this.#replies.findIndex((reply) => reply.kind === 'sync');
    const skipped = sync < 0 ? this.#replies : this.#replies.slice(0, sync);
    this.#replies = sync < 0 ? [] : this.#replies.slice(sync);
    return skipped;
  }

  /** COPY FROM STDIN reads and ignores Syncs sent before its data; anything else behind it is an error. */
  swallowSyncs(): boolean {
    const [head, ...behind] = this.#replies;
    if (head === undefined || behind.some((reply) => reply.kind !== 'sync')) return false;
    this.#replies = [head];
    return true;
  }

  drain(): readonly Reply[] {
    const all = this.#replies;
    this.#replies = [];
    return all;
  }
}
