import { quote } from 'shell-quote';
import { openJournal } from '../audit/journal.ts';
import type { ChildExit } from '../capture/child-exit.ts';
import { findExecutable } from '../capture/executable.ts';
import { startPiped } from '../capture/piped.ts';
import { NO_TRANSACTION } from '../enforce/limits.ts';
import type { Enforcement } from '../enforce/request.ts';
import { systemClock } from '../host/clock.ts';
import { evaluateArgv } from '../judge/evaluate-command.ts';
import { RecordingJudge } from '../judge/recording-judge.ts';
import type { Environment } from '../model/environment.ts';
import type { Judgement, JudgeRequest } from '../model/judge.ts';
import type { Target } from '../model/target.ts';
import { rawText } from '../model/text.ts';
import { childStatus, type SessionResult } from './child-status.ts';
import { answerOf } from './postgres/answer-outcome.ts';
import { refusalLines } from './refusal-lines.ts';
import type { StartedSession } from './start.ts';
import { auditFolder } from './state-places.ts';

type Argv = readonly [string, ...string[]];

const TARGET: Target = { kind: 'shell', name: 'this machine' };

/** Local files and processes on a machine that nobody registered as staging or prod. */
function localEnvironment(session: StartedSession): Environment {
  const raised = session.settings.env?.value;
  return {
    class: raised ?? 'dev',
    name: 'this machine',
    because: raised === undefined ? 'local, not registered as staging or prod' : 'raised by --env',
    synthetic: false,
    throwaway: false,
  };
}

/** A way to run a command in which guard sees again what it does. */
export interface WatchedRun {
  start(): Promise<SessionResult>;
}

function requestFor(argv: Argv, session: StartedSession, watched: boolean): JudgeRequest {
  return {
    channel: { language: 'shell', via: 'argv', certainty: 'exact' },
    text: rawText(quote([...argv])),
    target: TARGET,
    cwd: process.cwd(),
    situation: {
      actor: session.observed.actor,
      purpose: session.purpose,
      environment: localEnvironment(session),
      session: { id: session.id, tainted: [], transaction: 'idle', wrote: false, attended: session.attended },
      time: new Date().toISOString(),
    },
    entry: true,
    ...(watched ? { judgedAgain: true } : {}),
  };
}

async function ask(
  judgement: Judgement,
  request: JudgeRequest,
  session: StartedSession,
): Promise<Enforcement> {
  const { createEnforcer } = await import('../enforce/enforcer.ts');
  const { enforceLimits } = await import('./postgres/enforce-limits.ts');
  const limits = enforceLimits(session.policy.prompts);
  const common = { clock: systemClock, limits };
  const enforcer = createEnforcer(
    session.attended ? { ...common, prompter: await terminalPrompter(session) } : common,
  );
  return enforcer.enforce({
    judgement,
    actor: request.situation.actor,
    environment: request.situation.environment,
    target: TARGET,
    transaction: NO_TRANSACTION,
    cancel: new AbortController().signal,
  });
}

/** Before the program runs nothing else is on the terminal: plain lines do. */
async function terminalPrompter(session: StartedSession) {
  const { linePrompter } = await import('../prompt/line-prompter.ts');
  return linePrompter(session.promptStyle);
}

async function run(argv: Argv, session: StartedSession): Promise<ChildExit> {
  if (!session.hasTerminal) return startPiped({ argv, env: process.env }).done;
  const { TerminalBridge } = await import('../capture/terminal-bridge.ts');
  const { exit, endedBy } = await new TerminalBridge({ argv, env: process.env }).done;
  return endedBy === undefined ? exit : { kind: 'signal', signal: endedBy };
}

async function runAsIs(argv: Argv, session: StartedSession): Promise<SessionResult> {
  return { exit: await run(argv, session), refused: false, failure: undefined };
}

/**
 * A command that guard does not look into: judged by its words alone, then run as it is, or so that what it does is
 * seen again (`watched`). Resolves to the exit status.
 * Throws COMMAND_NOT_FOUND, AUDIT_UNWRITABLE.
 */
export async function runCommand(argv: Argv, session: StartedSession, watched?: WatchedRun): Promise<number> {
  // Nobody is asked about something that can't be run.
  findExecutable(argv[0], process.env['PATH']);
  const judge = new RecordingJudge({
    policy: session.policy,
    evaluate: (request, world) => evaluateArgv(request, world, 'shell'),
    journal: openJournal({ folder: auditFolder(session.stateFolder) }),
  });
  try {
    const request = requestFor(argv, session, watched !== undefined);
    const judgement = await judge.judge(request);
    if (judgement.verdict !== 'allow') {
      const enforced = await ask(judgement, request, session);
      const answer = answerOf(enforced, judgement.id, request.situation.actor.id);
      if (answer !== undefined) await judge.record(answer);
      if (enforced.kind === 'refuse') {
        await judge.record({ kind: 'refused', decision: judgement.id, because: enforced.because });
        process.stderr.write(refusalLines(enforced.message, judgement.rule));
        return REFUSED;
      }
    }
    const began = systemClock.monotonic();
    const result = watched === undefined ? await runAsIs(argv, session) : await watched.start();
    const status = childStatus(result, session);
    await judge.record({
      kind: 'result',
      decision: judgement.id,
      rows: 0,
      masked: {},
      durationMs: systemClock.monotonic() - began,
      ...(status === 0 ? {} : { error: String(status) }),
    });
    return status;
  } finally {
    await judge.close();
  }
}

const REFUSED = 77;
