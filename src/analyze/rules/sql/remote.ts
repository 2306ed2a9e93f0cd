import { defineRule } from '../../define-rule.ts';

export const remote = defineRule({
  id: 'sql.remote',
  intent: 'data.export.network',
  on: ['remote'],
  hits: [
    "SELECT * FROM dblink('host=x', 'SELECT 1') AS t (a int)",
    "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'x')",
    "CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p",
    'CREATE PUBLICATION p FOR ALL TABLES',
    'CREATE EXTENSION postgres_fdw',
  ],
  misses: [
    'SELECT * FROM remote_sites',
    'DROP SERVER s',
    "SELECT dblink_build_sql_delete('t', '1', 1, '{1}')",
  ],
  check: (effects) =>
    effects.map((effect) => ({
      objects: [effect.by],
      tags: ['remote'],
      effect: `Connects the database server with another one (${effect.by}).`,
      why: 'Data can leave or come in between the servers, past everything that watches this connection.',
      instead: 'Export what is needed through this session, where it is masked and recorded.',
    })),
});
