import type { Predicate } from '../../../model/sql.ts';
import { defineRule } from '../../define-rule.ts';
import { limitReason, limits } from '../../predicate-wording.ts';
import { listOf, nameOf } from '../../wording.ts';

export const update = defineRule({
  id: 'sql.update',
  intent: 'data.update',
  on: ['update'],
  hits: [
    'UPDATE staff SET name = $1 WHERE id = 2',
    'UPDATE staff SET active = false',
    'UPDATE visits SET cost = 0 WHERE 1 = 1',
    'INSERT INTO stock (id, n) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET n = 2',
  ],
  misses: [
    'SELECT id FROM staff FOR UPDATE',
    'INSERT INTO stock (id) VALUES (1) ON CONFLICT DO NOTHING',
    'EXPLAIN UPDATE staff SET active = false',
  ],
  check: (effects) =>
    effects.map((effect) => {
      const table = nameOf(effect.relation);
      const columns = listOf(effect.columns);
      const limited = limits(effect.predicate);
      return {
        intent: limited ? 'data.update' : 'data.update.bulk',
        objects: [table],
        tags: limited ? [] : ['no-where'],
        effect: limited
          ? `Changes ${columns} in some rows of ${table}.`
          : `Changes ${columns} in every row of ${table}.`,
        why: limited ? changeReason(effect.predicate) : limitReason(effect.predicate),
        instead: limited
          ? 'Run it inside BEGIN and check the count before COMMIT.'
          : 'Add a WHERE that names the rows, or run it inside BEGIN and check the count before COMMIT.',
      };
    }),
});

function changeReason(predicate: Predicate): string {
  if (predicate.kind === 'cursor') return 'The row is the one the cursor stands on.';
  return 'The old values are gone once it is committed.';
}
