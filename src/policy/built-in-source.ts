import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../host/package-root.ts';
import { GuardError } from '../model/errors.ts';

/** guard's own policy, from the package root; the build writes the compiled form beside it. */
export const BUILT_IN_FILE = 'policies/default.yaml';

/** The source of guard's own policy. */
export function builtInText(root: string = packageRoot()): string {
  try {
    return readFileSync(join(root, BUILT_IN_FILE), 'utf8');
  } catch (cause) {
    throw new GuardError('POLICY_INVALID', `guard's own policy is missing: ${BUILT_IN_FILE}`, { cause });
  }
}
