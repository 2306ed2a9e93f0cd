import type { ObjectRef, SqlEffect } from '../../../model/sql.ts';
import { defineRule, type FindingPart } from '../../define-rule.ts';
import { kindAndName, listOf, nameOf } from '../../wording.ts';

type Drop = Extract<SqlEffect, { readonly kind: 'drop' }>;

export const drop = defineRule({
  id: 'sql.drop',
  intent: 'schema.drop',
  on: ['drop'],
  hits: [
    'DROP SCHEMA clinic CASCADE',
    'DROP DATABASE IF EXISTS clinic',
    'DROP TABLE visits, clinic.claims',
    'DROP OWNED BY app',
    'DROP INDEX CONCURRENTLY visits_idx',
    'DROP POLICY own_rows ON patients',
  ],
  misses: ['ALTER TABLE visits DROP COLUMN cost', 'DROP ROLE app', "SELECT 'DROP TABLE visits'"],
  check: (effects) => effects.map(describe),
});

const TABLES = new Set(['table', 'foreign table', 'materialized view']);
const PROTECTIONS = new Set(['policy', 'trigger', 'rule', 'event trigger']);

function tagOf(type: string): string {
  if (type === 'schema' || type === 'owned') return 'schema';
  if (type === 'database') return 'database';
  return TABLES.has(type) ? 'table' : 'other';
}

function describe(effect: Drop): FindingPart {
  const [first] = effect.objects;
  const type = first?.type ?? 'object';
  const cascade = effect.cascade ? ', with everything that depends on it' : '';
  return {
    objects: effect.objects.map(nameOf),
    tags: [tagOf(type), ...(effect.cascade ? ['cascade'] : [])],
    effect: `Drops ${dropped(type, effect.objects)}${cascade}.`,
    why: reason(type),
    instead: advice(type),
  };
}

function dropped(type: string, objects: readonly ObjectRef[]): string {
  if (type === 'owned') return `everything that ${listOf(objects.map(nameOf))} owns in this database`;
  return listOf(objects.map(kindAndName));
}

function reason(type: string): string {
  if (type === 'schema' || type === 'database' || type === 'owned')
    return 'All tables in it go with their rows.';
  if (TABLES.has(type)) return 'Its rows go with it, and queries that use it stop working.';
  if (PROTECTIONS.has(type)) return 'What it enforced is no longer enforced.';
  return 'Whatever uses it stops working.';
}

function advice(type: string): string {
  if (type === 'owned') return 'REASSIGN OWNED to another role first, and drop single objects by name.';
  if (TABLES.has(type) || type === 'schema')
    return 'Rename it first, wait until nobody misses it, and have a backup.';
  if (type === 'database') return 'Take a backup first and let whoever runs the server drop it.';
  return 'Check pg_depend for what uses it, and drop it inside BEGIN.';
}
