import { definePsqlRule } from '../../define-psql-rule.ts';
import { fileExport, plain } from '../../psql-findings.ts';
import { nestedProgram } from '../../psql-program.ts';
import { fileWords, objectsOf } from '../../psql-wording.ts';

export const copy = definePsqlRule({
  id: 'psql.copy',
  intent: 'session.control',
  on: ['copy'],
  hits: [
    "\\copy patients to 'x.csv'",
    "\\copy (select 1) to program 'gzip > x'",
    "\\copy t from '/etc/passwd'",
    '\\copy t from stdin',
    '\\copy t',
  ],
  misses: ['COPY t TO STDOUT', "\\echo \\\\copy t to 'x'"],
  check: ({ copy: reads }) => {
    if (reads === undefined) return plain('Nothing: psql can not read this \\copy.');
    const { direction, end } = reads;
    if (end.kind === 'program') {
      const given =
        direction === 'to' ? ', with the rows that are copied' : ' and copies what it prints into a table';
      return { intent: 'exec.nested', ...nestedProgram(end.command, given) };
    }
    if (end.kind !== 'file') return plain('Copies rows between a table and this terminal.');
    if (direction === 'to') return fileExport('the rows that are copied', end.path);
    return {
      objects: objectsOf(end.path),
      tags: ['client-file'],
      effect: `Reads ${fileWords(end.path)} on this machine and sends it to the server as rows of a table.`,
      why: 'Who can read the table can read the file then.',
      instead: 'Nothing needs to change.',
    };
  },
});
