import type { RelationRef } from '../../../model/sql.ts';
import { defineRule } from '../../define-rule.ts';
import { listOf, nameOf, unique } from '../../wording.ts';

export const catalogTamper = defineRule({
  id: 'sql.catalog-tamper',
  intent: 'guard.escape',
  on: ['insert', 'update', 'delete', 'copy-in'],
  hits: [
    "UPDATE pg_catalog.pg_class SET relrowsecurity = false WHERE relname = 'patients'",
    'DELETE FROM pg_depend WHERE objid = 1',
    "UPDATE pg_settings SET setting = 'off' WHERE name = 'row_security'",
  ],
  misses: [
    'SELECT * FROM pg_class',
    'UPDATE clinic.pg_notes SET x = 1 WHERE id = 2',
    'SELECT lo_unlink(4711)',
  ],
  check: (effects) => {
    const tables = unique(
      effects.filter((effect) => isCatalog(effect.relation)).map((effect) => nameOf(effect.relation)),
    );
    if (tables.length === 0) return undefined;
    return {
      objects: tables,
      tags: ['weaken'],
      effect: `Changes PostgreSQL's own catalog (${listOf(tables)}).`,
      why: 'Rights, policies and the integrity of the whole database hang on it.',
      instead: 'Use the statement made for it: ALTER, GRANT, SET.',
    };
  },
});

const LARGE_OBJECTS = 'pg_largeobject';

function isCatalog(relation: RelationRef): boolean {
  if (relation.name === LARGE_OBJECTS) return false;
  return relation.schema === undefined ? relation.name.startsWith('pg_') : relation.schema === 'pg_catalog';
}
