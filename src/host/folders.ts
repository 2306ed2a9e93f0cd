import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { ensurePrivateFolder, isPrivateFolder, ownUid } from './private-folder.ts';

const OWN_NAME = 'guard';

type Environment = Readonly<Record<string, string | undefined>>;

/** XDG Base Directory Specification 0.8: relative values must be ignored. */
function xdg(value: string | undefined, ...fallback: readonly string[]): string {
  return value !== undefined && isAbsolute(value) ? value : join(homedir(), ...fallback);
}

/** `$XDG_STATE_HOME/guard`: keys, log, pinned targets. Made 0700 when missing. Throws CONFIG_INVALID. */
export function stateFolder(environment: Environment = process.env): string {
  return ensurePrivateFolder(join(xdg(environment['XDG_STATE_HOME'], '.local', 'state'), OWN_NAME));
}

/** `$XDG_CONFIG_HOME/guard`: only the path; configuration is read, and made by `guard policy init` alone. */
export function configFolder(environment: Environment = process.env): string {
  return join(xdg(environment['XDG_CONFIG_HOME'], '.config'), OWN_NAME);
}

/**
 * A folder for sockets and other things that live as long as a login. `$XDG_RUNTIME_DIR/guard` when that folder is
 * ours and 0700, else `guard-<uid>` under the temporary folder, refused when somebody planted it. Throws CONFIG_INVALID.
 */
export function runtimeFolder(environment: Environment = process.env): string {
  const base = environment['XDG_RUNTIME_DIR'];
  if (base !== undefined && isAbsolute(base) && isPrivateFolder(base))
    return ensurePrivateFolder(join(base, OWN_NAME), 'strict');
  return ensurePrivateFolder(join(tmpdir(), `${OWN_NAME}-${ownUid()}`), 'strict');
}
