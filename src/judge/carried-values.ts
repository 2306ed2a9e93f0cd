import { carriesOut, codeReach } from '../catalog/code-reach.ts';
import type { CatalogSnapshot } from '../model/catalog.ts';
import type { Finding } from '../model/finding.ts';
import type { StatementMemory } from '../model/judge.ts';
import type { SqlStatement } from '../model/sql.ts';
import { isCarrier } from '../parse/sql/lineage/function-kinds.ts';
import { readSet } from '../parse/sql/lineage/trace.ts';

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

function blockFinding(statement: SqlStatement): Finding {
  return {
    rule: 'sql.carry-out',
    intent: 'data.reveal',
    span: statement.span,
    objects: ['DO'],
    tags: ['raw'],
    effect: 'Runs a block that reads classed values and may put them where they can be read raw.',
    why: 'Names, definitions, settings and sequences show what is in them to everybody, and no longer say where it came from.',
    instead:
      'Leave EXECUTE with composed text, set_config(), setval() and notifications to a block that reads nothing classed.',
  };
}

function carryingBlocks(statement: SqlStatement, catalog: CatalogSnapshot | undefined): readonly Finding[] {
  const bodies = statement.effects.flatMap((effect) =>
    effect.kind === 'dynamic' && effect.body !== undefined ? [effect.body] : [],
  );
  if (catalog === undefined || bodies.length === 0) return [];
  const reach = codeReach(catalog);
  return bodies.some((body) => carriesOut(body, reach)) ? [blockFinding(statement)] : [];
}

/** Calls that would carry classed values past the masks, into the session's settings, a sequence or a notification. */
export function carryFindings(statements: readonly SqlStatement[], world: CarryWorld): readonly Finding[] {
  return statements.flatMap((statement, index) => {
    const carriers = statement.functions.map(({ name }) => name).filter(isCarrier);
    const memory = world.memories[index];
    const blocks = carryingBlocks(statement, world.catalog);
    if (blocks.length > 0) return blocks;
    if (carriers.length === 0 || memory === undefined) return [];
    const { prepared, cursors } = memory;
    const { carriedClasses } = readSet(statement, { catalog: world.catalog, prepared, cursors });
    return carriedClasses.length === 0 ? [] : [finding(statement, carriers)];
  });
}
