import { definePsqlRule } from '../../define-psql-rule.ts';

export const password = definePsqlRule({
  id: 'psql.password',
  intent: 'iam.credential',
  on: ['password'],
  hits: ['\\password', '\\password app'],
  misses: ['\\prompt password', 'select 1'],
  check: ({ args: [user] }) => ({
    objects: [],
    tags: [],
    effect:
      user === undefined
        ? 'Sets a new password for the role you are connected as.'
        : 'Sets a new password for a role.',
    why: 'Whoever uses the role with the old password is locked out; an empty answer sets an empty one.',
    instead: 'Tell those who use the role first.',
  }),
});
