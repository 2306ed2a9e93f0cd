import { definePsqlRule } from '../../define-psql-rule.ts';
import { nestedProgram } from '../../psql-program.ts';

export const shell = definePsqlRule({
  id: 'psql.shell',
  intent: 'exec.nested',
  on: ['!'],
  hits: ['\\! rm x', '\\!', '  \\! ls | wc -l', 'select 1; \\! id'],
  misses: ["select '\\! id'", '-- \\! id', '\\x'],
  check: ({ args: [line] }) => nestedProgram(line?.value ?? ''),
});
