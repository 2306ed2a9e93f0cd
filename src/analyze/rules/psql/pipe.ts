import { definePsqlRule } from '../../define-psql-rule.ts';
import { nestedProgram } from '../../psql-program.ts';
import { givenValue, targetOf } from '../../psql-wording.ts';

export const pipe = definePsqlRule({
  id: 'psql.pipe',
  intent: 'exec.nested',
  on: ['out', 'g', 'gx', 'write'],
  hits: [
    '\\o |cat',
    "\\out '|cat'",
    'select 1 \\g |cat > x',
    'select 1 \\gx (format=csv) |cat',
    '\\w |cat',
    "\\set x '|id'\n\\o :x",
  ],
  misses: ['\\o cat', 'select 1 \\g', '\\echo |cat', "select 'a' || 'b' \\g x"],
  check: (command) => {
    const target = givenValue(targetOf(command)) ?? '';
    if (!target.startsWith('|')) return undefined;
    const what = command.name === 'write' ? 'the text of the statement' : 'the rows that it gets';
    return nestedProgram(target.slice(1), `, with ${what}`);
  },
});
