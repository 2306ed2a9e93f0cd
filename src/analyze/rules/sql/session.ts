import type { SqlEffect } from '../../../model/sql.ts';
import { defineRule } from '../../define-rule.ts';
import { listOf } from '../../wording.ts';

type SessionEffect = Extract<SqlEffect, { readonly kind: 'session' | 'prepared' | 'cursor' | 'transaction' }>;

export const session = defineRule({
  id: 'sql.session',
  intent: 'session.control',
  on: ['session', 'prepared', 'cursor', 'transaction'],
  hits: [
    'BEGIN',
    'ROLLBACK TO SAVEPOINT a',
    'SHOW search_path',
    'LISTEN jobs',
    'DISCARD ALL',
    'PREPARE p AS SELECT 1',
    'FETCH 10 FROM c',
    'EXPLAIN SELECT 1',
  ],
  misses: ['SELECT 1', 'EXECUTE p', "SET work_mem = '1MB'"],
  check: (effects) => {
    const words = effects.flatMap(describe);
    if (words.length === 0) return undefined;
    return {
      objects: [],
      tags: [],
      effect: `Session housekeeping: ${listOf(words)}.`,
      why: 'It changes nothing outside this session by itself.',
      instead: 'Nothing needs to change.',
    };
  },
});

/** Running a prepared statement is another rule's. */
function describe(effect: SessionEffect): readonly string[] {
  switch (effect.kind) {
    case 'session':
      return [effect.by];
    case 'transaction':
      return [effect.action === 'set' ? 'transaction settings' : effect.action];
    case 'cursor':
      return [`${effect.action} cursor ${effect.name}`];
    case 'prepared':
      return effect.action === 'execute' ? [] : [`${effect.action} ${effect.name}`];
  }
}
