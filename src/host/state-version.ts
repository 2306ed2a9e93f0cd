import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GuardError } from '../model/errors.ts';
import { withLock } from './lock.ts';
import { writePrivateFile } from './private-file.ts';
import { isErrno } from './private-folder.ts';

/** Version of what guard keeps in its state folder. Goes up with every change that an older guard would misread. */
export const STATE_VERSION = 1;

const FILE = 'version';
const LOCK = 'version.lock';
const KEYS = 'keys';
const FORMAT = /^(\d{1,6})\n?$/;

/** One step: turns state of version `to - 1` into `to`. Run under the lock; must be safe to run again after a crash; never touches keys. */
export interface Migration {
  readonly to: number;
  readonly migrate: (folder: string) => void;
}

/** In order; empty while there is only one version. */
const MIGRATIONS: readonly Migration[] = [];

export interface StateOpening {
  /** What was found; undefined in a new folder. */
  readonly from: number | undefined;
  readonly to: number;
  /** True when there was something to migrate: the caller writes a `state.migrate` entry. */
  readonly migrated: boolean;
}

export interface StateVersions {
  readonly current?: number;
  readonly migrations?: readonly Migration[];
}

function readVersion(folder: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, FILE), 'latin1');
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return undefined;
    throw new GuardError('CONFIG_INVALID', `the version of guard's state in ${folder} can't be read`, {
      cause,
    });
  }
  const digits = FORMAT.exec(text)?.[1];
  if (digits !== undefined) return Number(digits);
  throw new GuardError('CONFIG_INVALID', `${join(folder, FILE)} holds no version number`, {
    hint: 'a whole number is expected; restore the file, or move the state folder away to begin anew',
  });
}

function refuseNewer(folder: string, found: number | undefined, current: number): void {
  if (found === undefined || found <= current) return;
  throw new GuardError(
    'STATE_TOO_NEW',
    `the state in ${folder} was written by a newer guard (version ${found})`,
    {
      hint: `this guard knows version ${current}: use the newer guard, or another XDG_STATE_HOME`,
    },
  );
}

function readKeys(folder: string): ReadonlyMap<string, string> {
  const path = join(folder, KEYS);
  try {
    return new Map(readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'latin1')]));
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return new Map();
    throw error;
  }
}

function runMigrations(folder: string, found: number, versions: Required<StateVersions>): void {
  const before = readKeys(folder);
  for (let version = found + 1; version <= versions.current; version++) {
    const step = versions.migrations.find(({ to }) => to === version);
    if (step === undefined)
      throw new GuardError('INTERNAL', `this guard can't bring state of version ${version - 1} up to date`);
    step.migrate(folder);
    const after = readKeys(folder);
    if ([...before].some(([name, content]) => after.get(name) !== content))
      throw new GuardError('INTERNAL', `the step to state version ${version} changed a key`);
    writePrivateFile(join(folder, FILE), `${version}\n`);
  }
}

/**
 * Makes sure that guard may work in its state folder: refuses what a newer guard wrote, brings older state up to date
 * under a lock (one process does it, the others wait). Throws STATE_TOO_NEW, CONFIG_INVALID, INTERNAL.
 */
export function openState(folder: string, versions: StateVersions = {}): StateOpening {
  const known = { current: STATE_VERSION, migrations: MIGRATIONS, ...versions };
  const to = known.current;
  const first = readVersion(folder);
  refuseNewer(folder, first, to);
  if (first === to) return { from: first, to, migrated: false };
  return withLock(join(folder, LOCK), () => {
    // Looked at again: somebody else may have done it while we waited.
    const found = readVersion(folder);
    refuseNewer(folder, found, to);
    if (found === undefined) writePrivateFile(join(folder, FILE), `${to}\n`);
    else runMigrations(folder, found, known);
    return { from: found, to, migrated: found !== undefined && found < to };
  });
}
