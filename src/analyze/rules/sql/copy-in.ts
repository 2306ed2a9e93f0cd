import { defineRule, type FindingPart } from '../../define-rule.ts';
import { nameOf } from '../../wording.ts';

export const copyIn = defineRule({
  id: 'sql.copy-in',
  intent: 'data.insert',
  on: ['copy-in'],
  hits: [
    'COPY staff FROM STDIN',
    "COPY staff (id) FROM '/tmp/staff.csv' CSV",
    "COPY staff FROM PROGRAM 'zcat x'",
  ],
  misses: ['COPY staff TO STDOUT', 'INSERT INTO staff VALUES (1)'],
  check: (effects) =>
    effects.flatMap((effect): readonly FindingPart[] => {
      const table = nameOf(effect.relation);
      const added = {
        objects: [table],
        effect: `Loads rows into ${table}.`,
        why: 'Every row that arrives is added, whatever is in it.',
        instead: 'Load into a temporary table first, check it, then INSERT … SELECT.',
      };
      if (effect.from === 'stdio') return [{ ...added, tags: ['copy-in'] }];
      return [
        { ...added, tags: ['copy-in', 'server-file'] },
        ...(effect.from === 'file' ? [fileRead(table)] : []),
      ];
    }),
});

function fileRead(table: string): FindingPart {
  return {
    intent: 'secret.read',
    objects: [table],
    tags: ['server-file'],
    effect: 'Reads a file of the server.',
    why: "It runs with the rights of the server's own user, so any file that user can read ends up in a table.",
    instead: 'Use COPY … FROM STDIN (in psql: \\copy) with a file of your own.',
  };
}
