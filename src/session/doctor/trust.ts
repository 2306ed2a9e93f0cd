/** How far guard can be relied on where it runs as the user it guards; said the same way everywhere. */
export const TRUST = {
  level: 'L0',
  says:
    'guard runs as you: a seat belt against accidents, agents and scripts. Whoever has your user id and means to can go ' +
    'around it, and can rewrite its log with its key.',
} as const;
