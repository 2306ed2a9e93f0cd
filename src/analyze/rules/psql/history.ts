import { definePsqlRule } from '../../define-psql-rule.ts';
import { fileExport, plain } from '../../psql-findings.ts';
import { givenValue } from '../../psql-wording.ts';

export const history = definePsqlRule({
  id: 'psql.history',
  intent: 'session.control',
  on: ['s'],
  hits: ['\\s', '\\s /tmp/history'],
  misses: ['\\sf f', 'select 1 \\g'],
  check: ({ args: [path] }) =>
    path === undefined
      ? plain('Shows what was typed.')
      : fileExport('all that was typed, with the values in it,', givenValue(path)),
});
