import { definePsqlRule } from '../../define-psql-rule.ts';
import { commandWords } from '../../psql-wording.ts';

export const unknown = definePsqlRule({
  id: 'psql.unknown',
  intent: 'unknown',
  on: 'any',
  hits: ['\\foo', '\\!id', '\\COPYRIGHT', '\\gexecute'],
  misses: ['\\COPY t to stdout', '\\d', '\\l+'],
  check: (command) =>
    command.name === undefined
      ? {
          objects: [],
          tags: ['unlisted'],
          effect: `Gives psql ${commandWords(command)}, which guard does not know.`,
          why: 'What guard can not tell it can not vouch for; a newer psql may know it.',
          instead: "See \\? for psql's own commands.",
        }
      : undefined,
});
