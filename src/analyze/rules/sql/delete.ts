import { defineRule } from '../../define-rule.ts';
import { limitReason, limits } from '../../predicate-wording.ts';
import { nameOf } from '../../wording.ts';

export const deleteRows = defineRule({
  id: 'sql.delete',
  intent: 'data.delete',
  on: ['delete'],
  hits: [
    'DELETE FROM visits WHERE id = 7',
    'DELETE FROM visits',
    'DELETE FROM visits WHERE id = id OR true',
    'EXPLAIN ANALYZE DELETE FROM visits WHERE id = 7',
    'WITH gone AS (DELETE FROM visits RETURNING id) SELECT count(*) FROM gone',
    'SELECT lo_unlink(4711)',
  ],
  misses: ['EXPLAIN DELETE FROM visits', 'TRUNCATE visits', "SELECT 'DELETE FROM visits'"],
  check: (effects) =>
    effects.map((effect) => {
      const table = nameOf(effect.relation);
      const limited = limits(effect.predicate);
      return {
        intent: limited ? 'data.delete' : 'data.delete.bulk',
        objects: [table],
        tags: limited ? [] : ['no-where'],
        effect: limited ? `Deletes some rows of ${table}.` : `Deletes every row of ${table}.`,
        why: limited ? 'Deleted rows are gone once it is committed.' : limitReason(effect.predicate),
        instead: limited
          ? 'Run it inside BEGIN and check the count before COMMIT.'
          : 'Add a WHERE that names the rows, or run it inside BEGIN and check the count before COMMIT.',
      };
    }),
});
