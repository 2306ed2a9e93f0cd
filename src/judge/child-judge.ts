import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../host/package-root.ts';
import type { CatalogSnapshot } from '../model/catalog.ts';
import { GuardError } from '../model/errors.ts';
import type { Judge, Judgement, JudgeRequest, Outcome, SessionNote } from '../model/judge.ts';
import type { CompiledPolicy } from '../model/policy.ts';
import type { JudgeAnswer, JudgeCall } from './judge-messages.ts';

/** `Omit` that keeps a union a union. */
type Unnumbered<Call> = Call extends unknown ? Omit<Call, 'number'> : never;

interface Waiting {
  readonly resolve: (judgement: Judgement | undefined) => void;
  readonly reject: (error: GuardError) => void;
}

/** The judge in a child process, spoken to in JSON. When it dies every open and later call rejects: nothing is let through. */
export class ChildJudge implements Judge {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #lost: GuardError | undefined;

  constructor(policy: CompiledPolicy, auditFolder: string) {
    this.#child = fork(join(packageRoot(), 'dist', 'judge-child.js'), [], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // The optimising compiler would spend 45 MB on the grammar for little speed.
      execArgv: ['--liftoff-only'],
    });
    this.#child.on('message', (answer: JudgeAnswer) => this.#answered(answer));
    this.#child.once('exit', () => this.#fail());
    this.#child.once('error', () => this.#fail());
    this.#child.send({ policy, auditFolder });
  }

  async learn(catalog: CatalogSnapshot): Promise<void> {
    await this.#call({ method: 'learn', catalog });
  }

  async judge(request: JudgeRequest): Promise<Judgement> {
    const judgement = await this.#call({ method: 'judge', request });
    if (judgement === undefined) throw new GuardError('JUDGE_UNREACHABLE', 'the judge gave no verdict');
    return judgement;
  }

  async record(outcome: Outcome): Promise<void> {
    await this.#call({ method: 'record', outcome });
  }

  async note(note: SessionNote): Promise<void> {
    await this.#call({ method: 'note', note });
  }

  async close(): Promise<void> {
    if (this.#lost === undefined) await this.#call({ method: 'close' });
    this.#child.disconnect();
  }

  #call(call: Unnumbered<JudgeCall>): Promise<Judgement | undefined> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    const number = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#child.send({ ...call, number });
    });
  }

  #answered(answer: JudgeAnswer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if ('code' in answer) waiting?.reject(new GuardError(answer.code, answer.message));
    else waiting?.resolve(answer.judgement);
  }

  #fail(): void {
    this.#lost ??= new GuardError(
      'JUDGE_UNREACHABLE',
      'the judge process ended; nothing more is let through',
    );
    for (const waiting of this.#waiting.values()) waiting.reject(this.#lost);
    this.#waiting.clear();
  }
}
