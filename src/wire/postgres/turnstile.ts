import type { TransactionState } from '../../model/facts.ts';
import type { RawText } from '../../model/text.ts';
import type { Channel } from './channel.ts';
import type { BoundParameters, Probe, Ruling, StatementRequest, WireRefusal } from './gate.ts';
import type { ProbeDesk, ProbeLease } from './probe.ts';
import { SQLSTATE } from './refusal.ts';

export interface Question {
  readonly protocol: 'simple' | 'extended';
  readonly phase: 'parse' | 'execute';
  readonly text: RawText;
  readonly name?: string;
  readonly bound?: BoundParameters;
}

const CANCELLED: Ruling = {
  kind: 'refuse',
  how: 'synthesize',
  refusal: {
    code: SQLSTATE.cancelled,
    message: 'canceling statement due to user request',
    detail: 'guard held the statement; nothing was sent to the server.',
  },
};

export const GATE_FAILED: WireRefusal = {
  code: SQLSTATE.internal,
  message: 'guard failed and closes the connection',
};

/** One question on hold. */
interface Held {
  readonly then: (ruling: Ruling) => void;
  readonly lease: ProbeLease | undefined;
  readonly abort: AbortController;
  decided: boolean;
}

/** Plain fields only, so that a gate may copy it. A class, because this is made for every statement. */
class HeldRequest implements StatementRequest {
  readonly protocol: 'simple' | 'extended';
  readonly phase: 'parse' | 'execute';
  readonly text: RawText;
  readonly transaction: TransactionState;
  readonly transactionMs: number;
  readonly cancel: AbortSignal;
  readonly name?: string;
  readonly bound?: BoundParameters;
  readonly probe?: Probe;

  constructor(
    question: Question,
    channel: Channel,
    held: { readonly lease: ProbeLease | undefined; readonly cancel: AbortSignal },
  ) {
    this.protocol = question.protocol;
    this.phase = question.phase;
    this.text = question.text;
    this.transaction = channel.transaction;
    this.transactionMs = channel.transactionMs;
    this.cancel = held.cancel;
    if (question.name !== undefined) this.name = question.name;
    if (question.bound !== undefined) this.bound = question.bound;
    if (held.lease !== undefined) this.probe = held.lease;
  }
}

/** Asks the gate and holds the client while it thinks. One question at a time. */
export class Turnstile {
  readonly #channel: Channel;
  readonly #probes: ProbeDesk;
  #held: Held | undefined;
  #abort = new AbortController();

  constructor(channel: Channel, probes: ProbeDesk) {
    this.#channel = channel;
    this.#probes = probes;
  }

  get holding(): boolean {
    return this.#held !== undefined;
  }

  /** Answers with the ruling, or with `undefined` and calls `then` later. */
  ask(question: Question, then: (ruling: Ruling) => void): Ruling | undefined {
    const lease = this.#probes.open();
    const answer = this.#channel.gate.statement(
      new HeldRequest(question, this.#channel, { lease, cancel: this.#abort.signal }),
    );
    if (!('then' in answer)) {
      lease?.close();
      return answer;
    }
    const held: Held = { then, lease, abort: this.#abort, decided: false };
    // Whoever listens to the old signal may go on doing so: the next question gets its own.
    this.#abort = new AbortController();
    this.#held = held;
    answer.then(
      (ruling) => this.#rule(held, ruling),
      (error: unknown) => {
        if (this.#held !== held) return;
        this.#channel.trouble(error);
        this.#channel.disconnect(GATE_FAILED);
      },
    );
    return undefined;
  }

  /** A cancel request: true when a statement was on hold, which is refused now. */
  cancel(): boolean {
    const held = this.#held;
    if (held === undefined) return false;
    if (this.#probes.running) this.#channel.port.cancelUpstream();
    this.#rule(held, CANCELLED);
    held.abort.abort();
    return true;
  }

  /** The connection is over: whatever the gate still says comes to nothing. */
  stop(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.lease?.close();
    held?.abort.abort();
  }

  #rule(held: Held, ruling: Ruling): void {
    if (held.decided || this.#held !== held) {
      finishLate(ruling);
      return;
    }
    held.decided = true;
    held.lease?.close();
    this.#probes.afterwards(() => this.#settle(held, ruling));
  }

  #settle(held: Held, ruling: Ruling): void {
    if (this.#held !== held || this.#channel.phase === 'closed') {
      finishLate(ruling);
      return;
    }
    this.#held = undefined;
    this.#channel.guarded(() => held.then(ruling));
    this.#channel.onProgress();
  }
}

/** A ruling that nobody waits for any more: its run must still end. */
function finishLate(ruling: Ruling): void {
  if (ruling.kind !== 'forward') return;
  ruling.run.finished({ error: SQLSTATE.cancelled, rows: 0, durationMs: 0 });
}
