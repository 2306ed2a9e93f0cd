import { defineRule } from '../../define-rule.ts';

export const compute = defineRule({
  id: 'sql.compute',
  intent: 'data.read',
  on: [],
  hits: ['SELECT 1', 'SELECT now(), current_user', 'VALUES (1), (2)'],
  misses: ['SELECT id FROM staff', 'BEGIN'],
  check: () => ({
    objects: [],
    tags: [],
    effect: 'Computes values without reading a table.',
    why: 'Nothing stored is read or changed.',
    instead: 'Nothing needs to change.',
  }),
});
