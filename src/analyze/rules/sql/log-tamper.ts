import { defineRule } from '../../define-rule.ts';

export const logTamper = defineRule({
  id: 'sql.log-tamper',
  intent: 'audit.tamper',
  on: ['log-tamper'],
  hits: [
    "SET log_statement = 'none'",
    "SELECT set_config('pgaudit.log', 'none', false)",
    'SELECT pg_stat_reset()',
    'SELECT pg_stat_statements_reset()',
    'ALTER ROLE app SET log_min_duration_statement = -1',
  ],
  misses: ["SET application_name = 'report'", 'SHOW log_statement', 'SET log_temp_files = 0'],
  check: (effects) =>
    effects.map((effect) => ({
      objects: [effect.by],
      tags: ['log-tamper'],
      effect: `Changes what the server records of who did what (${effect.by}).`,
      why: 'Later nobody could tell what happened.',
      instead: 'Leave logging as the administrators set it; ask them if it is in the way.',
    })),
});
