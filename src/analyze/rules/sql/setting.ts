import type { SqlEffect } from '../../../model/sql.ts';
import { defineRule, type FindingPart } from '../../define-rule.ts';

type Setting = Extract<SqlEffect, { readonly kind: 'setting' }>;

export const setting = defineRule({
  id: 'sql.setting',
  intent: 'session.control',
  on: ['setting'],
  hits: [
    "SET work_mem = '64MB'",
    'SET standard_conforming_strings = off',
    "SELECT set_config('row_security', 'off', false)",
    'ALTER DATABASE clinic SET session_replication_role = replica',
    'SET search_path TO app, pg_catalog',
  ],
  misses: ['SHOW work_mem', 'SET ROLE reporting', "SELECT current_setting('work_mem')"],
  check: (effects) => effects.map(describe),
});

const SCOPES: Readonly<Record<Setting['scope'], string>> = {
  session: 'for this session',
  local: 'for this transaction',
  database: 'for every later session of a database',
  role: 'for every later session of a role',
  system: 'for the whole server',
};

function describe(effect: Setting): FindingPart {
  const effectText = `Changes the setting ${effect.name} ${SCOPES[effect.scope]}.`;
  const lasts = effect.scope === 'database' || effect.scope === 'role' || effect.scope === 'system';
  if (effect.weakens === undefined && lasts) {
    return {
      intent: 'schema.alter',
      objects: [effect.name],
      tags: ['additive'],
      effect: effectText,
      why: 'It outlives this session, and other people get it too.',
      instead: 'Use SET in your own session.',
    };
  }
  if (effect.weakens === undefined) {
    return {
      objects: [effect.name],
      tags: [],
      effect: effectText,
      why: 'It changes how the session works, not what it may do.',
      instead: 'Nothing needs to change.',
    };
  }
  return {
    intent: 'guard.escape',
    objects: [effect.name],
    tags: [effect.lexer === true ? 'lexer' : 'weaken'],
    effect: effectText,
    why: `${effect.weakens.charAt(0).toUpperCase()}${effect.weakens.slice(1)}.`,
    instead: 'Leave the setting as it is, or have an administrator change it for a stated reason.',
  };
}
