import type { Buffer } from 'node:buffer';
import type { TransactionState } from '../../model/facts.ts';
import type { Channel, Trying } from './channel.ts';
import type { ProbeAnswer, Trial, WireRefusal } from './gate.ts';
import { SERVER } from './message.ts';
import type { ProbeDesk } from './probe.ts';
import { encodeFields, encodeRefusal, SQLSTATE } from './refusal.ts';
import type { RunTracker } from './run.ts';
import { readyForQuery } from './substitute.ts';

/** What the client gets once it is decided. */
interface Held {
  readonly message: Buffer;
  readonly tag: string;
  readonly rows: number;
}

/**
 * One statement of the simple protocol inside a transaction of guard's own: BEGIN before it, and when it has run the
 * gate decides between COMMIT and ROLLBACK. The client sees one statement outside any transaction, and waits.
 */
export class TrialRun implements Trying {
  readonly #channel: Channel;
  readonly #probes: ProbeDesk;
  readonly #trial: Trial;
  readonly #abort = new AbortController();
  #run: RunTracker | undefined;
  #held: Held | undefined;
  #failed = false;
  #deciding = false;

  constructor(channel: Channel, probes: ProbeDesk, trial: Trial) {
    this.#channel = channel;
    this.#probes = probes;
    this.#trial = trial;
  }

  /** Opens the transaction, then calls `send`; without one the client gets the server's error. */
  begin(send: () => void, run: RunTracker): void {
    this.#run = run;
    this.#tell('BEGIN', (answer) => {
      if (answer.kind === 'rows') send();
      else this.#end(run, this.#errorOf(answer, run));
    });
  }

  complete(message: Buffer, tag: string, rows: number): void {
    this.#held = { message, tag, rows };
  }

  failed(): void {
    this.#failed = true;
  }

  ready(state: TransactionState, run: RunTracker): void {
    const held = this.#held;
    if (held === undefined || this.#failed || state !== 'open') this.#tell('ROLLBACK', () => this.#end(run));
    else this.#decide(held, run);
  }

  cancel(): boolean {
    if (!this.#deciding) return false;
    this.#abort.abort();
    return true;
  }

  stop(): void {
    this.#abort.abort();
    this.#run?.finish(this.#channel.port.now(), SQLSTATE.lost);
  }

  #decide(held: Held, run: RunTracker): void {
    const lease = this.#probes.open();
    if (lease === undefined) throw new TypeError('a trial on a connection that is not idle');
    this.#deciding = true;
    this.#trial.decide(held, { probe: lease, cancel: this.#abort.signal }).then(
      (decided) => {
        lease.close();
        this.#deciding = false;
        this.#probes.afterwards(() => this.#carryOut(decided, held, run));
      },
      (error: unknown) => {
        this.#channel.trouble(error);
        this.#channel.disconnect(UNDECIDED);
      },
    );
  }

  #carryOut(decided: 'commit' | WireRefusal, held: Held, run: RunTracker): void {
    if (this.#channel.phase === 'closed') return;
    if (decided === 'commit') {
      this.#tell('COMMIT', (answer) =>
        this.#end(run, answer.kind === 'rows' ? held.message : this.#errorOf(answer, run)),
      );
      return;
    }
    run.error ??= decided.code;
    this.#tell('ROLLBACK', () => this.#end(run, encodeRefusal(decided)));
  }

  #tell(sql: string, then: (answer: ProbeAnswer) => void): void {
    const channel = this.#channel;
    void this.#probes.simple(sql).then((answer) => {
      if (channel.phase === 'closed') return;
      channel.guarded(() => then(answer));
      channel.onProgress();
    });
  }

  #errorOf({ code, message }: Extract<ProbeAnswer, { kind: 'error' }>, run: RunTracker): Buffer {
    run.error ??= code;
    const fields = new Map([
      ['S', 'ERROR'],
      ['V', 'ERROR'],
      ['C', code],
      ['M', message],
    ]);
    return encodeFields(SERVER.error, run.scrub(fields));
  }

  #end(run: RunTracker, last?: Buffer): void {
    const channel = this.#channel;
    // A ROLLBACK that did not work leaves a transaction that the client knows nothing of.
    if (channel.transaction !== 'idle') {
      channel.disconnect(UNDECIDED);
      return;
    }
    channel.trial = undefined;
    if (last !== undefined) channel.toClient.add(last);
    channel.toClient.add(readyForQuery(channel.statusByte));
    run.finish(channel.port.now());
    channel.finishRuns();
  }
}

const UNDECIDED: WireRefusal = {
  code: SQLSTATE.internal,
  message: 'guard could not end the transaction it tried the statement in, and closes the connection',
  detail: 'The server rolls it back.',
};
