import { defineRule } from '../../define-rule.ts';
import { nameOf } from '../../wording.ts';

export const insert = defineRule({
  id: 'sql.insert',
  intent: 'data.insert',
  on: ['insert'],
  hits: [
    'INSERT INTO staff (name) VALUES ($1)',
    'INSERT INTO archive SELECT * FROM visits',
    'WITH added AS (INSERT INTO log DEFAULT VALUES RETURNING id) SELECT id FROM added',
    'MERGE INTO stock s USING delivery d ON s.id = d.id WHEN NOT MATCHED THEN INSERT (id) VALUES (d.id)',
  ],
  misses: ['EXPLAIN INSERT INTO staff (name) VALUES ($1)', 'UPDATE staff SET name = $1 WHERE id = 2'],
  check: (effects) =>
    effects.map((effect) => {
      const table = nameOf(effect.relation);
      const rows =
        effect.valuesRows === undefined || effect.valuesRows === 1 ? '' : ` ${effect.valuesRows} rows`;
      const fromQuery = effect.source === 'query';
      return {
        objects: [table],
        tags: fromQuery ? ['from-query'] : [],
        effect: fromQuery ? `Adds the rows of a query to ${table}.` : `Adds${rows || ' a row'} to ${table}.`,
        why: fromQuery
          ? 'The query decides how many rows are added and what is copied.'
          : 'New rows are seen by everything that reads the table.',
        instead: fromQuery
          ? 'Run the SELECT alone first and look at its rows.'
          : 'Run it inside BEGIN and look at the row before COMMIT.',
      };
    }),
});
