import { Writable } from 'node:stream';
import type { ChildExit } from '../capture/child-exit.ts';
import { EndingSignals } from '../capture/ending-signals.ts';
import { startPiped } from '../capture/piped.ts';
import { type BridgeOptions, TerminalBridge } from '../capture/terminal-bridge.ts';
import type { EnvironmentClass } from '../model/environment.ts';
import { present } from '../model/present.ts';
import type { Prompter } from '../model/prompter.ts';
import type { HoldableTerminal } from '../model/terminal-hold.ts';
import { withFiles } from '../observe/flow-ends.ts';
import { chooseOne } from '../prompt/choice.ts';
import { sessionNotice } from '../prompt/notice.ts';
import { createPrompter } from '../prompt/prompter.ts';
import { type PromptStyle, promptStyle } from '../prompt/style.ts';
import type { LineFacts } from '../protocols/psql/lines/line-port.ts';
import { informationOnly, preparePsql, readsInput } from '../protocols/psql/prepare.ts';
import type { ScriptCopies } from '../protocols/psql/script-copies.ts';
import { childStatus, type SessionResult } from './child-status.ts';
import { type MaskedSoFar, maskedText } from './postgres/mask-totals.ts';
import type { Connected, RuledLine, UnknownTarget, WorkerSetting } from './postgres/messages.ts';
import { PostgresWorker, type WorkerHandlers } from './postgres/worker-thread.ts';
import { PsqlLines } from './psql-lines.ts';
import { refusalLines } from './refusal-lines.ts';
import { isPlanned, openInputMessage, readInput, runOpen, runWithoutTerminal } from './script-session.ts';
import type { SessionRun } from './start.ts';

type Argv = readonly [string, ...string[]];

/** A person gets this long to say what a new target is; psql waits meanwhile. */
const LABEL_LIMIT_MS = 120_000;
const CLASSES: readonly { readonly key: string; readonly label: string; readonly value: EnvironmentClass }[] =
  [
    { key: '1', label: 'prod', value: 'prod' },
    { key: '2', label: 'staging', value: 'staging' },
    { key: '3', label: 'dev', value: 'dev' },
  ];

/** Standard error of a terminal in raw mode: nobody else adds the carriage return. */
const rawStderr = Object.assign(
  new Writable({
    write(chunk, _encoding, done) {
      process.stderr.write(String(chunk).replaceAll('\n', '\r\n'));
      done();
    },
  }),
  { isTTY: process.stderr.isTTY },
);

function connectedLines({ target, environment, because, columns, classed, unsure }: Connected) {
  const doubt = unsure === 0 ? '' : `, ${unsure} unsure: guard catalog review`;
  return [
    `guard: ${target} · ${environment} (${because}) · ${columns} columns, ${classed} masked${doubt}`,
    'guard: SHOW guard.status; tells more',
  ];
}

/** What the worker asks of the thread that holds the terminal. */
class PsqlHandlers implements WorkerHandlers {
  readonly #session: SessionRun;
  readonly #prompter: Prompter;
  readonly #terminal: HoldableTerminal | undefined;
  readonly #style: PromptStyle;
  readonly #lines: PsqlLines | undefined;
  #noticed = '';
  #refusal: string | undefined;
  #waiting = false;

  constructor(session: SessionRun, terminal: HoldableTerminal | undefined, lines: PsqlLines | undefined) {
    this.#session = session;
    this.#lines = lines;
    this.#terminal = terminal;
    this.#style = promptStyle(process.env, session.promptStyle);
    this.#prompter = createPrompter({ terminal, style: this.#style });
  }

  /** The first refusal of the run, as it is told on standard error. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** Nothing ran because other people have to approve it. */
  get waiting(): boolean {
    return this.#waiting;
  }

  readonly ask: WorkerHandlers['ask'] = async (question, cancel) => {
    const answer = await this.#prompter.ask(question, cancel);
    // psql only says that the connection is gone, not whether its statement ran.
    if (answer.kind === 'no' && answer.because === 'server-lost')
      sessionNotice('guard: the server was lost while guard asked; the statement was not run', rawStderr);
    return answer;
  };

  async label(target: UnknownTarget): Promise<EnvironmentClass | undefined> {
    if (this.#terminal === undefined) return undefined;
    const question = {
      lines: [`guard: ${target.name} counts as prod here: ${target.because}. What is it?`],
      options: CLASSES,
      otherwise: 'not now, it stays prod',
      timeoutMs: LABEL_LIMIT_MS,
    };
    return chooseOne(this.#terminal, question, this.#style);
  }

  connected(connected: Connected): void {
    if (this.#session.quiet || !this.#session.hasTerminal) return;
    const place = `${connected.target} ${connected.environment}`;
    // `\c` may lead somewhere else; a lost connection that was made again leads to the same.
    if (place === this.#noticed) return;
    this.#noticed = place;
    for (const line of connectedLines(connected)) sessionNotice(line, rawStderr);
  }

  /** What of psql's own commands is not held is said before the first prompt. */
  linesReady({ readline, restricted }: LineFacts): void {
    if (this.#session.quiet) return;
    if (!readline)
      sessionNotice(
        `guard: this psql edits lines without readline: ${restricted ? 'its own \\ commands are refused' : 'its own \\ commands are not covered'}`,
        rawStderr,
      );
    else if (!restricted)
      sessionNotice(
        'guard: this psql has no restricted mode: update it, so that a missed command can not run',
        rawStderr,
      );
  }

  linesBroken(): void {
    sessionNotice('guard: psql could not be locked again, so the session ends', rawStderr);
  }

  refused(...[message, rule, waiting]: Parameters<WorkerHandlers['refused']>): void {
    this.#waiting ||= waiting;
    const lines = refusalLines(message, rule);
    this.#refusal ??= lines;
    // On a terminal psql shows it, in raw mode; what else has to be said waits for the end.
    if (!this.#session.hasTerminal) process.stderr.write(lines);
  }

  /** Whoever reads a pipe or file can't see that something stands in place of something else. */
  masked(masked: MaskedSoFar): void {
    if (this.#session.quiet || process.stdout.isTTY === true) return;
    process.stderr.write(`guard: masked ${maskedText(masked)}\n`);
  }

  line(ruled: RuledLine): void {
    this.#lines?.ruled(ruled);
  }

  trouble(text: string): void {
    this.#session.debug(text);
  }
}

/** A program to start once its way into guard is open. */
export interface ClientStart {
  readonly file: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A client and the worker it will talk to. */
interface GuardedClient {
  readonly setting: WorkerSetting;
  /** Copies of what it was told to run. */
  readonly script?: ScriptCopies;
  /** What came so far on an input that somebody keeps open. */
  readonly open?: Buffer;
  /** `port` is the worker's, where one was asked for. */
  plan(port: number | undefined): ClientStart;
  /** psql's own commands are read. */
  readonly lines?: PsqlLines;
}

type Tap = NonNullable<BridgeOptions['tap']>;

interface Terminal {
  bridge?: TerminalBridge;
  readonly tap?: Tap;
}

async function runInTerminal(plan: ClientStart, bound: Terminal): Promise<ChildExit> {
  const bridge = new TerminalBridge({
    argv: [plan.file, ...plan.argv],
    env: plan.env,
    ...present({ tap: bound.tap }),
  });
  bound.bridge = bridge;
  try {
    const { exit, endedBy } = await bridge.done;
    return endedBy === undefined ? exit : { kind: 'signal', signal: endedBy };
  } finally {
    // The terminal is the shell's again: a question that comes now finds none.
    delete bound.bridge;
  }
}

async function runPiped(
  client: GuardedClient,
  plan: ClientStart,
  handlers: PsqlHandlers,
): Promise<ChildExit> {
  if (client.open === undefined) return runWithoutTerminal(plan, client.script);
  const { exit, problem } = await runOpen(plan, client.open);
  if (problem !== undefined) handlers.refused(openInputMessage(problem), 'psql.open-input', false);
  return exit;
}

/** psql's own commands are read in the middle of its terminal. */
function lineTap({ lines }: GuardedClient, handlers: PsqlHandlers, worker: PostgresWorker): { tap?: Tap } {
  if (lines === undefined) return {};
  return {
    tap: (port) =>
      lines.tap(port, {
        ran: (decision, durationMs) => worker.ran(decision, durationMs),
        ready: (facts) => handlers.linesReady(facts),
        broken: () => handlers.linesBroken(),
      }),
  };
}

/** Runs a client of PostgreSQL behind a worker of its own; questions go to the terminal, where there is one. */
export async function runClient(client: GuardedClient, session: SessionRun): Promise<SessionResult> {
  const bound: { bridge?: TerminalBridge } = {};
  const terminal: HoldableTerminal | undefined = session.attended
    ? {
        hold: () => {
          if (bound.bridge === undefined) throw new TypeError('a question while no psql runs');
          return bound.bridge.hold();
        },
      }
    : undefined;
  const handlers = new PsqlHandlers(session, terminal, client.lines);
  const worker = await PostgresWorker.start(client.setting, handlers);
  try {
    const plan = client.plan(worker.port);
    const exit = session.hasTerminal
      ? await runInTerminal(plan, Object.assign(bound, lineTap(client, handlers, worker)))
      : await runPiped(client, plan, handlers);
    const { refusal, waiting } = handlers;
    if (session.hasTerminal && !session.attended && refusal !== undefined) process.stderr.write(refusal);
    return { exit, refused: refusal !== undefined, waiting, failure: worker.failure };
  } finally {
    // Ctrl-C by somebody who does not want to wait must not leave the password file behind.
    using _signals = new EndingSignals(() => undefined);
    await worker.close();
  }
}

/** Files that psql is told to run: by the names the user knows, and the copies. */
function scriptPaths(script: ScriptCopies | undefined): readonly string[] {
  return [...(script?.names ?? [])].flat();
}

/** `guard -- psql …` and `guard exec -- psql …`; resolves to the exit status. */
export async function runPsql(argv: Argv, session: SessionRun): Promise<number> {
  const information = informationOnly(argv, process.env);
  if (information !== undefined) {
    return childStatus(
      {
        exit: await startPiped({ argv: [information.file, ...information.argv], env: information.env }).done,
        refused: false,
        failure: undefined,
      },
      session,
    );
  }
  const input = readsInput(argv, process.env, session.hasTerminal) ? await readInput() : undefined;
  using prepared = preparePsql(argv, {
    env: process.env,
    cwd: process.cwd(),
    session: session.id,
    hasTerminal: session.hasTerminal,
    ...(input?.kind === 'whole' ? { input: input.content } : {}),
  });
  if (!session.quiet) for (const notice of prepared.notices) sessionNotice(`guard: ${notice}`);
  const { script } = prepared;
  // With -f - among others it is none: the end of a script must be known.
  const open = input?.kind === 'open' && script === undefined ? input.begin : undefined;
  const parts = script === undefined || !isPlanned(script.parts) ? undefined : script.parts;
  const lines = prepared.lines === undefined ? undefined : new PsqlLines(prepared.lines);
  const worker = session.workerSetting({ ...prepared, ...present({ lineSecret: lines?.secret }) });
  const given = worker.input && withFiles(worker.input, scriptPaths(script));
  const setting = { ...worker, ...present({ script: parts, input: given }) };
  const client = { setting, plan: () => prepared.plan, ...present({ script, open, lines }) };
  return childStatus(await runClient(client, session), session);
}
