import type { SqlEffect } from '../../../model/sql.ts';
import { defineRule, type FindingPart } from '../../define-rule.ts';
import { kindAndName, listOf, nameOf } from '../../wording.ts';

export const grant = defineRule({
  id: 'sql.grant',
  intent: 'iam.grant',
  on: ['grant'],
  hits: [
    'GRANT SELECT ON patients TO app',
    'GRANT ALL ON ALL TABLES IN SCHEMA clinic TO PUBLIC',
    'REVOKE UPDATE (name) ON staff FROM app',
    'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app',
    'REVOKE auditors FROM app',
  ],
  misses: ['CREATE ROLE app', 'SELECT * FROM grants'],
  check: (effects) =>
    effects.map((effect) => (effect.revoke ? describeRevoke(effect) : describeGrant(effect))),
});

type Grant = Extract<SqlEffect, { readonly kind: 'grant' }>;

function rights(effect: Grant): string {
  const names = listOf(effect.privileges.map((privilege) => privilege.toUpperCase()));
  return effect.on.length === 0 ? names : `${names} on ${listOf(effect.on.map(kindAndName))}`;
}

function describeGrant(effect: Grant): FindingPart {
  const everyone = effect.to.includes('public');
  return {
    objects: effect.on.map(nameOf),
    tags: [...(everyone ? ['public'] : []), ...(effect.withGrantOption ? ['grant-option'] : [])],
    effect: `Gives ${rights(effect)} to ${everyone ? 'everyone' : listOf(effect.to)}.`,
    why: 'They can use it from now on, in every session.',
    instead: 'Give the least that is needed, to a role made for it.',
  };
}

function describeRevoke(effect: Grant): FindingPart {
  return {
    objects: effect.on.map(nameOf),
    tags: ['revoke'],
    effect: `Takes ${rights(effect)} from ${listOf(effect.to)}.`,
    why: 'Whatever relies on the right stops working.',
    instead: 'Check who uses it first, and keep the matching GRANT at hand.',
  };
}
