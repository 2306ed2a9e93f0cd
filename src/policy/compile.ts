import { GuardError } from '../model/errors.ts';
import type { CompiledPolicy } from '../model/policy.ts';
import { BUILT_IN_FILE, builtInText } from './built-in-source.ts';
import { assemblePolicy, grantingLayers, type PolicyPart } from './part.ts';
import { compilePolicyFile, type PolicyFile, type PolicySource, readPolicyFile } from './policy-file.ts';
import { type Problem, problemError } from './problem.ts';

export type { PolicySource } from './policy-file.ts';

function readAll(sources: readonly PolicySource[]): readonly PolicyFile[] {
  const problems: Problem[] = [];
  const files: PolicyFile[] = [];
  for (const source of sources) {
    const reading = readPolicyFile(source);
    if (reading.kind === 'read') files.push(reading.file);
    else problems.push(...reading.problems);
  }
  if (problems.length > 0) throw problemError('POLICY_INVALID', problems);
  return files;
}

/** An entry of the log names a rule by its id alone. */
function repeatedIds(files: readonly PolicyFile[], taken: Iterable<string>): readonly Problem[] {
  const seen = new Set(taken);
  return files.flatMap(({ map, yaml }) =>
    (map.rules ?? []).flatMap(({ id }, index) => {
      if (!seen.has(id)) {
        seen.add(id);
        return [];
      }
      return [yaml.problem(['rules', index, 'id'], `there is another rule with the id "${id}"`)];
    }),
  );
}

export interface Compilation {
  readonly sources: readonly PolicySource[];
  /** What settings files add: labels, environments, audit. */
  readonly parts: readonly PolicyPart[];
  /** guard's own policy. */
  readonly builtIn: () => PolicyPart;
  /** `replaced`: the built-in policy holds unless an organisation has rules of its own. `asked`: only where a file extends it. */
  readonly unless: 'replaced' | 'asked';
}

/** An organisation with rules of its own decides alone whether guard's hold beside them. */
function wantsBuiltIn(files: readonly PolicyFile[], unless: Compilation['unless']): boolean {
  const org = files.filter(({ layer }) => layer === 'org');
  const replaced = org.some(({ map }) => map.rules !== undefined);
  const asked = (replaced ? org : files).some(({ map }) => map.extends === 'default');
  return asked || (unless === 'replaced' && !replaced);
}

/**
 * Compiles policy files together with the built-in policy and settings.
 * Throws GuardError POLICY_INVALID with every problem of every file: `file:line:column`, the line, a caret.
 */
export function compileLayers(compilation: Compilation): CompiledPolicy {
  const files = readAll(compilation.sources);
  const builtIn = wantsBuiltIn(files, compilation.unless) ? [compilation.builtIn()] : [];
  const base = [...builtIn, ...compilation.parts];
  const layers = base.flatMap((part) => part.origins.map(({ layer }) => layer));
  const granting = grantingLayers([...layers, ...files.map(({ layer }) => layer)]);
  const compiled = files.map((file) => compilePolicyFile(file, granting.has(file.layer)));
  const taken = base.flatMap((part) => part.rules.map(({ id }) => id));
  const problems = [...compiled.flatMap((file) => file.problems), ...repeatedIds(files, taken)];
  if (problems.length > 0) throw problemError('POLICY_INVALID', problems);
  return assemblePolicy([...base, ...compiled.map(({ part }) => part)]);
}

/** Compiles guard's own policy from its source; the build stores the result beside it. */
export function compileBuiltIn(text: string = builtInText()): CompiledPolicy {
  const sources = [{ file: BUILT_IN_FILE, text, layer: 'default' as const }];
  const itself = () => {
    throw new GuardError('POLICY_INVALID', `${BUILT_IN_FILE} can not extend itself`);
  };
  return compileLayers({ sources, parts: [], builtIn: itself, unless: 'asked' });
}
