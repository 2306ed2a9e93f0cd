import type { CompiledPolicy } from '../../src/model/policy.ts';
import { compileBuiltIn, compileLayers, type PolicySource } from '../../src/policy/compile.ts';

/** Policy files on their own; `extends: default` in any of them adds the built-in policy. */
export function compilePolicy(sources: readonly PolicySource[]): CompiledPolicy {
  return compileLayers({ sources, parts: [], builtIn: () => compileBuiltIn(), unless: 'asked' });
}
