import type { Intent } from '../../../model/intent.ts';
import type { SqlEffect } from '../../../model/sql.ts';
import { defineRule, type FindingPart } from '../../define-rule.ts';
import { listOf } from '../../wording.ts';

type Role = Extract<SqlEffect, { readonly kind: 'role' }>;

export const role = defineRule({
  id: 'sql.role',
  intent: 'iam.role',
  on: ['role'],
  hits: [
    'CREATE ROLE app LOGIN',
    'ALTER ROLE app SUPERUSER',
    "ALTER USER app PASSWORD 'x'",
    'GRANT pg_read_all_data TO app',
    'SET ROLE postgres',
    'RESET SESSION AUTHORIZATION',
    'DROP ROLE app',
    'REASSIGN OWNED BY a TO b',
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$',
    'DO LANGUAGE plpython3u $$ pass $$',
  ],
  misses: ['GRANT SELECT ON patients TO app', 'SELECT current_user', 'SET work_mem = 1024'],
  check: (effects) => effects.flatMap(describe),
});

function describe(effect: Role): readonly FindingPart[] {
  const found: FindingPart[] = [];
  if (effect.password) found.push(describePassword(effect));
  const elevates = effect.elevates.length > 0;
  if (!effect.password || elevates || effect.action === 'create') {
    found.push(elevates ? describeElevation(effect) : describeChange(effect));
  }
  return found;
}

function describePassword(effect: Role): FindingPart {
  const intent: Intent = 'iam.credential';
  return {
    intent,
    objects: effect.roles,
    tags: ['password'],
    effect: `Sets the password of ${listOf(effect.roles)}.`,
    why: 'The statement carries the password itself, and the old one stops working.',
    instead: 'Use \\password in psql, which sends only a hash.',
  };
}

function describeElevation(effect: Role): FindingPart {
  const rights = listOf(effect.elevates);
  const who = effect.roles.length === 0 ? '' : ` for ${listOf(effect.roles)}`;
  return {
    objects: effect.roles.length === 0 ? effect.elevates : effect.roles,
    tags: ['elevates'],
    effect: `Lifts limits${who}: ${rights}.`,
    why: 'Whoever uses it can do more than their own rights allow.',
    instead: 'Give single privileges on single objects instead.',
  };
}

const EFFECTS: Readonly<Record<Role['action'], (names: string) => string>> = {
  create: (names) => `Creates the role ${names}.`,
  alter: (names) => `Changes the role ${names}.`,
  drop: (names) => `Drops the role ${names}.`,
  grant: (names) => `Changes who is a member: ${names}.`,
  set: (names) => `Acts as another role from now on: ${names}.`,
  reassign: (names) => `Moves everything that is owned between roles: ${names}.`,
};

function describeChange(effect: Role): FindingPart {
  const names = effect.roles.length === 0 ? 'the one of the login' : listOf(effect.roles);
  const sets = effect.action === 'set';
  return {
    objects: effect.roles,
    tags: sets ? ['set-role'] : [],
    effect: EFFECTS[effect.action](names),
    why: sets
      ? 'Everything after it runs with the rights of that role.'
      : 'It decides who can do what, in every session.',
    instead: sets ? 'Log in as the role that is needed.' : 'Have role changes made where they are reviewed.',
  };
}
