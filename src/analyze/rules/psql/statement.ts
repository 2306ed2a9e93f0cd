import { definePsqlRule } from '../../define-psql-rule.ts';
import { plain } from '../../psql-findings.ts';

export const statement = definePsqlRule({
  id: 'psql.statement',
  intent: 'session.control',
  on: [
    ...['gexec', 'gset', 'gdesc', 'watch', 'crosstabview', 'parse', 'bind', 'bind_named', 'close_prepared'],
    ...[
      'startpipeline',
      'sendpipeline',
      'syncpipeline',
      'endpipeline',
      'flush',
      'flushrequest',
      'getresults',
    ],
  ],
  hits: [
    'select 1 \\gexec',
    'select 1 as a \\gset',
    'select 1 \\watch 5',
    'select $1 \\bind 1 \\g',
    '\\startpipeline',
  ],
  misses: ['select 1 \\g', '\\x', 'select 1;'],
  check: () => plain('Sends statements; each one is judged when it comes.', 'statement'),
});
