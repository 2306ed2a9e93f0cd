import { defineRule } from '../../define-rule.ts';

const OTHER_SESSIONS = new Set(['pg_terminate_backend', 'pg_cancel_backend']);

export const serverControl = defineRule({
  id: 'sql.server-control',
  intent: 'service.stop',
  on: ['server-control'],
  hits: [
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity',
    'SELECT pg_cancel_backend(42)',
    'SELECT pg_reload_conf()',
    "SELECT pg_drop_replication_slot('standby1')",
    'SELECT pg_promote()',
  ],
  misses: ['SELECT pid FROM pg_stat_activity', 'SELECT pg_backend_pid()'],
  check: (effects) =>
    effects.map((effect) => {
      const others = OTHER_SESSIONS.has(effect.by);
      return {
        intent: others ? 'process.kill' : 'service.stop',
        objects: [effect.by],
        tags: ['server-control'],
        effect: others
          ? `Ends or interrupts the work of other sessions (${effect.by}).`
          : `Controls the running server or its replication (${effect.by}).`,
        why: others
          ? 'Other people lose what they were doing.'
          : 'It reaches beyond this session and this database.',
        instead: others
          ? 'Look at pg_stat_activity first and name one pid; prefer pg_cancel_backend.'
          : 'Leave this to whoever runs the server.',
      };
    }),
});
