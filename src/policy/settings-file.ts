import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ACTOR_KINDS, type ActorKind } from '../model/actor.ts';
import type { PolicyLayer } from '../model/policy.ts';
import { schemaProblems } from './issues.ts';
import { compileStyles } from './mask-styles.ts';
import type { PolicyPart } from './part.ts';
import { type Problem, problemError } from './problem.ts';
import { KNOWN_KEYS, sharedShape } from './schema.ts';
import { compileEnvironments, compileLabels, type Voice } from './shared.ts';
import { readYaml } from './yaml-source.ts';

export const PROMPT_STYLES = ['panel', 'plain'] as const;
export type PromptStyle = (typeof PROMPT_STYLES)[number];

const MAX_PATH = 4_096;
const MAX_PATHS = 100;
const path = z.string().min(1).max(MAX_PATH);

const settingsSchema = z.strictObject({
  policy: z
    .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(path).max(MAX_PATHS))
    .optional(),
  prompt: z.enum(PROMPT_STYLES).optional(),
  actor: z.enum(ACTOR_KINDS).optional(),
  stateFolder: path.startsWith('/', 'expected an absolute path').optional(),
  configFolder: path.startsWith('/', 'expected an absolute path').optional(),
  ...sharedShape,
});
type SettingsMap = z.infer<typeof settingsSchema>;

const SETTINGS_KEYS = [...Object.keys(settingsSchema.shape), ...KNOWN_KEYS];
/** Where guard's own files lie is the machine's business. */
const PINS = ['stateFolder', 'configFolder'] as const;

/** One settings file, read. */
export interface SettingsFile {
  readonly file: string;
  readonly layer: PolicyLayer;
  readonly policy: readonly string[];
  readonly prompt?: PromptStyle;
  readonly actor?: ActorKind;
  readonly stateFolder?: string;
  readonly configFolder?: string;
  /** Labels, environments and strictness: they join the policy. */
  readonly part: PolicyPart;
}

function partOf(map: SettingsMap, voice: Voice, sha256: string): PolicyPart {
  const { unclassified, audit, auditMode, masks } = map;
  return {
    origins: [{ layer: voice.layer, name: 'settings', version: '1', file: voice.file, sha256 }],
    noMatch: [],
    rules: [],
    classes: {},
    labels: compileLabels(map.catalog, voice),
    environments: compileEnvironments(map.environments, voice),
    ...(masks === undefined ? {} : { styles: compileStyles(masks, {}, voice) }),
    ...(unclassified === undefined ? {} : { unclassified }),
    ...(audit === undefined ? {} : { audit }),
    ...(auditMode === undefined ? {} : { auditMode }),
  };
}

/** Reads one `guard.yaml` or `.guard.yaml`. Throws CONFIG_INVALID with every problem and its place. */
export function readSettingsFile(file: string, text: string, layer: PolicyLayer): SettingsFile {
  const reading = readYaml(file, text);
  if (reading.kind === 'unreadable') throw problemError('CONFIG_INVALID', reading.problems);
  const yaml = reading.source;
  const parsed = settingsSchema.safeParse(yaml.value ?? {});
  if (!parsed.success)
    throw problemError('CONFIG_INVALID', schemaProblems(parsed.error, yaml, SETTINGS_KEYS));
  const map = parsed.data;
  const problems: Problem[] = [];
  const report: Voice['report'] = (at, message) => problems.push(yaml.problem(at, message));
  for (const key of PINS) {
    if (layer !== 'org' && map[key] !== undefined)
      report([key], `only the machine's settings may say "${key}"`);
  }
  const { policy = [], prompt, actor, stateFolder, configFolder } = map;
  policy.forEach((named, index) => {
    if (layer === 'team' && (named.startsWith('/') || named.split('/').includes('..'))) {
      report(['policy', index], 'a project names policy files below its own folder only');
    }
  });
  const sha256 = createHash('sha256').update(text).digest('hex');
  const part = partOf(map, { file, layer, grants: layer === 'org', report }, sha256);
  if (problems.length > 0) throw problemError('CONFIG_INVALID', problems);
  return {
    file,
    layer,
    policy,
    ...(prompt === undefined ? {} : { prompt }),
    ...(actor === undefined ? {} : { actor }),
    ...(stateFolder === undefined ? {} : { stateFolder }),
    ...(configFolder === undefined ? {} : { configFolder }),
    part,
  };
}
