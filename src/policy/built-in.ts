import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../host/package-root.ts';
import { type CompiledPolicy, POLICY_FORMAT } from '../model/policy.ts';
import { builtInText } from './built-in-source.ts';

export { builtInText };

const COMPILED_FILE = 'policies/default.json';

/** Our own build wrote this file: its form is known, only its age is in question. */
function isCurrent(value: unknown, text: string): value is CompiledPolicy {
  if (typeof value !== 'object' || value === null || !('format' in value) || !('origins' in value))
    return false;
  if (value.format !== POLICY_FORMAT || !Array.isArray(value.origins)) return false;
  const origin: unknown = value.origins[0];
  if (typeof origin !== 'object' || origin === null || !('sha256' in origin)) return false;
  return origin.sha256 === createHash('sha256').update(text).digest('hex');
}

function readCompiled(root: string): unknown {
  const path = join(root, COMPILED_FILE);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Half a file (a build that was cut off) is as good as none: the source is compiled instead.
    return undefined;
  }
}

/**
 * guard's own policy: the compiled file where it was made from the source beside it, else compiled now.
 * Only the second way loads yaml and zod.
 */
export async function loadBuiltIn(root: string = packageRoot()): Promise<CompiledPolicy> {
  const text = builtInText(root);
  const compiled = readCompiled(root);
  if (isCurrent(compiled, text)) return compiled;
  const { compileBuiltIn } = await import('./compile.ts');
  return compileBuiltIn(text);
}
