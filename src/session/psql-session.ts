import { Writable } from 'node:stream';
import type { ChildExit } from '../capture/child-exit.ts';
import { startPiped } from '../capture/piped.ts';
import { TerminalBridge } from '../capture/terminal-bridge.ts';
import type { EnvironmentClass } from '../model/environment.ts';
import type { Prompter } from '../model/prompter.ts';
import type { HoldableTerminal } from '../model/terminal-hold.ts';
import { chooseOne } from '../prompt/choice.ts';
import { sessionNotice } from '../prompt/notice.ts';
import { createPrompter } from '../prompt/prompter.ts';
import { promptStyle } from '../prompt/style.ts';
import { informationOnly, type PreparedPsql, preparePsql } from '../protocols/psql/prepare.ts';
import { childStatus, type SessionResult } from './child-status.ts';
import type { Connected, UnknownTarget } from './postgres/messages.ts';
import { PostgresWorker, type WorkerHandlers } from './postgres/worker-thread.ts';
import { refusalLines } from './refusal-lines.ts';
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

function connectedLine({ target, environment, because, columns, classed, unsure }: Connected): string {
  const doubt = unsure === 0 ? '' : `, ${unsure} unsure: guard catalog review`;
  return `guard: ${target} · ${environment} (${because}) · ${columns} columns, ${classed} masked${doubt} · SHOW guard.status · \\ commands are not covered yet`;
}

/** What the worker asks of the thread that holds the terminal. */
class PsqlHandlers implements WorkerHandlers {
  readonly #session: SessionRun;
  readonly #prompter: Prompter;
  readonly #terminal: HoldableTerminal | undefined;
  #noticed = false;
  refusedOnce = false;

  constructor(session: SessionRun, terminal: HoldableTerminal | undefined) {
    this.#session = session;
    this.#terminal = terminal;
    this.#prompter = createPrompter({ terminal, style: promptStyle(process.env, session.promptStyle) });
  }

  readonly ask: WorkerHandlers['ask'] = (question, cancel) => this.#prompter.ask(question, cancel);

  async label(target: UnknownTarget): Promise<EnvironmentClass | undefined> {
    if (this.#terminal === undefined) return undefined;
    return chooseOne(this.#terminal, {
      lines: [`guard: ${target.name} counts as prod here: ${target.because}. What is it?`],
      options: CLASSES,
      timeoutMs: LABEL_LIMIT_MS,
    });
  }

  connected(connected: Connected): void {
    if (this.#noticed || this.#session.quiet || this.#terminal === undefined) return;
    this.#noticed = true;
    sessionNotice(connectedLine(connected), rawStderr);
  }

  refused(...[message, rule]: Parameters<WorkerHandlers['refused']>): void {
    this.refusedOnce = true;
    if (this.#terminal === undefined) process.stderr.write(refusalLines(message, rule));
  }

  trouble(text: string): void {
    this.#session.debug(text);
  }
}

async function runInTerminal(prepared: PreparedPsql, bound: { bridge?: TerminalBridge }): Promise<ChildExit> {
  const { plan } = prepared;
  const bridge = new TerminalBridge({ argv: [plan.file, ...plan.argv], env: plan.env });
  bound.bridge = bridge;
  const { exit, endedBy } = await bridge.done;
  return endedBy === undefined ? exit : { kind: 'signal', signal: endedBy };
}

async function runPrepared(prepared: PreparedPsql, session: SessionRun): Promise<SessionResult> {
  const bound: { bridge?: TerminalBridge } = {};
  const terminal: HoldableTerminal | undefined = session.attended
    ? {
        hold: () => {
          if (bound.bridge === undefined) throw new TypeError('a question before psql was started');
          return bound.bridge.hold();
        },
      }
    : undefined;
  const handlers = new PsqlHandlers(session, terminal);
  const worker = await PostgresWorker.start(session.workerSetting(prepared), handlers);
  try {
    const { plan } = prepared;
    const exit = session.hasTerminal
      ? await runInTerminal(prepared, bound)
      : await startPiped({ argv: [plan.file, ...plan.argv], env: plan.env }).done;
    return { exit, refused: handlers.refusedOnce, failure: worker.failure };
  } finally {
    await worker.close();
  }
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
  using prepared = preparePsql(argv, {
    env: process.env,
    cwd: process.cwd(),
    session: session.id,
    hasTerminal: session.hasTerminal,
  });
  if (!session.quiet) for (const notice of prepared.notices) sessionNotice(`guard: ${notice}`);
  return childStatus(await runPrepared(prepared, session), session);
}
