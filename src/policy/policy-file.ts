import { createHash } from 'node:crypto';
import { FLAG_KEYS, type NoMatch, POLICY_LAYERS, type PolicyLayer, SET_KEYS } from '../model/policy.ts';
import { compileConditions, type Reading } from './conditions.ts';
import { schemaProblems } from './issues.ts';
import { compileStyles } from './mask-styles.ts';
import type { PolicyPart } from './part.ts';
import type { Problem } from './problem.ts';
import { compileRule } from './rule.ts';
import { KNOWN_KEYS, type PolicyMap, policySchema } from './schema.ts';
import { compileEnvironments, compileLabels } from './shared.ts';
import { classProblem } from './vocabulary.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

/** A policy file as found. `layer` is the authority of the place it was found in; the file may claim that or less. */
export interface PolicySource {
  readonly file: string;
  readonly text: string;
  readonly layer?: PolicyLayer;
}

/** A file whose form is right; its words are judged by `compilePolicyFile`. */
export interface PolicyFile {
  readonly layer: PolicyLayer;
  readonly map: PolicyMap;
  readonly yaml: YamlSource;
  readonly sha256: string;
}

export type PolicyReading =
  | { readonly kind: 'read'; readonly file: PolicyFile }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** Finding a place costs a walk through the file; after these nobody reads on. */
const MAX_PROBLEMS = 100;

const WEAKEST: PolicyLayer = 'user';

function rank(layer: PolicyLayer): number {
  return POLICY_LAYERS.indexOf(layer);
}

/** Reads the form of one file, and in whose name it speaks. */
export function readPolicyFile(source: PolicySource): PolicyReading {
  const reading = readYaml(source.file, source.text);
  if (reading.kind === 'unreadable') return { kind: 'invalid', problems: reading.problems };
  const yaml = reading.source;
  const parsed = policySchema.safeParse(yaml.value);
  if (!parsed.success) return { kind: 'invalid', problems: schemaProblems(parsed.error, yaml, KNOWN_KEYS) };
  const map = parsed.data;
  const claimed = map.metadata.layer;
  if (claimed !== undefined && source.layer !== undefined && rank(claimed) < rank(source.layer)) {
    const message = `this place holds ${source.layer} policy; it can not speak for the ${claimed} layer`;
    return { kind: 'invalid', problems: [yaml.problem(['metadata', 'layer'], message)] };
  }
  const layer = claimed ?? source.layer ?? WEAKEST;
  const sha256 = createHash('sha256').update(source.text).digest('hex');
  return { kind: 'read', file: { layer, map, yaml, sha256 } };
}

/** Keys that speak of one finding or its data; a selector speaks of the place and the actor only. */
const PER_FINDING: ReadonlySet<string> = new Set<string>([
  ...['intent', 'intent.class', 'rule', 'data.scale', 'data.rows'],
  ...[...SET_KEYS, ...FLAG_KEYS].filter((key) => key === 'tags' || key.startsWith('data.')),
]);

function checkSelector(map: PolicyMap, reading: Reading): void {
  for (const key of Object.keys(map.selector ?? {})) {
    if (PER_FINDING.has(key)) {
      reading.report(['selector', key], `"${key}" differs from command to command: write it in the rules`);
    }
  }
}

function noMatch(file: PolicyFile, when: NoMatch['when']): readonly NoMatch[] {
  const said = file.map.defaults?.noMatch;
  if (said === undefined) return [];
  const { human, agent, ci } = said;
  const verdicts = {
    ...(human === undefined ? {} : { human }),
    ...(agent === undefined ? {} : { agent }),
    ...(ci === undefined ? {} : { ci }),
  };
  return [{ layer: file.layer, grants: false, when, verdicts }];
}

const GROUP_NAME = /^[a-z][a-z0-9-]{0,39}$/;

function checkGroups(map: PolicyMap, reading: Reading): void {
  for (const [name, words] of Object.entries(map.classes ?? {})) {
    if (!GROUP_NAME.test(name)) {
      reading.report(['classes', name], 'expected a name of small letters, digits and dashes');
    }
    words.forEach((word, index) => {
      // Groups hold classes, not other groups.
      const problem = classProblem(word, {});
      if (problem !== undefined) reading.report(['classes', name, index], problem);
    });
  }
}

function origin({ map, layer, yaml, sha256 }: PolicyFile): PolicyPart['origins'][number] {
  const { name, version, owner } = map.metadata;
  return { layer, name, version, ...(owner === undefined ? {} : { owner }), file: yaml.file, sha256 };
}

export interface CompiledFile {
  readonly part: PolicyPart;
  readonly problems: readonly Problem[];
}

/** Compiles the words of one file. `grants`: whether its layer may lift protections. */
export function compilePolicyFile(file: PolicyFile, grants: boolean): CompiledFile {
  const { layer, map, yaml } = file;
  const problems: Problem[] = [];
  const report: Reading['report'] = (path, message) => {
    if (problems.length < MAX_PROBLEMS) problems.push(yaml.problem(path, message));
  };
  const classes = map.classes ?? {};
  const reading = { groups: classes, report };
  checkGroups(map, reading);
  checkSelector(map, reading);
  const selector = compileConditions(map.selector ?? {}, ['selector'], reading);
  const voice = { file: yaml.file, layer, grants, report };
  const { unclassified, audit, auditMode, prompts, masks } = map;
  const part: PolicyPart = {
    origins: [origin(file)],
    noMatch: noMatch(file, selector),
    rules: (map.rules ?? []).map((rule, index) => compileRule(rule, index, { layer, selector, reading })),
    classes,
    labels: compileLabels(map.catalog, voice),
    environments: compileEnvironments(map.environments, voice),
    ...(masks === undefined ? {} : { styles: compileStyles(masks, classes, voice) }),
    ...(unclassified === undefined ? {} : { unclassified }),
    ...(audit === undefined ? {} : { audit }),
    ...(auditMode === undefined ? {} : { auditMode }),
    ...(prompts === undefined ? {} : { prompts }),
  };
  return { part, problems };
}
