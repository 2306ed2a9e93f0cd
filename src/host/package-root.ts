import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GuardError } from '../model/errors.ts';

const PACKAGE_NAME = 'access-guard';

let found: string | undefined;

function isOurs(folder: string): boolean {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return false;
  const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'name' in parsed && parsed.name === PACKAGE_NAME;
}

/** The folder of guard's own package.json: right from `src/`, from the bundle in `dist/` and from an installed tarball. */
export function packageRoot(): string {
  if (found !== undefined) return found;
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isOurs(folder)) {
    const above = dirname(folder);
    if (above === folder)
      throw new GuardError('INTERNAL', 'guard is not installed as a package: its package.json is missing');
    folder = above;
  }
  found = folder;
  return folder;
}
