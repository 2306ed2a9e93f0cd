import { defineRule } from '../../define-rule.ts';
import { kindAndName, nameOf } from '../../wording.ts';

export const owner = defineRule({
  id: 'sql.owner',
  intent: 'iam.grant',
  on: ['alter'],
  hits: [
    'ALTER TABLE visits OWNER TO app',
    'ALTER FUNCTION f(int) OWNER TO app',
    'ALTER SCHEMA clinic OWNER TO app',
  ],
  misses: ['ALTER TABLE visits ADD COLUMN owner text', 'REASSIGN OWNED BY a TO b'],
  check: (effects) =>
    effects
      .filter((effect) => effect.actions.some((action) => action.kind === 'owner'))
      .map((effect) => ({
        objects: [nameOf(effect.object)],
        tags: ['owner'],
        effect: `Gives the ${kindAndName(effect.object)} to another owner.`,
        why: 'The owner may read, change, grant and drop it, and row level security does not apply to them.',
        instead: 'GRANT the single privileges that are needed.',
      })),
});
