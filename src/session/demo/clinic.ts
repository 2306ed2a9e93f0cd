import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../host/package-root.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../../host/temporary.ts';
import { GuardError } from '../../model/errors.ts';

/** The embedded database has one superuser and one database. */
export const CLINIC_USER = 'postgres';
export const CLINIC_DATABASE = 'postgres';
export const CLINIC_PORT = 5432;

/** The made-up clinic, running; disposing ends it. */
export interface Clinic extends Disposable {
  /** Folder of its unix socket. */
  readonly folder: string;
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', () => reject(new GuardError('TARGET_UNREACHABLE', 'the demo database did not start')));
  });
}

/** Opens the packed clinic; about a second. Throws TARGET_UNREACHABLE. */
export async function openClinic(): Promise<Clinic> {
  const packed = join(packageRoot(), 'dist', 'demo', 'clinic.tar.gz');
  if (!existsSync(packed))
    throw new GuardError('TARGET_UNREACHABLE', 'the demo database is missing from this installation');
  const folder: TemporaryFolder = makeTemporaryFolder();
  const socket = join(folder.path, `.s.PGSQL.${CLINIC_PORT}`);
  const child = fork(join(packageRoot(), 'dist', 'demo-database.js'), [packed, socket], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // Ctrl-C at the prompt is for psql; the database ends with its parent's channel.
    detached: true,
  });
  const close = () => {
    child.kill();
    folder[Symbol.dispose]();
  };
  try {
    await ready(child);
  } catch (error) {
    close();
    throw error;
  }
  return { folder: folder.path, [Symbol.dispose]: close };
}
