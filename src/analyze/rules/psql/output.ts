import { definePsqlRule } from '../../define-psql-rule.ts';
import { fileExport, plain } from '../../psql-findings.ts';
import { givenValue, targetOf } from '../../psql-wording.ts';

const WHAT: Readonly<Record<string, string>> = {
  out: 'the rows of every statement that follows',
  g: 'the rows of the statement',
  gx: 'the rows of the statement',
  write: 'the text of the statement',
};

export const output = definePsqlRule({
  id: 'psql.output',
  intent: 'session.control',
  on: ['out', 'g', 'gx', 'write'],
  hits: [
    '\\o out.txt',
    '\\o',
    'select 1 \\g',
    'select 1 \\g out.txt',
    '\\w query.sql',
    'select 1 \\gx (format=csv) out.csv',
  ],
  misses: ['\\o |cat', 'select 1;', '\\echo o'],
  check: (command) => {
    const { name = '' } = command;
    const target = targetOf(command);
    const path = givenValue(target);
    if (path === undefined || path.startsWith('|')) return undefined;
    if (target !== undefined) return fileExport(WHAT[name] ?? 'something', path);
    return plain(name === 'out' ? 'Shows rows on the terminal again.' : 'Sends the statement.');
  },
});
