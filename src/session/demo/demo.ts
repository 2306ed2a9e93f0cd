import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { verifyJournal } from '../../audit/verify.ts';
import { stateFolder } from '../../host/folders.ts';
import { ensurePrivateFolder } from '../../host/private-folder.ts';
import { makeTemporaryFolder } from '../../host/temporary.ts';
import type { Actor } from '../../model/actor.ts';
import { loadBuiltIn } from '../../policy/built-in.ts';
import type { ConnectionTarget } from '../../wire/postgres/target.ts';
import type { WorkerSetting } from '../postgres/messages.ts';
import { PostgresWorker, type WorkerHandlers } from '../postgres/worker-thread.ts';
import { auditFolder } from '../state-places.ts';
import { CLINIC_DATABASE, CLINIC_PORT, CLINIC_USER, type Clinic, openClinic } from './clinic.ts';
import { runTour } from './tour.ts';
import { WireClient } from './wire-client.ts';

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
  trouble: (t) => console.error(t),
};

async function tourSetting(clinic: Clinic, folder: string): Promise<WorkerSetting> {
  return {
    session: `demo-${randomBytes(4).toString('hex')}`,
    socketPath: join(folder, `.s.PGSQL.${CLINIC_PORT}`),
    target: clinicTarget(clinic),
    actor: VISITOR,
    attempts: [],
    purpose: { breakglass: false },
    policy: await loadBuiltIn(),
    environment: 'prod',
    ownDatabase: true,
    attended: false,
    scripted: false,
    judgeApart: false,
    stateFolder: ensurePrivateFolder(join(folder, 'state')),
  };
}

/** The tour without a terminal; resolves to what was not as promised. */
export async function runScriptedDemo(print: (text: string) => void): Promise<readonly string[]> {
  print('A made-up clinic: 2,000 patients, 6,000 encounters, 5,000 claims, 40 staff. Nobody in it exists.\n');
  print('guard stands in front of it and treats it as prod.\n');
  using folder = makeTemporaryFolder();
  using clinic = await openClinic();
  const setting = await tourSetting(clinic, folder.path);
  const worker = await PostgresWorker.start(setting, NOBODY);
  const problems: string[] = [];
  try {
    const client = await WireClient.open(setting.socketPath, CLINIC_USER, CLINIC_DATABASE);
    problems.push(...(await runTour(client, print)));
    client.close();
  } finally {
    await worker.close();
  }
  return [...problems, ...checkLog(setting.stateFolder, print)];
}

function checkLog(state: string, print: (text: string) => void): readonly string[] {
  const report = verifyJournal(auditFolder(state));
  print(
    `\nThe signed log of this tour: ${report.entries} entries, ${report.ok ? 'every signature and link holds' : 'NOT OK'}.\n`,
  );
  return report.ok ? [] : report.problems.map(({ text }) => `the log: ${text}`);
}

/** Where the interactive demo keeps its log, so that the real one holds real work only. */
export function demoStateFolder(): string {
  return ensurePrivateFolder(join(stateFolder(), 'demo'));
}
