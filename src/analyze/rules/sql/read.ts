import { defineRule } from '../../define-rule.ts';
import { listOf, nameOf, unique } from '../../wording.ts';

export const read = defineRule({
  id: 'sql.read',
  intent: 'data.read',
  on: ['read'],
  hits: [
    'SELECT name FROM patients WHERE id = 4',
    'TABLE claims',
    'WITH recent AS (SELECT * FROM visits) SELECT count(*) FROM recent',
    'DELETE FROM visits WHERE id = 1 RETURNING reason',
    'COPY staff TO STDOUT',
  ],
  misses: ['SELECT 1', 'INSERT INTO staff (name) VALUES ($1)', 'WITH x AS (VALUES (1)) SELECT * FROM x'],
  check: (effects) => {
    const tables = unique(effects.map((effect) => nameOf(effect.relation)));
    const columns = effects.flatMap((effect) =>
      effect.columns === 'all'
        ? [`${nameOf(effect.relation)}.*`]
        : effect.columns.map((column) => `${nameOf(effect.relation)}.${column}`),
    );
    const what = columns.length === 0 ? listOf(tables) : listOf(columns);
    return {
      objects: tables,
      tags: [],
      effect: `Reads ${what}.`,
      why: 'What is read may hold data about people.',
      instead: 'Name only the columns and rows that are needed.',
    };
  },
});
