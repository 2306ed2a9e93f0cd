import type { AlterAction, SqlEffect } from '../../../model/sql.ts';
import { defineRule, type FindingPart } from '../../define-rule.ts';
import { kindAndName, nameOf } from '../../wording.ts';

type Alter = Extract<SqlEffect, { readonly kind: 'alter' }>;

export const alter = defineRule({
  id: 'sql.alter',
  intent: 'schema.alter',
  on: ['alter'],
  hits: [
    'ALTER TABLE visits ADD COLUMN note text',
    'ALTER TABLE visits DROP COLUMN cost',
    'ALTER TABLE visits ALTER COLUMN cost TYPE numeric(12,2)',
    'ALTER TABLE visits DISABLE TRIGGER ALL',
    'ALTER TABLE visits RENAME COLUMN reason TO cause',
    'CREATE TRIGGER t AFTER INSERT ON visits FOR EACH ROW EXECUTE FUNCTION f()',
    "COMMENT ON TABLE visits IS 'x'",
  ],
  misses: ['CREATE TABLE visits (id int)', 'ALTER TABLE visits OWNER TO app', 'ALTER ROLE app LOGIN'],
  check: (effects) => effects.flatMap(describe),
});

/** One finding for each column that is dropped, one for the rest; a new owner is another rule's. */
function describe(effect: Alter): readonly FindingPart[] {
  const others = effect.actions.filter((action) => action.kind !== 'owner' && action.kind !== 'drop-column');
  const drops = effect.actions.filter((action) => action.kind === 'drop-column');
  const found = drops.map((action) => describeColumnDrop(effect, action));
  if (others.length > 0) found.push(describeChange(effect, others));
  return found;
}

function describeColumnDrop(effect: Alter, action: AlterAction): FindingPart {
  const column = `${nameOf(effect.object)}.${action.column ?? ''}`;
  return {
    intent: 'schema.drop',
    objects: [column],
    tags: ['column'],
    effect: `Drops the column ${column} with all its values.`,
    why: 'The values can only come back from a backup.',
    instead: 'Stop using the column first; drop it once nobody misses it and a backup exists.',
  };
}

function describeChange(effect: Alter, actions: readonly AlterAction[]): FindingPart {
  const heavy = actions.some((action) => action.heavy);
  const destructive = actions.some((action) => action.destructive);
  const words = actions.map((action) => actionWords(action)).join(', ');
  const tags = [...(heavy ? ['heavy'] : []), ...(destructive ? ['destructive'] : [])];
  return {
    objects: [nameOf(effect.object)],
    tags: tags.length === 0 ? ['additive'] : tags,
    effect: `Changes the ${kindAndName(effect.object)}: ${words}.`,
    why: changeReason(heavy, destructive),
    instead: changeAdvice(heavy, destructive),
  };
}

function actionWords(action: AlterAction): string {
  const words = action.kind.replaceAll('-', ' ');
  return action.column === undefined ? words : `${words} (${action.column})`;
}

function changeReason(heavy: boolean, destructive: boolean): string {
  if (destructive) return 'It loses data, a protection, or a name that others rely on.';
  if (heavy) return 'It scans or rewrites the table under a lock that stops everyone else who uses it.';
  return 'Nothing that exists is lost; a short lock is taken.';
}

function changeAdvice(heavy: boolean, destructive: boolean): string {
  if (destructive) return 'Check what relies on it first, and run it inside BEGIN with a lock_timeout.';
  if (heavy)
    return 'Do it in steps (NOT VALID then VALIDATE, a new column then a backfill), with a lock_timeout.';
  return 'Set a lock_timeout so that it never queues others behind it.';
}
