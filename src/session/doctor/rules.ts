import { configFolder } from '../../host/folders.ts';
import { loadPolicy } from '../../policy/load.ts';
import { loadSettings, type Settings } from '../../policy/settings.ts';
import { MACHINE_FOLDER } from '../state-places.ts';
import type { DoctorFinding } from './finding.ts';
import { reasonOf } from './machine.ts';

export interface RuleExamination {
  readonly findings: readonly DoctorFinding[];
  /** Where an organisation pins the state folder. */
  readonly stateFolder?: string;
}

function settingsFinding({ files }: Settings): DoctorFinding {
  return {
    about: 'settings',
    state: 'ok',
    says: files.length === 0 ? 'no file; defaults hold' : files.join(', '),
  };
}

async function policyFinding(settings: Settings): Promise<DoctorFinding> {
  try {
    const { name, origins, rules, digest } = await loadPolicy(settings);
    const layers = [...new Set(origins.map(({ layer }) => layer))].join(', ');
    return {
      about: 'policy',
      state: 'ok',
      says: `${name}: ${rules.length} rules, layers ${layers}, sha256 ${digest.slice(0, 16)}…`,
    };
  } catch (error) {
    return { about: 'policy', state: 'problem', ...reasonOf(error) };
  }
}

/** Settings and policy files, as a session would read them. */
export async function examineRules(): Promise<RuleExamination> {
  let settings: Settings;
  try {
    settings = await loadSettings({
      places: { machine: MACHINE_FOLDER, user: configFolder(), cwd: process.cwd() },
    });
  } catch (error) {
    return { findings: [{ about: 'settings', state: 'problem', ...reasonOf(error) }] };
  }
  const findings = [settingsFinding(settings), await policyFinding(settings)];
  return settings.stateFolder === undefined
    ? { findings }
    : { findings, stateFolder: settings.stateFolder.value };
}
