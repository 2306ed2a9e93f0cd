import { defineRule } from '../../define-rule.ts';

export const dynamic = defineRule({
  id: 'sql.dynamic',
  intent: 'exec.dynamic',
  on: ['dynamic'],
  hits: [
    'DO $$ BEGIN DELETE FROM visits; END $$',
    'CALL cleanup()',
    "SELECT query_to_xml('SELECT * FROM staff', true, true, '')",
    "SELECT set_config($1, 'off', false)",
    'SELECT cursor_to_xml($1, 10, true, true, $2)',
  ],
  misses: ['SELECT cleanup FROM jobs', "SELECT xmlelement(name x, 'y')"],
  check: (effects) =>
    effects.map((effect) => ({
      objects: [effect.by],
      tags: ['dynamic'],
      effect: `Runs code whose statements the server decides on (${effect.by}).`,
      why: 'What it reads and changes can not be told from the statement.',
      instead: 'Write the statements themselves, one by one.',
    })),
});
