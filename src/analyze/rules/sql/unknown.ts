import { defineRule } from '../../define-rule.ts';

/** No statement of today's grammar ends here except a deep tree; the examples of other rules cover the rest. */
export const unknown = defineRule({
  id: 'sql.unknown',
  intent: 'unknown',
  on: ['unknown'],
  hits: ["UPDATE pg_settings SET setting = 'off' WHERE name = 'row_security'"],
  misses: ['SELECT 1', 'VACUUM'],
  check: (effects) =>
    effects.map((effect) => ({
      objects: [],
      tags: ['unlisted'],
      effect: 'Does something that guard can not tell.',
      why: `Reason: ${effect.because}.`,
      instead: 'Write it as plain statements, one at a time.',
    })),
});
