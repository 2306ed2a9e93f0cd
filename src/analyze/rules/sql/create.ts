import { defineRule } from '../../define-rule.ts';
import { kindAndName, nameOf } from '../../wording.ts';

export const create = defineRule({
  id: 'sql.create',
  intent: 'schema.create',
  on: ['create'],
  hits: [
    'CREATE TABLE visits (id int)',
    'CREATE TEMP TABLE t AS SELECT * FROM visits',
    'SELECT * INTO copy FROM visits',
    'CREATE OR REPLACE VIEW v AS SELECT 1',
    'CREATE INDEX CONCURRENTLY i ON visits (id)',
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
  ],
  misses: ['CREATE ROLE app', 'ALTER TABLE visits ADD COLUMN x int', 'EXPLAIN CREATE TABLE t AS SELECT 1'],
  check: (effects) =>
    effects.map((effect) => {
      const what = kindAndName(effect.object);
      const tags = [
        ...(effect.replaces ? ['replaces'] : ['additive']),
        ...(effect.temporary ? ['temporary'] : []),
        ...(effect.fromQuery ? ['from-query'] : []),
      ];
      return {
        objects: [nameOf(effect.object)],
        tags,
        effect: effect.replaces ? `Creates or replaces the ${what}.` : `Creates the ${what}.`,
        why: createReason(effect),
        instead: effect.fromQuery
          ? 'Read through the original table, or a view of it, so that its rules keep holding.'
          : 'Run it inside BEGIN and look at the result before COMMIT.',
      };
    }),
});

function createReason(effect: { readonly replaces: boolean; readonly fromQuery: boolean }): string {
  if (effect.fromQuery) return 'It copies the rows of a query to a place with other rights.';
  if (effect.replaces) return 'What stands there under that name now is gone.';
  return 'Nothing that exists is changed.';
}
