import type { CatalogSnapshot } from '../model/catalog.ts';
import type { Finding } from '../model/finding.ts';
import type { StatementMemory } from '../model/judge.ts';
import type { SqlStatement } from '../model/sql.ts';
import { isCarrier } from '../parse/sql/lineage/function-kinds.ts';
import { readSet } from '../parse/sql/lineage/read-set.ts';

export interface CarryWorld {
  readonly catalog: CatalogSnapshot | undefined;
  /** By statement. */
  readonly memories: readonly StatementMemory[];
}

function finding(statement: SqlStatement, carriers: readonly string[]): Finding {
  const names = [...new Set(carriers)].map((name) => `${name}()`);
  return {
    rule: 'sql.carry-out',
    intent: 'data.reveal',
    span: statement.span,
    objects: names,
    tags: ['raw'],
    effect: `Puts classed values where they can be read raw (${names.join(', ')}).`,
    why: 'Settings, sequences and notifications show what is in them to everybody, and no longer say where it came from.',
    instead: 'Select the values themselves: they come back masked.',
  };
}

/** Calls that would carry classed values past the masks, into the session's settings, a sequence or a notification. */
export function carryFindings(statements: readonly SqlStatement[], world: CarryWorld): readonly Finding[] {
  return statements.flatMap((statement, index) => {
    const carriers = statement.functions.map(({ name }) => name).filter(isCarrier);
    const memory = world.memories[index];
    if (carriers.length === 0 || memory === undefined) return [];
    const { prepared, cursors } = memory;
    const { carriedClasses } = readSet(statement, { catalog: world.catalog, prepared, cursors });
    return carriedClasses.length === 0 ? [] : [finding(statement, carriers)];
  });
}
