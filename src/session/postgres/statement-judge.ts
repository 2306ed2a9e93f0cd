import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { Environment } from '../../model/environment.ts';
import type { Channel, Estimate, Judgement, JudgeRequest, Situation, Soon } from '../../model/judge.ts';
import { present } from '../../model/present.ts';
import type { Target } from '../../model/target.ts';
import type { StatementRequest } from '../../wire/postgres/gate.ts';
import type { GateSetting } from './gate-setting.ts';
import { judgeStatement } from './judge-statement.ts';
import type { OpenTransaction } from './open-transaction.ts';
import { SecondClock } from './second-clock.ts';
import type { SessionMemory } from './statement-memory.ts';

const WIRE: Channel = { language: 'sql', via: 'wire', certainty: 'exact' };

/** Where a statement would run. */
export interface StatementPlace {
  readonly target: Target;
  readonly environment: Environment;
  readonly catalog: CatalogSnapshot | undefined;
}

/** Puts the statements of one connection before the judge, with everything that is known around them. */
export class StatementJudge {
  readonly #setting: GateSetting;
  readonly #transaction: OpenTransaction;
  readonly #memory: SessionMemory;
  readonly #clock = new SecondClock();
  #last: Situation | undefined;

  constructor(setting: GateSetting, transaction: OpenTransaction, memory: SessionMemory) {
    this.#setting = setting;
    this.#transaction = transaction;
    this.#memory = memory;
  }

  judge(request: StatementRequest, place: StatementPlace, channel: Channel = WIRE): Soon<Judgement> {
    const { judge } = this.#setting;
    const said = this.#asked(request, place);
    const asked = channel === WIRE ? said : { ...said, channel };
    const judged = judgeStatement({ judge, asked, request, transaction: this.#transaction });
    return judged instanceof Promise ? judged.then((each) => this.#count(each)) : this.#count(judged);
  }

  #count(judgement: Judgement): Judgement {
    const { probes } = judgement.data;
    if (probes !== undefined) this.#setting.run.probed(probes.statements);
    return judgement;
  }

  /** The verdict on the same statement now, with a new look at the rows. Leaves no entry of its own. */
  again(request: StatementRequest, place: StatementPlace): Soon<Judgement> {
    const { judge } = this.#setting;
    const asked = { ...this.#asked(request, place), entry: false };
    return judgeStatement({ judge, asked, request, transaction: this.#transaction });
  }

  /** The verdict on a statement that has run, on the rows it really touched. Leaves no entry of its own. */
  recount(request: StatementRequest, place: StatementPlace, counted: Estimate): Soon<Judgement> {
    return this.#setting.judge.judge({
      ...this.#asked(request, place),
      estimates: [counted],
      entry: false,
    });
  }

  #asked(request: StatementRequest, { target, environment, catalog }: StatementPlace): JudgeRequest {
    return {
      channel: WIRE,
      text: request.text,
      target,
      situation: this.#situation(request, environment),
      ...(catalog === undefined ? {} : { catalog: catalog.version }),
      memory: this.#memory.picture,
      entry: true,
    };
  }

  /** The same object as long as nothing in it is another: what was found for it is then known to hold. */
  #situation({ transaction }: StatementRequest, environment: Environment): Situation {
    const time = this.#clock.now();
    const last = this.#last;
    const { wrote, pending } = this.#transaction;
    const { probes } = this.#setting.run;
    const purpose = this.#setting.purpose.facts;
    const supplied = this.#setting.inflow.into(environment);
    const same =
      last !== undefined &&
      last.time === time &&
      last.purpose === purpose &&
      last.environment === environment &&
      last.session.transaction === transaction &&
      last.session.wrote === wrote &&
      last.session.pending === pending &&
      last.session.supplied === supplied &&
      last.session.probes === probes;
    if (same) return last;
    const { actor, session: id, attended } = this.#setting;
    const more = present({ pending, supplied });
    const session = { id, tainted: [], transaction, wrote, attended, probes, ...more };
    const situation: Situation = { actor, purpose, environment, session, time };
    this.#last = situation;
    return situation;
  }
}
