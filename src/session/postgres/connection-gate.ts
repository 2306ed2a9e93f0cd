import { ProvedMasks } from '../../mask/proved-masks.ts';
import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { Environment } from '../../model/environment.ts';
import type { Judgement, Soon, StatementPlan } from '../../model/judge.ts';
import { present } from '../../model/present.ts';
import type { Target } from '../../model/target.ts';
import type {
  Gate,
  NoticeFields,
  Probe,
  Ruling,
  ServerFacts,
  StartupRuling,
  StatementRequest,
  WireRefusal,
} from '../../wire/postgres/gate.ts';
import { applicationText } from './application-name.ts';
import type { GateSetting } from './gate-setting.ts';
import { JudgedRun, PreparingRun } from './judged-run.ts';
import { LineCopies } from './line-copies.ts';
import { ruleLine, sentLine } from './line-gate.ts';
import type { SentLine } from './line-mark.ts';
import { rulesFor } from './masking-rules.ts';
import { Notifications } from './notifications.ts';
import { OpenTransaction } from './open-transaction.ts';
import { answerOwn, misspelt, refuseSetting } from './own-answer.ts';
import { type OwnStatement, readOwnStatement } from './own-statement.ts';
import { failure, refusalOf } from './refusal.ts';
import { renamesOf } from './renames.ts';
import { reportFailure } from './report-failure.ts';
import { ReportedSettings } from './reported-settings.ts';
import { refuseReturned, returnedMask } from './returned-masks.ts';
import { SchemaView } from './schema-view.ts';
import { scrubOutside } from './scrub.ts';
import { checkParameter, startupParameters } from './startup-check.ts';
import { type GoingOn, StatementEnforcement } from './statement-enforcement.ts';
import { StatementJudge, type StatementPlace } from './statement-judge.ts';
import { SessionMemory } from './statement-memory.ts';

/** Where meaning meets bytes: one for each connection that psql (or a driver) opens through guard. */
export class ConnectionGate implements Gate {
  readonly #setting: GateSetting;
  readonly #number: number;
  readonly #memory = new SessionMemory();
  readonly #transaction = new OpenTransaction();
  #target: Target;
  #environment: Environment | undefined;
  /** User and database as the client wrote them. */
  #asked: ReadonlySet<string> = new Set();
  readonly #statements: StatementJudge;
  readonly #copies = new LineCopies();
  readonly #enforcement: StatementEnforcement;
  readonly #schema: SchemaView;
  readonly #proved: ProvedMasks;
  readonly #reported = new ReportedSettings();
  readonly #notifications = new Notifications();
  #last: Judgement | undefined;
  /** What the client calls itself. */
  #application: string | undefined;

  constructor(setting: GateSetting, number: number) {
    this.#setting = setting;
    this.#number = number;
    this.#statements = new StatementJudge(setting, this.#transaction, this.#memory);
    this.#enforcement = new StatementEnforcement(setting, {
      transaction: this.#transaction,
      statements: this.#statements,
      copies: this.#copies,
    });
    this.#schema = new SchemaView(setting.catalogs);
    this.#proved = new ProvedMasks(setting.keys);
    const { servers, database, user } = setting.target;
    const [{ host, port }] = servers;
    this.#target = { kind: 'postgres', name: `${database} on ${host}:${port}`, host, port, database, user };
  }

  startup(parameters: ReadonlyMap<string, string>): StartupRuling {
    this.#asked = new Set([parameters.get('user') ?? '', parameters.get('database') ?? '']);
    this.#application = parameters.get('application_name');
    const { target, anyDatabase } = this.#setting;
    return startupParameters(parameters, target, this.#number === 1 && !anyDatabase);
  }

  parameterStatus(name: string, value: string): WireRefusal | undefined {
    if (this.#environment === undefined) this.#reported.begin(value);
    return checkParameter(name, value);
  }

  reported(name: string, value: string): string {
    return this.#reported.shown(name, value);
  }

  async ready(server: ServerFacts, probe: Probe): Promise<WireRefusal | undefined> {
    try {
      return await this.#open(server, probe);
    } catch (error) {
      reportFailure(error, this.#setting.post);
      return failure('this connection could not be looked at or recorded, so it was not opened.');
    }
  }

  async #open(server: ServerFacts, probe: Probe): Promise<WireRefusal | undefined> {
    const { surroundings, judge } = this.#setting;
    const place = await surroundings.identify(server, probe, judge);
    if (place.kind === 'refuse') return place.refusal;
    this.#target = place.target;
    this.#environment = place.environment;
    const catalog = await this.#schema.open(place.catalogKey, probe);
    await judge.note({
      type: 'session.start',
      session: this.#setting.session,
      actor: this.#setting.actor,
      target: this.#target,
      environment: this.#environment,
      details: {
        connection: this.#number,
        attempts: this.#setting.attempts,
        catalog: catalog === undefined ? 'unreadable' : 'read',
        ...present({ application: applicationText(this.#application) }),
      },
    });
    surroundings.announce(place.target, place.environment, catalog);
    const refused = await this.#setting.script?.decide({ ...this.#place(catalog), probe });
    return refused === undefined ? undefined : refusalOf(refused);
  }

  /** At once where nobody has to be asked: a promise costs more than a known statement. */
  statement(request: StatementRequest): Soon<Ruling> {
    const own = readOwnStatement(request.text);
    if (own !== undefined) return this.#answerOwn(own);
    const line = sentLine(request, this.#setting);
    if (line !== undefined) return this.#ruleLine(line, request);
    // Preparing runs nothing; the same text is judged when it is executed.
    if (request.phase === 'parse')
      return { kind: 'forward', run: new PreparingRun(request.text, () => this.#schema.catalog) };
    const { final } = this.#setting.run;
    if (final !== undefined) return this.#enforcement.refuse(final);
    try {
      const ruling = this.#rule(request);
      return ruling instanceof Promise ? ruling.catch((error: unknown) => this.#broken(error)) : ruling;
    } catch (error) {
      return this.#broken(error);
    }
  }

  #broken(error: unknown): Ruling {
    reportFailure(error, this.#setting.post);
    return {
      kind: 'disconnect',
      refusal: failure('this statement could not be judged or recorded, so it was not run.'),
    };
  }

  idle(probe: Probe): Promise<void> | undefined {
    return this.#schema.isStale ? this.#schema.look(probe, this.#transaction) : undefined;
  }

  scrub(fields: NoticeFields): NoticeFields {
    return scrubOutside(fields, this.#asked);
  }

  notification(topic: string, payload: string): { readonly topic: string; readonly payload: string } {
    const world = { catalog: this.#schema.catalog, clouded: this.#memory.picture.clouded === true };
    const shown = this.#notifications.payload(payload, world);
    return {
      topic: this.#notifications.topic(topic),
      payload: scrubOutside(new Map([['M', shown]]), this.#asked).get('M') ?? '',
    };
  }

  closed(because: string): void {
    if (this.#environment === undefined) return;
    void this.#setting.judge
      .note({
        type: 'session.end',
        session: this.#setting.session,
        actor: this.#setting.actor,
        target: this.#target,
        environment: this.#environment,
        details: { connection: this.#number, because },
      })
      .catch(() => undefined);
  }

  #rule(request: StatementRequest): Soon<Ruling> {
    const { transaction, probe } = request;
    this.#transaction.enter(transaction);
    this.#schema.enter(transaction);
    // The connection may have rested for hours since it was idle.
    if (probe !== undefined && transaction !== 'failed' && this.#schema.isStale)
      return this.#schema.look(probe, this.#transaction, request.text).then(() => this.#ruleNow(request));
    return this.#ruleNow(request);
  }

  #ruleLine(line: SentLine, request: StatementRequest): Promise<Ruling> {
    return ruleLine(line, this.#setting, {
      request,
      place: this.#place(this.#schema.catalog),
      statements: this.#statements,
      transaction: this.#transaction,
      copies: this.#copies,
      judged: (judgement) => {
        this.#last = judgement;
      },
    });
  }

  #ruleNow(request: StatementRequest): Soon<Ruling> {
    const { catalog } = this.#schema;
    const judgement = this.#statements.judge(request, this.#place(catalog));
    return judgement instanceof Promise
      ? judgement.then((said) => this.#judged(request, said, catalog))
      : this.#judged(request, judgement, catalog);
  }

  #judged(
    request: StatementRequest,
    judgement: Judgement,
    catalog: CatalogSnapshot | undefined,
  ): Soon<Ruling> {
    this.#last = judgement;
    const returned = returnedMask(request, judgement, {
      proved: this.#proved,
      rules: () => rulesFor(this.#setting, { judgement, catalog, environment: this.#knownEnvironment() }),
    });
    if (returned !== undefined)
      return refuseReturned(this.#setting, judgement, returned).then(() =>
        this.#enforcement.refuse(returned),
      );
    if (judgement.verdict === 'allow') return this.#forward(request, judgement, { catalog });
    return this.#enforcement
      .enforce(request, judgement, this.#place(catalog))
      .then((way) =>
        way.kind === 'go' ? this.#forward(request, judgement, { catalog, ...way }) : way.ruling,
      );
  }

  #forward(
    request: StatementRequest,
    judgement: Judgement,
    { catalog, unasked = false, trial }: GoingOn & { readonly catalog: CatalogSnapshot | undefined },
  ): Ruling {
    const tallied = { judgement, unasked };
    if (unasked) this.#transaction.sent(tallied);
    this.#reported.heard(request.text);
    this.#notifications.heard(request.text, judgement.plans);
    const numbers = new Map<StatementPlan, number>();
    for (const plan of judgement.plans) this.#expect(plan, numbers);
    const run = new JudgedRun({
      setting: this.#setting,
      judgement,
      text: request.text,
      catalog,
      environment: this.#knownEnvironment(),
      proved: this.#proved,
      completed: (plan, tag) => {
        this.#transaction.ran(plan, tag, tallied);
        this.#completed(plan, numbers.get(plan));
      },
      ended: () => this.#transaction.ended(tallied),
    });
    const renames = renamesOf(judgement.plans);
    return { kind: 'forward', run, ...present({ renames, trial }) };
  }

  /** From here on, statements that are sent ahead are judged as if this one had run. */
  #expect(plan: StatementPlan, numbers: Map<StatementPlan, number>): void {
    if (plan.changesSchema) {
      this.#schema.changed();
      // A cursor's query was read with names as they were; from now on its rows are opaque.
      this.#memory.expect({ kind: 'close', name: 'all' });
    }
    if (plan.fills !== undefined) this.#schema.filled(plan.fills);
    if (plan.remember !== undefined) numbers.set(plan, this.#memory.expect(plan.remember));
    if (plan.kind === 'TransactionStmt') this.#schema.bounded();
  }

  #completed(plan: StatementPlan, number: number | undefined): void {
    if (plan.remember !== undefined && number !== undefined) this.#memory.succeed(plan.remember, number);
    if (plan.changesSchema) this.#schema.changed();
    if (plan.kind === 'TransactionStmt') this.#schema.bounded();
  }

  #place(catalog: CatalogSnapshot | undefined): StatementPlace {
    return { target: this.#target, environment: this.#knownEnvironment(), catalog };
  }

  #answerOwn(own: OwnStatement): Ruling {
    const { actor, purpose, attended } = this.#setting;
    if (own.kind === 'misspelt')
      return { kind: 'refuse', refusal: misspelt(), how: attended ? 'synthesize' : 'substitute' };
    if (own.kind !== 'show' && actor.kind !== 'human') {
      return { kind: 'refuse', refusal: refuseSetting(actor.kind), how: 'substitute' };
    }
    return answerOwn(own, {
      purpose,
      status: {
        session: this.#setting.session,
        actor,
        target: this.#target,
        environment: this.#knownEnvironment(),
        catalog: this.#schema.catalog,
        policy: this.#setting.policy,
        lines: this.#setting.lineSecret !== undefined,
        masked: this.#setting.masked.soFar,
        probes: this.#setting.run.probes,
      },
      last: this.#last,
    });
  }

  /** Where it leads and what is known of it, once it is ready. */
  get place(): { target: Target; environment: Environment; catalog: CatalogSnapshot | undefined } {
    return { target: this.#target, environment: this.#knownEnvironment(), catalog: this.#schema.catalog };
  }

  /** Before the target is known nothing can be judged; the proxy asks nothing before `ready`. */
  #knownEnvironment(): Environment {
    if (this.#environment === undefined) throw new TypeError('a statement before the connection was ready');
    return this.#environment;
  }
}
