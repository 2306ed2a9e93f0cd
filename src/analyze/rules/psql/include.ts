import { definePsqlRule } from '../../define-psql-rule.ts';
import { plain, unseen } from '../../psql-findings.ts';
import { fileWords, givenValue, objectsOf } from '../../psql-wording.ts';

export const include = definePsqlRule({
  id: 'psql.include',
  intent: 'session.control',
  on: ['include', 'include_relative'],
  hits: ['\\i setup.sql', '\\ir ../setup.sql', '\\include :file'],
  misses: ['\\if true\n\\endif', 'select 1 \\g i'],
  check: ({ args: [path] }, { reads }) => {
    if (path === undefined) return plain('Nothing: psql asks for the name of a file.');
    const file = fileWords(givenValue(path));
    if (reads && path.value !== undefined) return plain(`Runs ${file}, which is judged by itself.`);
    const finding = unseen(
      `Runs what stands in ${file}.`,
      "A script can run psql's own commands too, and guard has not read this one.",
      'Run it through guard by itself: guard -- psql -f FILE.',
    );
    return { ...finding, objects: objectsOf(givenValue(path)), tags: ['run-time', 'include'] };
  },
});
