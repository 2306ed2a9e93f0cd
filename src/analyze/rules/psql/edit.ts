import { definePsqlRule } from '../../define-psql-rule.ts';
import { plain, unseen } from '../../psql-findings.ts';

export const edit = definePsqlRule({
  id: 'psql.edit',
  intent: 'session.control',
  on: ['edit', 'ef', 'ev'],
  hits: ['\\e', '\\edit query.sql', '\\ef f', '\\ev v'],
  misses: ['\\echo e', '\\sf f', '\\errverbose'],
  check: (_, { reads }) =>
    reads
      ? plain('Opens an editor; what is saved is judged when it comes back.')
      : {
          ...unseen(
            'Opens an editor, and runs what is saved there.',
            "The text can hold psql's own commands, and an editor can run programs.",
            'Type the statement here, or write it to a file and run that through guard.',
          ),
          tags: ['run-time', 'edit'],
        },
});
