import type { CatalogSnapshot } from '../model/catalog.ts';
import type { MemoryChange, StatementMemory } from '../model/judge.ts';
import type { SqlStatement } from '../model/sql.ts';
import type { RawText } from '../model/text.ts';
import { unreachable } from '../model/unreachable.ts';
import { asItRuns } from './prepared-statements.ts';
import { memoryChange } from './statement-plan.ts';

type Texts = Readonly<Record<string, RawText>>;

function without(texts: Texts, name: string): Texts {
  if (name === 'all') return {};
  return Object.fromEntries(Object.entries(texts).filter(([each]) => each !== name));
}

/** The memory once a change took place. */
export function afterChange(memory: StatementMemory, change: MemoryChange): StatementMemory {
  switch (change.kind) {
    case 'prepare':
      return { ...memory, prepared: { ...memory.prepared, [change.name]: change.text } };
    case 'cursor':
      return { ...memory, cursors: { ...memory.cursors, [change.name]: change.text } };
    case 'deallocate':
      return { ...memory, prepared: without(memory.prepared, change.name) };
    case 'close':
      return { ...memory, cursors: without(memory.cursors, change.name) };
    case 'created':
      return { ...memory, created: [...memory.created, change.name] };
    case 'unmade': {
      const { names } = change;
      return {
        ...memory,
        created: names === 'all' ? [] : memory.created.filter((name) => !names.includes(name)),
      };
    }
    case 'clouded':
      return { ...memory, clouded: true };
    case 'forget-all':
      return {
        prepared: {},
        cursors: {},
        created: [],
        ...(memory.clouded === true || change.clouded === true ? { clouded: true } : {}),
      };
    default:
      return unreachable(change);
  }
}

/**
 * What names stand for when each statement of a message runs: the statements before it in the same message may have
 * given them anew (`DEALLOCATE p; PREPARE p AS …; EXECUTE p`).
 */
export function memoriesOf(
  statements: readonly SqlStatement[],
  memory: StatementMemory,
  catalog: CatalogSnapshot | undefined,
): readonly StatementMemory[] {
  let known = memory;
  return statements.map((statement) => {
    const before = known;
    const change = memoryChange(asItRuns(statement, before), catalog);
    if (change !== undefined && change.kind !== 'created') known = afterChange(known, change);
    return before;
  });
}
