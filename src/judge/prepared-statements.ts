import type { StatementMemory } from '../model/judge.ts';
import type { SqlEffect, SqlStatement } from '../model/sql.ts';
import { parseSql } from '../parse/sql/parse-sql.ts';

type Prepared = Extract<SqlEffect, { kind: 'prepared' }>;

function isPrepared(effect: SqlEffect): effect is Prepared {
  return effect.kind === 'prepared';
}

/** The statement that a name stands for in this session; undefined when guard did not see it being prepared. */
export function rememberedStatement(name: string, memory: StatementMemory): SqlStatement | undefined {
  const text = Object.hasOwn(memory.prepared, name) ? memory.prepared[name] : undefined;
  if (text === undefined) return undefined;
  const parsed = parseSql(text);
  return parsed.kind === 'complete' && parsed.items.length === 1 ? parsed.items[0] : undefined;
}

/** PREPARE and EXECUTE read as what they run; every other statement as it is. */
export function asItRuns(statement: SqlStatement, memory: StatementMemory): SqlStatement {
  const prepared = statement.effects.find(isPrepared);
  switch (prepared?.action) {
    case 'prepare':
      // Nothing runs yet; what it would do is judged at each EXECUTE.
      return { ...statement, effects: [prepared], functions: [] };
    case 'execute': {
      const inner = rememberedStatement(prepared.name, memory);
      if (inner === undefined) return statement;
      // CREATE TABLE … AS EXECUTE does both.
      const effects = [...statement.effects, ...inner.effects].filter((effect) => !isPrepared(effect));
      return { ...statement, effects, functions: [...inner.functions, ...statement.functions] };
    }
    default:
      return statement;
  }
}

/**
 * The statements with PREPARE and EXECUTE read as what they run now; the same list when there is neither. `memories`:
 * what names stand for when each of them runs.
 */
export function readPrepared(
  statements: readonly SqlStatement[],
  memories: readonly StatementMemory[],
): readonly SqlStatement[] {
  if (!statements.some((statement) => statement.effects.some(isPrepared))) return statements;
  return statements.map((statement, index) => {
    const memory = memories[index];
    return memory === undefined ? statement : asItRuns(statement, memory);
  });
}
