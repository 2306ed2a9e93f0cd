import { definePsqlRule } from '../../define-psql-rule.ts';
import { plain } from '../../psql-findings.ts';
import { givenValue } from '../../psql-wording.ts';

export const restrict = definePsqlRule({
  id: 'psql.restrict',
  intent: 'session.control',
  on: ['restrict', 'unrestrict'],
  hits: ['\\restrict k', '\\unrestrict k', '\\restrict k\nselect 1;\n\\unrestrict k'],
  misses: ['\\reset', 'select 1'],
  check: ({ name, args: [key] }, { typed, ownRestrictions }) => {
    // Dumps wrap themselves into both; a restriction alone only takes rights away.
    const own = !typed && (name === 'restrict' || ownRestrictions.has(givenValue(key) ?? ''));
    if (own) return plain("Forbids psql's own commands for a part of the script.");
    return {
      intent: 'guard.escape',
      objects: [],
      tags: ['restrict'],
      effect:
        name === 'restrict'
          ? "Locks guard out of psql's own commands."
          : "Lifts the restriction that keeps psql's own commands in sight of guard.",
      why: 'With it guard could not hold what psql does by itself.',
      instead: "Use psql's commands as they are: guard lets them through by itself.",
    };
  },
});
