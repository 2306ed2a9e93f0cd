import { defineRule } from '../../define-rule.ts';

export const serverFile = defineRule({
  id: 'sql.server-file',
  intent: 'secret.read',
  on: ['server-file'],
  hits: [
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT * FROM pg_ls_dir('/')",
    "SELECT lo_export(4711, '/tmp/x')",
    'CREATE EXTENSION file_fdw',
    "CREATE FOREIGN TABLE f (line text) SERVER files OPTIONS (filename '/etc/hosts')",
  ],
  misses: ['SELECT pg_size_pretty(1024)', "SELECT 'pg_read_file'", 'SELECT lo_get(4711)'],
  check: (effects) =>
    effects.map((effect) => {
      const writes = effect.access === 'write';
      return {
        intent: writes ? 'data.export.file' : 'secret.read',
        objects: [effect.by],
        tags: ['server-file'],
        effect: `${writes ? 'Writes' : 'Reads'} files of the database server (${effect.by}).`,
        why: "It happens with the rights of the server's own user: keys, configuration and other databases are in reach.",
        instead: 'Ask whoever runs the server for the file, or work with data in tables.',
      };
    }),
});
