import type { Clock } from '../host/clock.ts';
import type { Answer, Prompter } from '../model/prompter.ts';
import { unreachable } from '../model/unreachable.ts';
import { Allowances } from './allowances.ts';
import { DEFAULT_LIMITS, type EnforceLimits, questionTimeout } from './limits.ts';
import { questionOf } from './question.ts';
import { refusalMessage } from './refusal.ts';
import type { Enforcement, EnforceRequest, PassedBy, RefusedBecause } from './request.ts';

export interface EnforcerOptions {
  /** Asks the person at the terminal; absent where there is none. */
  readonly prompter?: Prompter;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly limits?: EnforceLimits;
}

export interface Enforcer {
  /** Carries a verdict out: passes, asks or refuses. Never rejects, and never passes `approve` or `block`. */
  enforce(request: EnforceRequest): Promise<Enforcement>;
  /** A run that was passed is over; `decision` is its judgement's id. */
  ended(decision: string): void;
}

/** Less than this is no time to read a question. */
const MIN_QUESTION_MS = 1_000;

/** One per session: it remembers what the person said yes to. */
export function createEnforcer(options: EnforcerOptions): Enforcer {
  return new SessionEnforcer(options);
}

class SessionEnforcer implements Enforcer {
  readonly #prompter: Prompter | undefined;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #limits: EnforceLimits;
  readonly #allowances: Allowances;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: EnforcerOptions) {
    this.#prompter = options.prompter;
    this.#clock = options.clock;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#allowances = new Allowances(this.#limits);
  }

  async enforce(request: EnforceRequest): Promise<Enforcement> {
    const { verdict } = request.judgement;
    switch (verdict) {
      case 'allow':
        return pass('verdict', 0);
      case 'prompt':
        return this.#prompt(request);
      case 'approve':
        return refuse(request, 'approval', 0);
      case 'block':
        return refuse(request, 'policy', 0);
      default:
        return unreachable(verdict);
    }
  }

  ended(decision: string): void {
    this.#allowances.ended(decision, this.#clock.monotonic());
  }

  /** One question at a time: a yes for the shape may answer those that wait. */
  async #prompt(request: EnforceRequest): Promise<Enforcement> {
    if (request.actor.kind !== 'human') return refuse(request, 'not-a-person', 0);
    const limitMs = questionTimeout(request.transaction, this.#limits);
    const begun = this.#clock.monotonic();
    const waited = (): number => this.#clock.monotonic() - begun;
    let asking = false;
    const mine = this.#turn.then(() => {
      asking = true;
      return this.#inTurn(request, limitMs, waited);
    });
    this.#turn = mine.catch(() => undefined);
    const patience = watchPatience(request.cancel, limitMs);
    // Out of patience while others are asked: a refusal at once. During its own question the prompter sees to it.
    const impatient = patience.over.then((because) => (asking ? mine : refuse(request, because, waited())));
    return await Promise.race([mine, impatient])
      .catch(() => refuse(request, 'no-terminal', waited()))
      .finally(() => patience.stop());
  }

  async #inTurn(request: EnforceRequest, limitMs: number, waited: () => number): Promise<Enforcement> {
    if (request.cancel.aborted) return refuse(request, cancelReason(request.cancel), waited());
    const remembered = this.#remembered(request);
    if (remembered !== undefined) return pass(remembered, waited());
    if (this.#prompter === undefined) return refuse(request, 'no-terminal', waited());
    if (limitMs < MIN_QUESTION_MS) return refuse(request, 'no-time', waited());
    const leftMs = limitMs - waited();
    if (leftMs < MIN_QUESTION_MS) return refuse(request, 'timeout', waited());
    const question = questionOf(request, leftMs);
    const answer = await this.#prompter.ask(question, request.cancel);
    // What was not offered is not an answer to this question.
    const valid = (answer.kind !== 'shape' || question.shape) && (answer.kind !== 'trial' || question.trial);
    return this.#answered(request, valid ? answer : { kind: 'no', because: 'person' }, waited());
  }

  #remembered(request: EnforceRequest): PassedBy | undefined {
    const now = this.#clock.monotonic();
    if (this.#allowances.spendShape(request, now)) return 'allowance';
    return this.#allowances.continueRepetition(request, now) ? 'repeat' : undefined;
  }

  #answered(request: EnforceRequest, answer: Answer, waitedMs: number): Enforcement {
    const now = this.#clock.monotonic();
    switch (answer.kind) {
      case 'no':
        this.#allowances.forget(request);
        return refuse(request, answer.because, waitedMs);
      case 'shape':
        this.#allowances.allowShape(request, now);
        this.#allowances.beginRepetition(request, now);
        return pass('shape', waitedMs);
      case 'trial':
        return pass('trial', waitedMs);
      case 'yes':
        this.#allowances.beginRepetition(request, now);
        return pass('person', waitedMs);
      default:
        return unreachable(answer);
    }
  }
}

function pass(by: PassedBy, waitedMs: number): Enforcement {
  return { kind: 'pass', by, waitedMs };
}

function refuse(request: EnforceRequest, because: RefusedBecause, waitedMs: number): Enforcement {
  return { kind: 'refuse', message: refusalMessage(request, because), because, waitedMs };
}

/** Resolves with what ended the wait: a cancel, or the time. */
function watchPatience(
  cancel: AbortSignal,
  limitMs: number,
): { readonly over: Promise<RefusedBecause>; readonly stop: () => void } {
  let stop = (): void => {};
  const over = new Promise<RefusedBecause>((resolve) => {
    const cancelled = (): void => resolve(cancelReason(cancel));
    const timer = setTimeout(() => resolve('timeout'), limitMs);
    cancel.addEventListener('abort', cancelled, { once: true });
    stop = () => {
      clearTimeout(timer);
      cancel.removeEventListener('abort', cancelled);
    };
  });
  return { over, stop };
}

function cancelReason(cancel: AbortSignal): 'server-lost' | 'cancelled' {
  const reason: unknown = cancel.reason;
  return reason === 'server-lost' ? 'server-lost' : 'cancelled';
}
