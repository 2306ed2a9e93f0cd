import type { Message } from '../../model/finding.ts';
import type { Judgement } from '../../model/judge.ts';
import { present } from '../../model/present.ts';
import type { Ruling, StatementRequest, Trial } from '../../wire/postgres/gate.ts';
import { askPerson } from './ask-person.ts';
import type { GateSetting } from './gate-setting.ts';
import type { LineCopies } from './line-copies.ts';
import type { OpenTransaction } from './open-transaction.ts';
import { mayAskAtCommit } from './put-off.ts';
import { cancelled, refusalOf } from './refusal.ts';
import type { StatementJudge, StatementPlace } from './statement-judge.ts';
import { askAfterTrial } from './trial-question.ts';

/** How a statement goes on that may. */
export interface GoingOn {
  /** Its question is put off until COMMIT. */
  readonly unasked?: boolean;
  readonly trial?: Trial;
}

/** What became of a statement that was not simply allowed. */
export type Way = ({ readonly kind: 'go' } & GoingOn) | { readonly kind: 'refused'; readonly ruling: Ruling };

const GO: Way = { kind: 'go' };

/** What enforcing needs of the connection. */
export interface EnforcedConnection {
  readonly transaction: OpenTransaction;
  readonly statements: StatementJudge;
  readonly copies: LineCopies;
}

/** Carries out the verdicts on one connection's statements that are not simply allowed: passes, asks, puts off or refuses. */
export class StatementEnforcement {
  readonly #setting: GateSetting;
  readonly #transaction: OpenTransaction;
  readonly #statements: StatementJudge;
  readonly #copies: LineCopies;

  constructor(setting: GateSetting, connection: EnforcedConnection) {
    this.#setting = setting;
    this.#transaction = connection.transaction;
    this.#statements = connection.statements;
    this.#copies = connection.copies;
  }

  async enforce(request: StatementRequest, judgement: Judgement, place: StatementPlace): Promise<Way> {
    const { script, actor } = this.#setting;
    const plan = script?.covers(request.text, judgement, place.target);
    if (plan !== undefined) {
      // The script that it is part of was decided as a whole.
      await this.#answered(judgement, { answer: 'yes', by: `plan ${plan}` });
      return GO;
    }
    const line = this.#copies.spend(request.text, judgement);
    if (line !== undefined) {
      await this.#answered(judgement, { answer: 'yes', by: `line ${line}` });
      return GO;
    }
    if (mayAskAtCommit(request, judgement, this.#setting)) {
      // Inside BEGIN: it runs now, and COMMIT asks about all of it with the exact numbers.
      await this.#answered(judgement, { answer: 'at-commit', by: actor.id });
      return { kind: 'go', unasked: true };
    }
    return this.#ask(request, judgement, place);
  }

  /** A script's transaction must fail as after any error; a person keeps what the open transaction did so far. */
  refuse(message: Message): Ruling {
    return {
      kind: 'refuse',
      refusal: refusalOf(message),
      how: this.#setting.attended ? 'synthesize' : 'substitute',
    };
  }

  async #answered(
    judgement: Judgement,
    said: { readonly answer: 'yes' | 'at-commit'; readonly by: string },
  ): Promise<void> {
    await this.#setting.judge.record({ kind: 'answer', decision: judgement.id, ...said, waitedMs: 0 });
  }

  async #ask(request: StatementRequest, judgement: Judgement, place: StatementPlace): Promise<Way> {
    const asked = await askPerson({
      setting: this.#setting,
      request,
      judgement,
      target: place.target,
      environment: place.environment,
      transaction: this.#transaction,
      again: () => this.#statements.again(request, place),
    });
    if (asked === 'pass') return GO;
    if (asked === 'trial') return { kind: 'go', trial: this.#trial(request, judgement, place) };
    if (asked === 'cancelled')
      return { kind: 'refused', ruling: { kind: 'refuse', refusal: cancelled(), how: 'synthesize' } };
    return { kind: 'refused', ruling: this.refuse(asked) };
  }

  #trial(request: StatementRequest, judgement: Judgement, place: StatementPlace): Trial {
    const { judge, enforcer, actor } = this.#setting;
    const { of } = judgement.data.rows;
    const opened = performance.now();
    return askAfterTrial({
      judge,
      enforcer,
      judgement,
      recount: (rows) =>
        this.#statements.recount(request, place, { statement: 0, rows, exact: true, ...present({ of }) }),
      question: async ({ probe }) => ({
        actor,
        environment: place.environment,
        target: place.target,
        transaction: await this.#transaction.context({
          transaction: 'open',
          transactionMs: performance.now() - opened,
          probe,
        }),
      }),
    });
  }
}
