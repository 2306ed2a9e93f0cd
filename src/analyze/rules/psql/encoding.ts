import { definePsqlRule } from '../../define-psql-rule.ts';
import { plain, unseen } from '../../psql-findings.ts';
import { objectsOf } from '../../psql-wording.ts';

const UTF8 = /^(?:utf-?8|unicode)$/i;

export const encoding = definePsqlRule({
  id: 'psql.encoding',
  intent: 'session.control',
  on: ['encoding'],
  hits: ['\\encoding', '\\encoding UTF8', '\\encoding SJIS', '\\encoding :e'],
  misses: ['set client_encoding to sjis', '\\echo encoding'],
  check: ({ args: [name] }) => {
    if (name === undefined) return plain('Shows the encoding.');
    if (name.value === undefined) {
      return unseen(
        'Sets an encoding that is known at run time only.',
        'In some of them guard and the server would read different statements.',
        'Write the name of the encoding itself.',
      );
    }
    if (UTF8.test(name.value)) return plain('Keeps the encoding that guard reads.');
    return {
      intent: 'guard.escape',
      objects: objectsOf(name.value),
      tags: ['lexer'],
      effect: 'Sets another encoding than UTF-8 for what psql and the server say.',
      why: 'Guard and the server would read different statements in the same bytes.',
      instead: 'Stay with UTF-8, and convert files with iconv.',
    };
  },
});
