import { GuardError } from '../model/errors.ts';
import type { CompiledPolicy } from '../model/policy.ts';
import { loadBuiltIn } from './built-in.ts';
import { DISK, type FileReader } from './files.ts';
import { assemblePolicy } from './part.ts';
import type { PolicyPlace, Settings } from './settings.ts';

function readPolicy({ path, layer, source }: PolicyPlace, reader: FileReader) {
  const text = reader.read(path);
  if (text === undefined)
    throw new GuardError('CONFIG_INVALID', `${path}: no such policy file (named by ${source})`);
  return { file: path, text, layer };
}

/**
 * The policy that holds: guard's own (unless an organisation has rules that replace it), every layer and
 * what settings add. Where there is nothing but guard's own, neither yaml nor zod is loaded. Throws
 * CONFIG_INVALID for a file that can't be read, POLICY_INVALID with every problem of those that can.
 */
export async function loadPolicy(settings: Settings, reader: FileReader = DISK): Promise<CompiledPolicy> {
  const builtIn = await loadBuiltIn();
  const { parts, policies } = settings;
  if (policies.length === 0) return parts.length === 0 ? builtIn : assemblePolicy([builtIn, ...parts]);
  const sources = policies.map((place) => readPolicy(place, reader));
  const { compileLayers } = await import('./compile.ts');
  return compileLayers({ sources, parts, builtIn: () => builtIn, unless: 'replaced' });
}
