import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { verifyJournal } from '../../audit/verify.ts';
import { stateFolder } from '../../host/folders.ts';
import { ensurePrivateFolder } from '../../host/private-folder.ts';
import { makeTemporaryFolder } from '../../host/temporary.ts';
import type { Actor } from '../../model/actor.ts';
import type { CompiledPolicy } from '../../model/policy.ts';
import { loadBuiltIn } from '../../policy/built-in.ts';
import type { ConnectionTarget } from '../../wire/postgres/target.ts';
import type { WorkerSetting } from '../postgres/messages.ts';
import { PostgresWorker, type WorkerHandlers } from '../postgres/worker-thread.ts';
import { runPsql } from '../psql-session.ts';
import type { SessionRun } from '../start.ts';
import { auditFolder } from '../state-places.ts';
import { CLINIC_DATABASE, CLINIC_PORT, CLINIC_USER, type Clinic, openClinic } from './clinic.ts';
import { runTour } from './tour.ts';
import { WireClient } from './wire-client.ts';

const ID_BYTES = 4;

/** The visitor of the demo: the clinic is made up, so nobody's authority is borrowed. */
const VISITOR: Actor = {
  kind: 'human',
  id: 'demo',
  uid: process.getuid?.() ?? 0,
  groups: [],
  mfa: false,
  evidence: [{ value: 'human', source: 'guard demo', strength: 'claimed' }],
};

function clinicTarget(clinic: Clinic): ConnectionTarget {
  return {
    servers: [{ host: clinic.folder, port: CLINIC_PORT }],
    user: CLINIC_USER,
    database: CLINIC_DATABASE,
    sslmode: 'disable',
    sslsni: false,
    channelBinding: 'disable',
    gssencmode: 'disable',
    targetSessionAttrs: 'any',
    connectTimeout: 0,
    passfile: '/dev/null',
    sources: {},
  };
}

/** Nobody is asked: in the scripted tour a question is a refusal. */
const NOBODY: WorkerHandlers = {
  ask: () => Promise.resolve({ kind: 'no', because: 'no-terminal' }),
  label: () => Promise.resolve(undefined),
  connected: () => undefined,
  refused: () => undefined,
  masked: () => undefined,
  trouble: () => undefined,
};

interface DemoSession extends SessionRun {
  readonly policy: CompiledPolicy;
  readonly stateFolder: string;
}

interface DemoPlace {
  readonly target: ConnectionTarget;
  readonly socketPath: string;
}

/** The demo counts as prod, so that there is something to see. */
function demoSetting(place: DemoPlace, session: Omit<DemoSession, 'workerSetting'>): WorkerSetting {
  return {
    ...place,
    session: session.id,
    actor: VISITOR,
    attempts: [],
    purpose: { breakglass: false },
    policy: session.policy,
    environment: 'prod',
    ownDatabase: true,
    attended: session.attended,
    scripted: false,
    judgeApart: false,
    maskFails: false,
    stateFolder: session.stateFolder,
  };
}

async function demoSession(stateFolder: string, attended: boolean): Promise<DemoSession> {
  const session = {
    id: `demo-${randomBytes(ID_BYTES).toString('hex')}`,
    policy: await loadBuiltIn(),
    stateFolder,
    attended,
    hasTerminal: attended,
    promptStyle: undefined,
    quiet: false,
    debug: () => undefined,
  };
  return { ...session, workerSetting: (place) => demoSetting(place, session) };
}

/** The tour without a terminal; resolves to what was not as promised. */
export async function runScriptedDemo(print: (text: string) => void): Promise<readonly string[]> {
  print('A made-up clinic: 2,000 patients, 6,000 encounters, 5,000 claims, 40 staff. Nobody in it exists.\n');
  print('guard stands in front of it and treats it as prod.\n');
  using folder = makeTemporaryFolder();
  using clinic = await openClinic();
  const session = await demoSession(ensurePrivateFolder(join(folder.path, 'state')), false);
  const socketPath = join(folder.path, `.s.PGSQL.${CLINIC_PORT}`);
  const worker = await PostgresWorker.start(
    session.workerSetting({ target: clinicTarget(clinic), socketPath }),
    NOBODY,
  );
  const problems: string[] = [];
  try {
    const client = await WireClient.open(socketPath, CLINIC_USER, CLINIC_DATABASE);
    problems.push(...(await runTour(client, print)));
    client.close();
  } finally {
    await worker.close();
  }
  return [...problems, ...checkLog(session.stateFolder, print)];
}

function checkLog(state: string, print: (text: string) => void): readonly string[] {
  const report = verifyJournal(auditFolder(state));
  print(
    `\nThe signed log of this tour: ${report.entries} entries, ${report.ok ? 'every signature and link holds' : 'NOT OK'}.\n`,
  );
  return report.ok ? [] : report.problems.map(({ text }) => `the log: ${text}`);
}

const WELCOME = `A made-up clinic in an embedded database, behind guard, treated as prod. Nobody in it exists. Try:

  SELECT id, first_name, ssn, state FROM patients LIMIT 3;    masked
  SELECT state, count(*) FROM patients GROUP BY state;        not masked
  UPDATE rooms SET beds = 3 WHERE id = 4;                     asked
  DELETE FROM patients WHERE birth_date < '2010-01-01';       refused, with what it would hit
  DROP SCHEMA public CASCADE;                                 refused
  SHOW guard.why;                                             why the last one was decided so

\\q ends it.

`;

/** The demo with a real psql in this terminal; resolves to psql's exit status. */
export async function runInteractiveDemo(print: (text: string) => void): Promise<number> {
  print(WELCOME);
  // A log of its own, so that the real one holds real work only.
  const state = ensurePrivateFolder(join(stateFolder(), 'demo'));
  using clinic = await openClinic();
  const session = await demoSession(state, true);
  const place = ['-h', clinic.folder, '-p', String(CLINIC_PORT), '-U', CLINIC_USER, '-d', CLINIC_DATABASE];
  const status = await runPsql(['psql', ...place], session);
  print(`\nWhat was decided is signed and chained: guard audit verify ${auditFolder(state)}\n`);
  return status;
}
