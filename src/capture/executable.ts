import { statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { GuardError } from '../model/errors.ts';
import { isExecutable } from './launcher.ts';

/** Where execvp(3) looks when PATH is not set. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/**
 * The file that execvp(3) would run for `name`, as an absolute path, so that nothing between the check and the start
 * looks it up anew. @throws GuardError COMMAND_NOT_FOUND.
 */
export function findExecutable(name: string, path: string | undefined, cwd: string = process.cwd()): string {
  const candidates = name.includes('/')
    ? [resolve(cwd, name)]
    : (path ?? DEFAULT_PATH).split(delimiter).map((folder) => resolve(cwd, folder, name));
  const found = name === '' ? undefined : candidates.find(isProgram);
  if (found !== undefined) return found;
  throw new GuardError('COMMAND_NOT_FOUND', `command not found: ${name.slice(0, 200)}`);
}

/** A folder that may not be looked into is passed over, as execvp(3) does: PATH often outlives a change of user. */
function isProgram(path: string): boolean {
  return isExecutable(path) && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
