import { configFolder } from '../host/folders.ts';
import type { CompiledPolicy } from '../model/policy.ts';
import { loadPolicy } from '../policy/load.ts';
import { loadSettings } from '../policy/settings.ts';
import { MACHINE_FOLDER } from './state-places.ts';

/**
 * The policy that holds here, with `extra` layers. Looks at settings and policy files only: no state is opened or made.
 * Throws CONFIG_INVALID, POLICY_INVALID.
 */
export async function policyHere(extra: readonly string[]): Promise<CompiledPolicy> {
  const settings = await loadSettings({
    places: { machine: MACHINE_FOLDER, user: configFolder(), cwd: process.cwd() },
    flags: { policy: extra },
  });
  return loadPolicy(settings);
}
