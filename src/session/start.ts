import { randomBytes } from 'node:crypto';
import { configFolder, stateFolder } from '../host/folders.ts';
import { ensurePrivateFolder } from '../host/private-folder.ts';
import { openState, type StateOpening } from '../host/state-version.ts';
import type { ActorKind } from '../model/actor.ts';
import type { EnvironmentClass } from '../model/environment.ts';
import type { PurposeFacts } from '../model/facts.ts';
import type { CompiledPolicy } from '../model/policy.ts';
import { present } from '../model/present.ts';
import { inputEnds } from '../observe/flow-ends.ts';
import { type ObservedActor, observeActor } from '../observe/identity.ts';
import { observePurpose } from '../observe/purpose.ts';
import { loadPolicy } from '../policy/load.ts';
import { loadSettings, type Settings } from '../policy/settings.ts';
import { writeDebug } from './debug-file.ts';
import type { WorkerSetting } from './postgres/messages.ts';
import { auditFolder, debugFile, MACHINE_FOLDER } from './state-places.ts';

const ID_BYTES = 8;

/** What the command line said. */
export interface SessionRequest {
  readonly env?: EnvironmentClass;
  readonly actor?: ActorKind;
  readonly policy: readonly string[];
  readonly ticket?: string;
  readonly purpose?: string;
  readonly prompt?: 'panel' | 'plain';
  readonly audit?: 'every';
  /** Results that would have to be masked are refused. */
  readonly mask?: 'fail';
  readonly debug: boolean;
  readonly quiet: boolean;
  readonly judgeApart: boolean;
  /** `guard exec`: nobody is ever asked. */
  readonly scripted: boolean;
}

/** Everything guard knows about a run before it starts; `guard status` shows it. */
export interface Ground {
  readonly settings: Settings;
  readonly policy: CompiledPolicy;
  readonly observed: ObservedActor;
  readonly purpose: PurposeFacts;
  readonly stateFolder: string;
}

type WorkerPlace = Pick<WorkerSetting, 'target' | 'socketPath' | 'access' | 'dump' | 'lineSecret'>;

/** What running a session needs, wherever its ground was found. */
export interface SessionRun {
  readonly id: string;
  /** Standard input and output are a terminal, and the run may use it. */
  readonly hasTerminal: boolean;
  /** A person can be asked. */
  readonly attended: boolean;
  readonly promptStyle: 'panel' | 'plain' | undefined;
  readonly quiet: boolean;
  /** guard's own trouble, masked, for `--debug`. */
  debug(text: string): void;
  workerSetting(place: WorkerPlace): WorkerSetting;
}

/** One session, ready to be run. */
export interface StartedSession extends Ground, SessionRun {}

/** Settings, policy, identity, purpose: what holds here and now. Throws CONFIG_INVALID, POLICY_INVALID, STATE_TOO_NEW. */
export async function surveyGround(request: SessionRequest): Promise<Ground> {
  const settings = await loadSettings({
    places: { machine: MACHINE_FOLDER, user: configFolder(), cwd: process.cwd() },
    flags: {
      policy: request.policy,
      ...present({ env: request.env, actor: request.actor, prompt: request.prompt }),
    },
  });
  const loaded = await loadPolicy(settings);
  const claimed = settings.actor?.value;
  const state =
    settings.stateFolder === undefined ? stateFolder() : ensurePrivateFolder(settings.stateFolder.value);
  const opening = openState(state);
  const observed = observeActor({ environment: process.env, ...present({ claimed }) });
  if (opening.migrated) await noteMigration(state, opening, observed);
  return {
    settings,
    policy: request.audit === 'every' ? { ...loaded, audit: 'every' } : loaded,
    observed,
    purpose: observePurpose(process.env, present({ ticket: request.ticket, purpose: request.purpose })),
    stateFolder: state,
  };
}

/** Loaded only when there was something to migrate. */
async function noteMigration(
  state: string,
  { from, to }: StateOpening,
  { actor }: ObservedActor,
): Promise<void> {
  const [{ openJournal }, { entryActor }] = await Promise.all([
    import('../audit/journal.ts'),
    import('../judge/entry-parts.ts'),
  ]);
  using journal = openJournal({ folder: auditFolder(state) });
  const details = { from: from ?? 0, to };
  journal.append({ type: 'state.migrate', sess: '', actor: entryActor(actor), details }, 'durable');
}

/** Who asks for the file wants to know where it is. */
async function announceDebug(path: string): Promise<void> {
  const { sessionNotice } = await import('../prompt/notice.ts');
  sessionNotice(`guard: its own trouble goes to ${path}`);
}

/** Throws what surveying throws. */
export async function startSession(request: SessionRequest): Promise<StartedSession> {
  const ground = await surveyGround(request);
  const { settings, policy, observed, purpose } = ground;
  const id = randomBytes(ID_BYTES).toString('hex');
  if (request.debug && !request.quiet) await announceDebug(debugFile(ground.stateFolder));
  const input = inputEnds(process.argv);
  const hasTerminal = !request.scripted && process.stdin.isTTY === true && process.stdout.isTTY === true;
  const attended = hasTerminal && observed.actor.kind === 'human';
  return {
    ...ground,
    id,
    hasTerminal,
    attended,
    promptStyle: settings.prompt?.value,
    quiet: request.quiet,
    debug: (text) => {
      if (request.debug) writeDebug(debugFile(ground.stateFolder), text, new Date());
    },
    workerSetting: ({ target, socketPath, access, dump, lineSecret }) => ({
      session: id,
      socketPath,
      target,
      ...present({ access, dump, lineSecret }),
      actor: observed.actor,
      attempts: observed.attempts,
      purpose,
      policy,
      ...present({ environment: settings.env?.value }),
      ownDatabase: false,
      attended,
      scripted: !attended,
      judgeApart: request.judgeApart,
      maskFails: request.mask === 'fail',
      stateFolder: ground.stateFolder,
      input,
    }),
  };
}
