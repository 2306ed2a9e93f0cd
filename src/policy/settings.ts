import { dirname, isAbsolute, join, resolve } from 'node:path';
import { ACTOR_KINDS, type ActorKind, type Sourced, type Strength } from '../model/actor.ts';
import type { EnvironmentClass } from '../model/environment.ts';
import type { PolicyLayer } from '../model/policy.ts';
import { DISK, type FileReader } from './files.ts';
import type { PolicyPart } from './part.ts';
import type { PromptStyle, SettingsFile } from './settings-file.ts';

/** Where settings and policy files are looked for. */
export interface SettingsPlaces {
  /** `/etc/guard`. */
  readonly machine: string;
  /** `$XDG_CONFIG_HOME/guard`, unless the machine pins another folder. */
  readonly user: string;
  /** `.guard.yaml` is looked for here and in every folder above. */
  readonly cwd: string;
}

/** Options of the command line. They can only tighten. */
export interface SettingsFlags {
  readonly policy?: readonly string[];
  readonly env?: EnvironmentClass;
  readonly actor?: ActorKind;
  readonly prompt?: PromptStyle;
}

/** A policy file and the authority of the place it was found in. */
export interface PolicyPlace {
  readonly path: string;
  readonly layer: PolicyLayer;
  /** What named it: a folder, a settings file or an option. */
  readonly source: string;
}

/** What holds for this run, every value with where it came from. */
export interface Settings {
  /** Settings files that were read, most authority first. */
  readonly files: readonly string[];
  readonly policies: readonly PolicyPlace[];
  readonly prompt?: Sourced<PromptStyle>;
  /** Doubt about the actor: the kind may not be more trusted than this. */
  readonly actor?: Sourced<ActorKind>;
  /** The class of every target is at least this. */
  readonly env?: Sourced<EnvironmentClass>;
  readonly stateFolder?: Sourced<string>;
  readonly configFolder: Sourced<string>;
  /** What settings files add to the policy. */
  readonly parts: readonly PolicyPart[];
}

export interface SettingsRequest {
  readonly places: SettingsPlaces;
  readonly flags?: SettingsFlags;
  readonly reader?: FileReader;
}

const SETTINGS_NAME = 'guard.yaml';
const PROJECT_NAME = '.guard.yaml';
const POLICY_FOLDER = 'policy.d';
/** Folders above the working directory that are looked into. */
const MAX_HEIGHT = 64;

const STRENGTH: Readonly<Record<PolicyLayer, Strength>> = {
  default: 'os',
  org: 'os',
  environment: 'claimed',
  team: 'claimed',
  user: 'claimed',
};

function ancestors(folder: string): readonly string[] {
  const found: string[] = [];
  let at = resolve(folder);
  while (found.length < MAX_HEIGHT) {
    found.push(at);
    const above = dirname(at);
    if (above === at) break;
    at = above;
  }
  // The outermost first: the nearer one has the last word where only taste is at stake.
  return found.toReversed();
}

async function readSettings(
  path: string,
  layer: PolicyLayer,
  reader: FileReader,
): Promise<readonly SettingsFile[]> {
  const text = reader.read(path);
  if (text === undefined) return [];
  const { readSettingsFile } = await import('./settings-file.ts');
  return [readSettingsFile(path, text, layer)];
}

/** The YAML files that a path stands for: itself, or those in the folder. */
function policyFiles(path: string, reader: FileReader): readonly string[] {
  return reader.isFolder(path) ? reader.list(path) : [path];
}

function namedPolicies(file: SettingsFile, reader: FileReader): readonly PolicyPlace[] {
  return file.policy.flatMap((path) => {
    const whole = isAbsolute(path) ? path : join(dirname(file.file), path);
    return policyFiles(whole, reader).map((found) => ({ path: found, layer: file.layer, source: file.file }));
  });
}

function folderPolicies(folder: string, layer: PolicyLayer, reader: FileReader): readonly PolicyPlace[] {
  return reader.list(folder).map((path) => ({ path, layer, source: folder }));
}

function flagPolicies(flags: SettingsFlags, cwd: string): readonly PolicyPlace[] {
  return (flags.policy ?? []).map((path) => ({
    path: resolve(cwd, path),
    layer: 'user',
    source: '--policy',
  }));
}

function sourced<T>(value: T, source: string, layer: PolicyLayer): Sourced<T> {
  return { value, source, strength: STRENGTH[layer] };
}

/** The most doubtful of all; the first that says so is named. */
function doubtfulActor(files: readonly SettingsFile[], flags: SettingsFlags): Sourced<ActorKind> | undefined {
  const said = files.flatMap(({ actor, file, layer }) =>
    actor === undefined ? [] : [sourced(actor, file, layer)],
  );
  if (flags.actor !== undefined) said.push(sourced(flags.actor, '--actor', 'user'));
  const doubt = ({ value }: Sourced<ActorKind>) => ACTOR_KINDS.indexOf(value);
  return said.toSorted((a, b) => doubt(b) - doubt(a))[0];
}

/** Taste, not safety: the option, else the file nearest to the work. */
function promptStyle(files: readonly SettingsFile[], flags: SettingsFlags): Sourced<PromptStyle> | undefined {
  if (flags.prompt !== undefined) return sourced(flags.prompt, '--prompt', 'user');
  const said = files.flatMap(({ prompt, file, layer }) =>
    prompt === undefined ? [] : [sourced(prompt, file, layer)],
  );
  return said.at(-1);
}

function pinned(
  files: readonly SettingsFile[],
  key: 'stateFolder' | 'configFolder',
): Sourced<string> | undefined {
  const [first] = files.flatMap((file) =>
    file[key] === undefined ? [] : [sourced(file[key], file.file, file.layer)],
  );
  return first;
}

/**
 * Reads every settings file there is and finds every policy file. Without any of them neither yaml nor zod
 * is loaded. Throws CONFIG_INVALID for a file that is there but can't be read, trusted or understood.
 */
export async function loadSettings({
  places,
  flags = {},
  reader = DISK,
}: SettingsRequest): Promise<Settings> {
  const machine = await readSettings(join(places.machine, SETTINGS_NAME), 'org', reader);
  const configFolder = pinned(machine, 'configFolder') ?? sourced(places.user, '$XDG_CONFIG_HOME', 'user');
  const user = await readSettings(join(configFolder.value, SETTINGS_NAME), 'user', reader);
  const project: SettingsFile[] = [];
  for (const folder of ancestors(places.cwd)) {
    project.push(...(await readSettings(join(folder, PROJECT_NAME), 'team', reader)));
  }
  const files = [...machine, ...user, ...project];
  const prompt = promptStyle(files, flags);
  const actor = doubtfulActor(files, flags);
  const stateFolder = pinned(machine, 'stateFolder');
  return {
    files: files.map(({ file }) => file),
    policies: [
      ...folderPolicies(join(places.machine, POLICY_FOLDER), 'org', reader),
      ...folderPolicies(join(configFolder.value, POLICY_FOLDER), 'user', reader),
      ...files.flatMap((file) => namedPolicies(file, reader)),
      ...flagPolicies(flags, places.cwd),
    ],
    ...(prompt === undefined ? {} : { prompt }),
    ...(actor === undefined ? {} : { actor }),
    ...(flags.env === undefined ? {} : { env: sourced(flags.env, '--env', 'user') }),
    ...(stateFolder === undefined ? {} : { stateFolder }),
    configFolder,
    parts: files.map(({ part }) => part),
  };
}
