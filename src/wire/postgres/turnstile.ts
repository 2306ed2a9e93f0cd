import type { RawText } from '../../model/text.ts';
import type { Channel } from './channel.ts';
import type { BoundParameters, Ruling, StatementRequest, WireRefusal } from './gate.ts';
import type { ProbeDesk } from './probe.ts';
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
  readonly release: () => void;
  abort: AbortController | undefined;
  decided: boolean;
}

/** Asks the gate and holds the client while it thinks. One question at a time. */
export class Turnstile {
  readonly #channel: Channel;
  readonly #probes: ProbeDesk;
  #held: Held | undefined;

  constructor(channel: Channel, probes: ProbeDesk) {
    this.#channel = channel;
    this.#probes = probes;
  }

  get holding(): boolean {
    return this.#held !== undefined;
  }

  /** Answers with the ruling, or with `undefined` and calls `then` later. */
  ask(question: Question, then: (ruling: Ruling) => void): Ruling | undefined {
    const desk = this.#probes.open();
    const release = (): void => desk?.close();
    const held: Held = { then, release, abort: undefined, decided: false };
    const answer = this.#channel.gate.statement(this.#request(question, held, desk?.probe));
    if (!('then' in answer)) {
      release();
      return answer;
    }
    this.#held = held;
    answer.then(
      (ruling) => this.#rule(held, ruling),
      () => {
        if (this.#held === held) this.#channel.disconnect(GATE_FAILED);
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
    held.abort?.abort();
    return true;
  }

  /** The connection is over: whatever the gate still says comes to nothing. */
  stop(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.release();
    held?.abort?.abort();
  }

  #rule(held: Held, ruling: Ruling): void {
    if (held.decided || this.#held !== held) {
      finishLate(ruling);
      return;
    }
    held.decided = true;
    held.release();
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

  #request(question: Question, held: Held, probe: StatementRequest['probe']): StatementRequest {
    return {
      ...question,
      transaction: this.#channel.transaction,
      transactionMs: this.#channel.transactionMs,
      ...(probe !== undefined && { probe }),
      get cancel(): AbortSignal {
        held.abort ??= new AbortController();
        return held.abort.signal;
      },
    };
  }
}

/** A ruling that nobody waits for any more: its run must still end. */
function finishLate(ruling: Ruling): void {
  if (ruling.kind !== 'forward') return;
  ruling.run.finished({ error: SQLSTATE.cancelled, rows: 0, durationMs: 0 });
}
