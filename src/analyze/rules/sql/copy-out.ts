import type { SqlEffect } from '../../../model/sql.ts';
import { defineRule, type FindingPart } from '../../define-rule.ts';
import { nameOf } from '../../wording.ts';

type CopyOut = Extract<SqlEffect, { readonly kind: 'copy-out' }>;

export const copyOut = defineRule({
  id: 'sql.copy-out',
  intent: 'data.export',
  on: ['copy-out'],
  hits: [
    'COPY staff TO STDOUT',
    'COPY (SELECT id FROM visits) TO STDOUT WITH (FORMAT csv)',
    "COPY staff TO '/var/lib/x.csv'",
    "COPY staff TO PROGRAM 'gzip > x.gz'",
  ],
  misses: ['COPY staff FROM STDIN', 'SELECT * FROM staff'],
  check: (effects) => effects.map((effect) => (effect.to === 'stdio' ? toClient(effect) : toServer(effect))),
});

function source(effect: CopyOut): string {
  return effect.relation === undefined ? 'the rows of a query' : nameOf(effect.relation);
}

function objects(effect: CopyOut): readonly string[] {
  return effect.relation === undefined ? [] : [nameOf(effect.relation)];
}

function toClient(effect: CopyOut): FindingPart {
  return {
    objects: objects(effect),
    tags: effect.format === 'binary' ? ['copy-out', 'binary'] : ['copy-out'],
    effect: `Sends ${source(effect)} to the client in bulk.`,
    why: 'A copy leaves the database and the rights that protect it.',
    instead: 'Copy only the columns and rows that are needed: COPY (SELECT …) TO STDOUT.',
  };
}

function toServer(effect: CopyOut): FindingPart {
  const end = effect.to === 'file' ? 'a file on the server' : 'a program on the server';
  return {
    intent: 'data.export.file',
    objects: objects(effect),
    tags: ['server-file'],
    effect: `Writes ${source(effect)} to ${end}.`,
    why: "It runs with the rights of the server's own user and can overwrite files there.",
    instead: 'Use COPY … TO STDOUT: the data then comes to you and stays under your own rights.',
  };
}
