import { definePsqlRule } from '../../define-psql-rule.ts';
import { unseen } from '../../psql-findings.ts';
import { commandWords, targetOf } from '../../psql-wording.ts';

export const runTime = definePsqlRule({
  id: 'psql.run-time',
  intent: 'unknown',
  on: ['out', 'g', 'gx', 'write', 's', 'lo_export', 'lo_import'],
  hits: ['\\o :file', 'select 1 \\g `date`', '\\lo_export 4 :file', 'select 1 \\g (:options) x'],
  misses: ['\\o file', '\\set file x\n\\o :file', '\\echo :file', '\\lo_export :oid x'],
  check: (command) => {
    const { name, args } = command;
    const argument = name === 'lo_export' ? args[1] : targetOf(command);
    if (argument === undefined || argument.value !== undefined) return undefined;
    return unseen(
      `Gives ${commandWords(command)} a file that is known at run time only.`,
      'The text may also name a program: one that begins with a bar is run.',
      'Write the name of the file itself.',
    );
  },
});
