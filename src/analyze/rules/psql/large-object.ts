import { definePsqlRule } from '../../define-psql-rule.ts';
import { fileExport } from '../../psql-findings.ts';
import { fileWords, givenValue, objectsOf } from '../../psql-wording.ts';

export const largeObject = definePsqlRule({
  id: 'psql.large-object',
  intent: 'data.insert',
  on: ['lo_import', 'lo_export', 'lo_unlink'],
  hits: ['\\lo_import scan.png', '\\lo_export 4711 scan.png', '\\lo_unlink 4711'],
  misses: ['\\lo_list', 'select lo_unlink(4711)'],
  check: ({ name, args: [first, second] }) => {
    if (name === 'lo_export') return fileExport('a large object', givenValue(second));
    if (name === 'lo_unlink') {
      return {
        intent: 'data.delete',
        objects: [],
        tags: ['large-object'],
        effect: 'Deletes a large object.',
        why: 'What points to it then points to nothing.',
        instead: 'Look first what it is: lo_list shows its owner and its comment.',
      };
    }
    const path = givenValue(first);
    return {
      objects: objectsOf(path),
      tags: ['large-object', 'client-file'],
      effect: `Reads ${fileWords(path)} on this machine and stores it in the database as a large object.`,
      why: 'No table and no right on a table protects a large object.',
      instead: 'Store it in a column of type bytea.',
    };
  },
});
