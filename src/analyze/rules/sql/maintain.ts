import { defineRule } from '../../define-rule.ts';
import { listOf, nameOf } from '../../wording.ts';

export const maintain = defineRule({
  id: 'sql.maintain',
  intent: 'service.maintain',
  on: ['maintain'],
  hits: [
    'VACUUM FULL visits',
    'VACUUM',
    'ANALYZE visits',
    'REINDEX INDEX CONCURRENTLY visits_idx',
    'CLUSTER visits USING visits_idx',
    'REFRESH MATERIALIZED VIEW totals',
    'CHECKPOINT',
  ],
  misses: ['EXPLAIN ANALYZE SELECT 1', 'CREATE MATERIALIZED VIEW totals AS SELECT 1'],
  check: (effects) =>
    effects.map((effect) => {
      const tables = effect.relations.map(nameOf);
      const what = tables.length === 0 ? effect.by : `${effect.by} of ${listOf(tables)}`;
      return {
        objects: tables,
        tags: effect.heavy ? ['heavy'] : [],
        effect: `Maintenance: ${what}.`,
        why: effect.heavy
          ? 'It rewrites data under a lock that stops everyone else who uses it.'
          : 'No data changes; it costs time and I/O.',
        instead: effect.heavy
          ? 'Use the form that does not block (plain VACUUM, CONCURRENTLY), or a maintenance window.'
          : 'Nothing needs to change.',
      };
    }),
});
