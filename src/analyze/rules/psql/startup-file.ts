import type { PsqlCommand } from '../../../model/psql.ts';
import { definePsqlRule } from '../../define-psql-rule.ts';
import { fileWords, givenValue, objectsOf, targetOf } from '../../psql-wording.ts';

/** Hidden files and folders, and those of the system: programs read them when they start. */
const READ_AT_START =
  /(?:^|\/)\.(?!\.?(?:\/|$))|^\/(?:etc|usr|bin|sbin|lib|lib64|boot|var\/spool|proc|sys|dev\/(?!null$|stdout$|stderr$|tty$))(?:\/|$)|authorized_keys|crontab/;

export const startupFile = definePsqlRule({
  id: 'psql.startup-file',
  intent: 'fs.overwrite',
  on: ['out', 'g', 'gx', 'write', 's', 'copy', 'lo_export'],
  hits: [
    '\\o ~/.bashrc',
    'select 1 \\g /etc/profile.d/x.sh',
    '\\w .psqlrc',
    '\\s ~/.config/guard/policy.yaml',
    "\\copy t to '../.git/hooks/pre-commit'",
    '\\lo_export 4 ~/.ssh/authorized_keys',
  ],
  misses: [
    '\\o out.txt',
    '\\o ./out.txt',
    '\\o ../out.txt',
    '\\i ~/.psqlrc',
    "\\copy t from '/etc/hosts'",
    '\\o /dev/null',
    '\\o |cat',
  ],
  check: (command) => {
    const path = writtenPath(command);
    if (path === undefined || path.startsWith('|') || !READ_AT_START.test(path)) return undefined;
    return {
      objects: objectsOf(path),
      tags: ['startup-file'],
      effect: `Writes over ${fileWords(path)}, which programs may read when they start.`,
      why: 'What stands in such a file runs later with your rights, out of sight of guard.',
      instead: 'Write to a file in your working folder.',
    };
  },
});

function writtenPath(command: PsqlCommand): string | undefined {
  const { name, copy, args } = command;
  if (name === 'copy')
    return copy?.direction === 'to' && copy.end.kind === 'file' ? copy.end.path : undefined;
  return givenValue(name === 'lo_export' ? args[1] : targetOf(command));
}
