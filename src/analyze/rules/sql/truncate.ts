import { defineRule } from '../../define-rule.ts';
import { listOf, nameOf } from '../../wording.ts';

export const truncate = defineRule({
  id: 'sql.truncate',
  intent: 'data.truncate',
  on: ['truncate'],
  hits: ['TRUNCATE visits', 'TRUNCATE TABLE ONLY a, clinic.b RESTART IDENTITY CASCADE'],
  misses: ['DELETE FROM visits', 'CREATE TABLE truncate_log (id int)'],
  check: (effects) =>
    effects.map((effect) => {
      const tables = effect.relations.map(nameOf);
      const cascade = effect.cascade ? ' and of every table that refers to them' : '';
      return {
        objects: tables,
        tags: effect.cascade ? ['cascade'] : [],
        effect: `Empties ${listOf(tables)}: all rows${cascade} are removed at once.`,
        why: 'TRUNCATE has no WHERE, fires no row triggers and blocks the table for everyone while it runs.',
        instead: 'Delete the rows you mean with a WHERE, or run it inside BEGIN and look before COMMIT.',
      };
    }),
});
