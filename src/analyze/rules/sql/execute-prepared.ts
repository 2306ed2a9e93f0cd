import { defineRule } from '../../define-rule.ts';

/** Whoever knows the prepared statement's text judges that text instead of this finding. */
export const executePrepared = defineRule({
  id: 'sql.execute-prepared',
  intent: 'exec.dynamic',
  on: ['prepared'],
  hits: ['EXECUTE monthly(3)', 'CREATE TABLE t AS EXECUTE monthly(3)'],
  misses: ['PREPARE monthly AS SELECT 1', 'DEALLOCATE monthly'],
  check: (effects) =>
    effects
      .filter((effect) => effect.action === 'execute')
      .map((effect) => ({
        objects: [effect.name],
        tags: ['dynamic', 'prepared'],
        effect: `Runs the prepared statement ${effect.name}.`,
        why: 'What it does was written elsewhere.',
        instead: 'Write the statement itself.',
      })),
});
