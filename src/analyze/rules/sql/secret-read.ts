import { defineRule } from '../../define-rule.ts';

export const secretRead = defineRule({
  id: 'sql.secret-read',
  intent: 'secret.read',
  on: ['secret-read'],
  hits: [
    'SELECT rolname, rolpassword FROM pg_authid',
    'SELECT passwd FROM pg_catalog.pg_shadow',
    'COPY pg_user_mapping TO STDOUT',
    'SELECT * FROM pg_hba_file_rules',
  ],
  misses: ['SELECT rolname FROM pg_roles', 'SELECT * FROM app.pg_authid', 'SELECT * FROM pg_class'],
  check: (effects) =>
    effects.map((effect) => ({
      objects: [effect.by],
      tags: ['credential-store'],
      effect: `Reads ${effect.by}, where the server keeps credentials or login rules.`,
      why: 'Password hashes and connection strings can be used elsewhere.',
      instead: 'Use pg_roles, which shows the same roles without secrets.',
    })),
});
