import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { knownJournalKey } from '../../audit/journal-key.ts';
import { type VerifyReport, verifyJournal } from '../../audit/verify.ts';
import { stateFolder } from '../../host/folders.ts';
import { openState, STATE_VERSION } from '../../host/state-version.ts';
import { TargetStore } from '../../observe/targets.ts';
import { knownCatalogs } from '../known-catalogs.ts';
import { LabelStore } from '../labels.ts';
import { auditFolder, catalogFolder, keysFolder, labelsFile, targetsFile } from '../state-places.ts';
import type { DoctorFinding, DoctorPart } from './finding.ts';
import { attempt, reasonOf } from './machine.ts';

const PERMISSIONS = 0o777;

function folderFinding(state: string): DoctorFinding {
  openState(state);
  accessSync(state, constants.W_OK | constants.X_OK);
  const mode = (statSync(state).mode & PERMISSIONS).toString(8).padStart(4, '0');
  return { about: 'state folder', state: 'ok', says: `${state}, mode ${mode}, version ${STATE_VERSION}` };
}

function keyFinding(state: string): DoctorFinding {
  const key = knownJournalKey(keysFolder(state));
  if (key === undefined)
    return { about: 'signing key', state: 'ok', says: 'none yet: it is made with the first entry' };
  return { about: 'signing key', state: 'ok', says: `${key.id} in ${keysFolder(state)}` };
}

function logFinding(folder: string, report: VerifyReport): DoctorFinding {
  const { ok, entries, files, problems, problemCount } = report;
  const count = `${entries.toLocaleString('en-US')} entries in ${files} file${files === 1 ? '' : 's'}`;
  if (ok)
    return { about: 'audit log', state: 'ok', says: `${count}, chain and signatures hold (quick check)` };
  return {
    about: 'audit log',
    state: 'problem',
    says: `${count}, ${problemCount} problem${problemCount === 1 ? '' : 's'}: ${problems[0]?.text ?? 'it is empty'}`,
    instead: `guard audit verify lists all of them; the log is in ${folder}`,
  };
}

function log(state: string): DoctorFinding {
  const folder = auditFolder(state);
  if (!existsSync(folder)) return { about: 'audit log', state: 'ok', says: 'none yet' };
  const key = knownJournalKey(keysFolder(state));
  const report = verifyJournal(folder, {
    depth: 'fast',
    ...(key === undefined ? {} : { publicKeys: [key] }),
  });
  return logFinding(folder, report);
}

function targets(state: string): DoctorFinding {
  const { targets: known } = new TargetStore(targetsFile(state)).read();
  return { about: 'targets', state: 'ok', says: `${known.length} labelled` };
}

function labels(state: string): DoctorFinding {
  const count = new LabelStore(labelsFile(state)).read().length;
  const seen = knownCatalogs(catalogFolder(state)).length;
  return { about: 'catalogs', state: 'ok', says: `${seen} databases seen, ${count} columns labelled by you` };
}

/** What guard keeps: folder, key, log, labels. */
export const examineState = (pinned: string | undefined): DoctorPart => {
  return () => {
    let state: string;
    try {
      state = pinned ?? stateFolder();
    } catch (error) {
      return [{ about: 'state folder', state: 'problem', ...reasonOf(error) }];
    }
    return [
      attempt('state folder', () => folderFinding(state)),
      attempt('signing key', () => keyFinding(state)),
      attempt('audit log', () => log(state)),
      attempt('targets', () => targets(state)),
      attempt('catalogs', () => labels(state)),
    ];
  };
};
