import { settingRisk } from './setting-classes.ts';
import type { TreeWalk } from './tree-walk.ts';

export type SettingScope = 'session' | 'local' | 'database' | 'role' | 'system';

export interface Setting {
  readonly name: string;
  /** Absent for RESET, DEFAULT, and values decided at run time. */
  readonly value?: string;
  readonly scope: SettingScope;
  /** RESET or SET … TO DEFAULT: back to what the administrator chose. */
  readonly reset?: boolean;
}

/** Settings that say who the session acts as. */
const ROLE_SETTINGS = new Set(['role', 'session_authorization', 'is_superuser']);

/** Why a search path that lasts is more than a convenience. */
const HIJACK = 'other people would call what stands first in that path';

/** Reports a changed setting and what it weakens. */
export function addSetting(setting: Setting, walk: TreeWalk): void {
  const name = setting.name.toLowerCase();
  const { value, scope } = setting;
  if (ROLE_SETTINGS.has(name)) {
    const roles = value === undefined ? [] : [value];
    walk.sink.add({ kind: 'role', action: 'set', roles, password: false, elevates: [] });
    return;
  }
  const risk = setting.reset ? undefined : settingRisk(name, value);
  const weakens = risk?.because ?? lastingRisk(name, setting);
  walk.sink.add({
    kind: 'setting',
    name,
    scope,
    ...(value === undefined ? {} : { value }),
    ...(weakens === undefined ? {} : { weakens }),
    ...(risk?.lexer ? { lexer: true } : {}),
  });
  if (risk?.log) walk.sink.add({ kind: 'log-tamper', by: name });
  if (risk?.program) walk.sink.add({ kind: 'server-program', by: name });
}

/** What is wrong with a harmless setting once it holds for other people too. */
function lastingRisk(name: string, { scope, reset }: Setting): string | undefined {
  if (scope === 'system') return 'it changes the server for everyone';
  if (scope === 'session' || scope === 'local' || reset) return undefined;
  return name === 'search_path' ? HIJACK : undefined;
}
