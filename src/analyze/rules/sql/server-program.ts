import { defineRule } from '../../define-rule.ts';

export const serverProgram = defineRule({
  id: 'sql.server-program',
  intent: 'exec.remote',
  on: ['server-program'],
  hits: [
    "COPY t FROM PROGRAM 'id'",
    "COPY (SELECT 1) TO PROGRAM 'cat'",
    "LOAD 'auto_explain'",
    "ALTER SYSTEM SET archive_command = 'cp %p /x/%f'",
    'CREATE EXTENSION pg_cron',
  ],
  misses: ['COPY t FROM STDIN', "SELECT 'PROGRAM'", 'SELECT program FROM shows'],
  check: (effects) =>
    effects.map((effect) => ({
      objects: [effect.by],
      tags: ['server-program'],
      effect: `Makes the database server run a program or load a library (${effect.by}).`,
      why: "It runs as the server's own user, outside every right that the database checks.",
      instead: 'Run programs on your own side, and move data with COPY … FROM STDIN or TO STDOUT.',
    })),
});
