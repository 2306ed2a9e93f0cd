import { DATA_CLASSES, isDataClass } from '../model/data-class.ts';
import type { CatalogLabel, EnvironmentLabel, PolicyLayer } from '../model/policy.ts';
import { suggestion } from './nearest.ts';
import type { EnvironmentMap } from './schema.ts';
import type { Path } from './yaml-source.ts';

/** Who speaks in a file, and how much it may say. */
export interface Voice {
  readonly file: string;
  readonly layer: PolicyLayer;
  /** True for guard's default and the organisation: only they may lift a protection. */
  readonly grants: boolean;
  report(path: Path, message: string): void;
}

const NOTHING_TO_PROTECT = 'none';
const COLUMN_PATTERN = /^[^.\s]{1,63}(?:\.[^.\s]{1,63}){1,2}$/;

function label(pattern: string, word: string, voice: Voice): CatalogLabel | undefined {
  const path = ['catalog', pattern];
  const { layer, file } = voice;
  if (!COLUMN_PATTERN.test(pattern)) {
    voice.report(path, `"${pattern}" is no column: expected table.column or schema.table.column`);
    return undefined;
  }
  if (isDataClass(word)) return { layer, pattern, class: word, source: file };
  if (word !== NOTHING_TO_PROTECT) {
    const near = suggestion(word, [...DATA_CLASSES, NOTHING_TO_PROTECT]);
    voice.report(path, `"${word}" is no data class, nor ${NOTHING_TO_PROTECT}${near}`);
    return undefined;
  }
  if (!voice.grants) {
    voice.report(
      path,
      `"${word}" lifts a mask: only an organisation policy may say it, or guard catalog set`,
    );
    return undefined;
  }
  return { layer, pattern, class: NOTHING_TO_PROTECT, source: file };
}

/** The `catalog:` of a policy or settings file. */
export function compileLabels(
  map: Readonly<Record<string, string>> | undefined,
  voice: Voice,
): readonly CatalogLabel[] {
  return Object.entries(map ?? {}).flatMap(([pattern, word]) => label(pattern, word, voice) ?? []);
}

const PLACES = ['host', 'database', 'service', 'context'] as const;

function environmentLabel(map: EnvironmentMap, index: number, voice: Voice): EnvironmentLabel {
  const { name, host, database, service, context } = map;
  const path = ['environments', index];
  if (PLACES.every((place) => map[place] === undefined)) {
    voice.report(path, 'expected at least one of host, database, service and context');
  }
  if (map.data === 'synthetic' && voice.layer === 'user') {
    voice.report([...path, 'data'], 'only a project or organisation policy may call data synthetic');
  }
  if (map.throwaway === true && !voice.grants) {
    voice.report([...path, 'throwaway'], 'only an organisation policy may call a target throw-away');
  }
  return {
    layer: voice.layer,
    grants: voice.grants,
    class: map.class,
    ...(name === undefined ? {} : { name }),
    ...(host === undefined ? {} : { host }),
    ...(database === undefined ? {} : { database }),
    ...(service === undefined ? {} : { service }),
    ...(context === undefined ? {} : { context }),
    synthetic: map.data === 'synthetic',
    throwaway: map.throwaway === true,
    source: voice.file,
  };
}

/** The `environments:` of a policy or settings file. */
export function compileEnvironments(
  maps: readonly EnvironmentMap[] | undefined,
  voice: Voice,
): readonly EnvironmentLabel[] {
  return (maps ?? []).map((map, index) => environmentLabel(map, index, voice));
}
