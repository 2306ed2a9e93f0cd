import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { packageRoot } from '../../host/package-root.ts';
import type { EnvironmentClass } from '../../model/environment.ts';
import { GuardError } from '../../model/errors.ts';
import type { Message } from '../../model/finding.ts';
import type { Answer, Question } from '../../model/prompter.ts';
import { unreachable } from '../../model/unreachable.ts';
import type { MaskedSoFar } from './mask-totals.ts';
import type { Connected, FromWorker, RuledLine, ToWorker, UnknownTarget, WorkerSetting } from './messages.ts';

/** The grammar recurses: 60,000 UNIONs fit into this, and the server itself gives up before. */
const STACK_MB = 16;
/**
 * The grammar as V8 compiles it at first: the optimising compiler would take 45 MB (Node 20) or 550 MB (Node 24) and a
 * second of CPU at the start, for parses that are 15 % faster. Said in three flags, because a flag set this late no longer
 * brings along what it implies.
 */
const WASM_FLAGS = ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering'] as const;
/** What statements leave behind is short-lived: V8's own choice keeps some 50 MB more resident and is no faster. */
const YOUNG_MB = 4;
/** The worker flushes its log and closes its sockets within this, or it is ended, in milliseconds. */
const CLOSING_MS = 5_000;

/** What the thread that holds the terminal does for the worker. */
export interface WorkerHandlers {
  ask(question: Question, cancel: AbortSignal): Promise<Answer>;
  label(target: UnknownTarget): Promise<EnvironmentClass | undefined>;
  connected(connected: Connected): void;
  /** `waiting`: all that is missing is that other people agree. */
  refused(message: Message, rule: string, waiting: boolean): void;
  /** At the end, when anything was masked. */
  masked(masked: MaskedSoFar): void;
  /** A line of psql was judged; absent where none is read. */
  line?(ruled: RuledLine): void;
  trouble(text: string): void;
}

/** The thread with sockets, grammar, policy and log. */
export class PostgresWorker {
  readonly #worker: Worker;
  readonly #handlers: WorkerHandlers;
  readonly #asked = new Map<string, AbortController>();
  readonly #listening = new Settled();
  readonly #ended: Promise<void>;
  #failure: GuardError | undefined;
  #port: number | undefined;
  #closing = false;

  private constructor(setting: WorkerSetting, handlers: WorkerHandlers) {
    this.#handlers = handlers;
    for (const flag of WASM_FLAGS) setFlagsFromString(flag);
    this.#worker = new Worker(join(packageRoot(), 'dist', 'worker.js'), {
      workerData: setting,
      resourceLimits: { stackSizeMb: STACK_MB, maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#worker.on('message', (message: FromWorker) => this.#received(message));
    this.#worker.on('error', (error) => this.#failed(asGuardError(error)));
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        if (!this.#closing)
          this.#failed(new GuardError('INTERNAL', "guard's worker ended; the connection is closed"));
        resolve();
      });
    });
  }

  /** Resolves when the socket is there. Throws what the worker could not do. */
  static async start(setting: WorkerSetting, handlers: WorkerHandlers): Promise<PostgresWorker> {
    const worker = new PostgresWorker(setting, handlers);
    try {
      await worker.#listening.promise;
    } catch (error) {
      await worker.#worker.terminate();
      throw error;
    }
    return worker;
  }

  /** Why the worker ended before its time; undefined while all is well. */
  get failure(): GuardError | undefined {
    return this.#failure;
  }

  /** The loopback port, where one was asked for. */
  get port(): number | undefined {
    return this.#port;
  }

  /** Resolves when the thread is gone, whatever ended it. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** A line of psql has run. */
  ran(decision: string, durationMs: number): void {
    this.#post({ kind: 'ran', decision, durationMs });
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#post({ kind: 'close' });
    const late = setTimeout(() => void this.#worker.terminate(), CLOSING_MS);
    await this.#ended;
    clearTimeout(late);
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #failed(error: GuardError): void {
    this.#failure ??= error;
    this.#listening.reject(error);
    for (const asked of this.#asked.values()) asked.abort('server-lost');
  }

  #received(message: FromWorker): void {
    switch (message.kind) {
      case 'listening':
        this.#port = message.port;
        this.#listening.resolve();
        break;
      case 'connected':
        this.#handlers.connected(message.connected);
        break;
      case 'ask':
        void this.#ask(message.question);
        break;
      case 'withdraw':
        this.#asked.get(message.question)?.abort(message.because);
        break;
      case 'label':
        void this.#label(message.id, message.target);
        break;
      case 'refused':
        this.#handlers.refused(message.message, message.rule, message.waiting === true);
        break;
      case 'masked':
        this.#handlers.masked(message.masked);
        break;
      case 'line':
        this.#handlers.line?.(message);
        break;
      case 'trouble':
        this.#handlers.trouble(message.text);
        break;
      case 'failed':
        this.#failed(toError(message));
        break;
      default:
        unreachable(message);
    }
  }

  async #ask(question: Question): Promise<void> {
    const cancel = new AbortController();
    this.#asked.set(question.id, cancel);
    const answer = await this.#handlers.ask(question, cancel.signal).catch(noAnswer);
    this.#asked.delete(question.id);
    this.#post({ kind: 'answer', question: question.id, answer });
  }

  async #label(id: string, target: UnknownTarget): Promise<void> {
    const said = await this.#handlers.label(target).catch(() => undefined);
    this.#post({ kind: 'labelled', id, class: said });
  }
}

/** The question could not be put: that is a no. */
function noAnswer(): Answer {
  return { kind: 'no', because: 'no-terminal' };
}

/** A promise settled from outside; Promise.withResolvers comes with Node 22. */
class Settled {
  readonly promise: Promise<void>;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.promise.catch(() => undefined);
  }

  resolve(): void {
    this.#resolve();
  }

  reject(error: Error): void {
    this.#reject(error);
  }
}

function toError({ code, message, hint }: Extract<FromWorker, { kind: 'failed' }>): GuardError {
  return new GuardError(code, message, hint === undefined ? {} : { hint });
}

function asGuardError(error: unknown): GuardError {
  return error instanceof GuardError
    ? error
    : new GuardError('INTERNAL', "guard's worker failed; the connection is closed", { cause: error });
}
