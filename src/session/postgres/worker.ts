import { parentPort, workerData } from 'node:worker_threads';
import { openJournal } from '../../audit/journal.ts';
import { createEnforcer } from '../../enforce/enforcer.ts';
import { systemClock } from '../../host/clock.ts';
import { ChildJudge } from '../../judge/child-judge.ts';
import { LocalJudge } from '../../judge/local-judge.ts';
import { IssuedMasks } from '../../mask/issued-masks.ts';
import { GuardError } from '../../model/errors.ts';
import type { Judge } from '../../model/judge.ts';
import { present } from '../../model/present.ts';
import { FlowBook } from '../../observe/flow-book.ts';
import { openEnds } from '../../observe/flow-ends.ts';
import { loadSqlParser } from '../../parse/sql/parse-sql.ts';
import type { Gate } from '../../wire/postgres/gate.ts';
import { type ProxyServer, serveProxy } from '../../wire/postgres/proxy.ts';
import { auditFolder, flowFolder } from '../state-places.ts';
import { Catalogs } from './catalogs.ts';
import { ConnectionGate } from './connection-gate.ts';
import { DumpDesk } from './dump-desk.ts';
import { DumpGate } from './dump-gate.ts';
import { enforceLimits } from './enforce-limits.ts';
import { RestoreGate } from './gate-around.ts';
import { type GateSetting, RunState } from './gate-setting.ts';
import { Inflow } from './inflow.ts';
import { installationMaskKey, sessionMaskKeys } from './mask-keys.ts';
import { MaskTotals } from './mask-totals.ts';
import type { FromWorker, ToWorker, WorkerSetting } from './messages.ts';
import { Outflow } from './outflow.ts';
import { Purpose } from './purpose.ts';
import { RemotePrompter } from './remote-prompter.ts';
import { reportFailure } from './report-failure.ts';
import { ScriptRun } from './script-run.ts';
import { Surroundings } from './surroundings.ts';

const NO_INPUT = { ends: [], heads: [] };

/** The thread's start: everything between psql's socket and the server lives here. */
class WorkerThread {
  readonly #setting: WorkerSetting;
  readonly #post: (message: FromWorker) => void;
  readonly #prompter: RemotePrompter;
  readonly #surroundings: Surroundings;
  readonly #masked = new MaskTotals();
  readonly #book: FlowBook;
  readonly #outflow: Outflow;
  #judge: Judge | undefined;
  #server: ProxyServer | undefined;
  #desk: DumpDesk | undefined;

  constructor(setting: WorkerSetting, post: (message: FromWorker) => void) {
    this.#setting = setting;
    this.#post = post;
    this.#prompter = new RemotePrompter(post);
    this.#surroundings = new Surroundings(setting, post);
    this.#book = new FlowBook(flowFolder(setting.stateFolder));
    const { session, input } = setting;
    this.#outflow =
      input === undefined ? new Outflow(session, this.#book, () => []) : new Outflow(session, this.#book);
  }

  async start(): Promise<void> {
    const { socketPath, target, access } = this.#setting;
    const gates = await this.#gateSetting();
    this.#server = await serveProxy({
      socketPath,
      target,
      ...present({ access }),
      gate: this.#gateMaker(gates),
      onTrouble: (text) => this.#post({ kind: 'trouble', text }),
    });
    this.#post({ kind: 'listening', ...present({ port: this.#server.port }) });
  }

  #gateMaker(gates: GateSetting): (connection: number) => Gate {
    const { dump } = this.#setting;
    if (dump === undefined) return (connection) => new ConnectionGate(gates, connection);
    if (dump === 'restore') return (connection) => new RestoreGate(new ConnectionGate(gates, connection));
    const desk = new DumpDesk(dump, gates);
    this.#desk = desk;
    return (connection) => new DumpGate(new ConnectionGate(gates, connection), desk, gates);
  }

  received(message: ToWorker): void {
    switch (message.kind) {
      case 'answer':
        this.#prompter.answered(message.question, message.answer);
        break;
      case 'labelled':
        this.#surroundings.labelled(message.id, message.class);
        break;
      case 'ran':
        void this.#ran(message);
        break;
      case 'close':
        void this.#close();
        break;
    }
  }

  async #gateSetting(): Promise<GateSetting> {
    const { session, target, actor, attempts, purpose, policy, attended, scripted } = this.#setting;
    const { input } = this.#setting;
    const judge = await this.#openJudge();
    this.#judge = judge;
    const book = this.#book;
    const gates: GateSetting = {
      session,
      target,
      actor,
      attempts,
      purpose: new Purpose(purpose),
      judge,
      enforcer: createEnforcer({
        clock: systemClock,
        limits: enforceLimits(policy.prompts),
        ...(attended ? { prompter: this.#prompter } : {}),
      }),
      policy,
      surroundings: this.#surroundings,
      catalogs: new Catalogs({
        judge,
        labels: policy.labels,
        stateFolder: this.#setting.stateFolder,
        placeOf: (key) => this.#surroundings.placeOf(key),
        trouble: (text) => this.#post({ kind: 'trouble', text }),
      }),
      keys: sessionMaskKeys(installationMaskKey(this.#setting.stateFolder)),
      issued: new IssuedMasks(),
      masked: this.#masked,
      maskFails: this.#setting.maskFails,
      inflow: input === undefined ? new Inflow(NO_INPUT, book, () => []) : new Inflow(input, book, openEnds),
      outflow: this.#outflow,
      attended,
      anyDatabase: this.#setting.access !== undefined,
      run: new RunState(scripted),
      ...present({ lineSecret: this.#setting.lineSecret }),
      post: this.#post,
    };
    const { script } = this.#setting;
    return script === undefined ? gates : { ...gates, script: new ScriptRun(script, gates) };
  }

  async #openJudge(): Promise<Judge> {
    const { policy, stateFolder, judgeApart } = this.#setting;
    const folder = auditFolder(stateFolder);
    if (judgeApart) {
      // Row estimates read plans with the same parser package.
      await loadSqlParser();
      return new ChildJudge(policy, folder);
    }
    await loadSqlParser();
    return new LocalJudge({ policy, journal: openJournal({ folder }) });
  }

  async #ran({ decision, durationMs }: Extract<ToWorker, { kind: 'ran' }>): Promise<void> {
    try {
      await this.#judge?.record({ kind: 'result', decision, rows: 0, masked: {}, durationMs });
    } catch (error) {
      reportFailure(error, this.#post);
    }
  }

  async #close(): Promise<void> {
    this.#prompter.close();
    await this.#server?.close();
    const { soFar } = this.#masked;
    if (soFar.values > 0) this.#post({ kind: 'masked', masked: soFar });
    await this.#desk?.close();
    try {
      this.#outflow.close();
    } catch (error) {
      reportFailure(error, this.#post);
    }
    await this.#judge?.close().catch((error: unknown) => reportFailure(error, this.#post));
    parentPort?.close();
  }
}

const port = parentPort;
if (port === null) throw new GuardError('INTERNAL', 'the worker must be started by guard');
const thread = new WorkerThread(workerData, (message) => port.postMessage(message));
port.on('message', (message: ToWorker) => thread.received(message));
try {
  await thread.start();
} catch (error) {
  reportFailure(error, (message) => port.postMessage(message));
}
