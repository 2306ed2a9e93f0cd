import { defineRule } from '../../define-rule.ts';
import { listOf, nameOf } from '../../wording.ts';

const HEAVY_MODES = new Set(['access exclusive', 'exclusive']);

export const lock = defineRule({
  id: 'sql.lock',
  intent: 'service.maintain',
  on: ['lock'],
  hits: [
    'LOCK TABLE visits',
    'LOCK visits IN SHARE MODE',
    'SELECT id FROM visits FOR UPDATE',
    'CREATE INDEX ON visits (id)',
  ],
  misses: ['CREATE INDEX CONCURRENTLY i ON visits (id)', 'SELECT id FROM visits', 'SELECT * FROM locks'],
  check: (effects) =>
    effects.map((effect) => {
      const tables = effect.relations.map(nameOf);
      const rowLock = effect.mode.startsWith('for ');
      const heavy = HEAVY_MODES.has(effect.mode);
      return {
        intent: rowLock ? 'session.control' : 'service.maintain',
        objects: tables,
        tags: heavy ? ['heavy', 'lock'] : ['lock'],
        effect: rowLock
          ? `Locks the rows it reads of ${listOf(tables)} until the transaction ends.`
          : `Locks ${listOf(tables)} (${effect.mode}) until the transaction ends.`,
        why: heavy
          ? 'Everyone else who uses the table waits.'
          : 'Others who want to change the same rows wait.',
        instead: 'Set a lock_timeout and end the transaction soon.',
      };
    }),
});
