import { writtenByBlock } from '../catalog/code-fills.ts';
import type { CatalogSnapshot } from '../model/catalog.ts';
import type { FilledColumn, MemoryChange, StatementMemory, StatementPlan } from '../model/judge.ts';
import { present } from '../model/present.ts';
import type { SqlEffect, SqlStatement } from '../model/sql.ts';
import { copyLayout } from '../parse/sql/copy-layout.ts';
import { filledColumns } from '../parse/sql/lineage/filled-columns.ts';
import { traceCopy, traceOutputs } from '../parse/sql/lineage/trace.ts';
import { findRelation, relationName } from './catalog-lookup.ts';
import { type Reached, reachedBy } from './reached.ts';
import { copiedIn, storedColumns } from './stored-columns.ts';
import { runsReader, runsUnseenCode } from './unseen-code.ts';
import { isWrite } from './write-scale.ts';

const SCHEMA_EFFECTS: ReadonlySet<SqlEffect['kind']> = new Set([
  'create',
  'alter',
  'drop',
  'dynamic',
  'unknown',
]);

const WRITE_EFFECTS: ReadonlySet<SqlEffect['kind']> = new Set([
  'insert',
  'update',
  'delete',
  'truncate',
  'create',
  'alter',
  'drop',
  'grant',
  'role',
  'copy-in',
  'server-file',
  'server-program',
  'server-control',
  'remote',
  'dynamic',
  'log-tamper',
  'unknown',
]);

function changesSchema(effect: SqlEffect): boolean {
  if (SCHEMA_EFFECTS.has(effect.kind)) return true;
  if (effect.kind === 'setting') return effect.name === 'search_path';
  return effect.kind === 'role' && effect.action === 'set';
}

function preparedChange(
  effect: Extract<SqlEffect, { kind: 'prepared' }>,
  statement: SqlStatement,
): MemoryChange | undefined {
  switch (effect.action) {
    case 'prepare':
      return { kind: 'prepare', name: effect.name, text: statement.text };
    case 'deallocate':
      return { kind: 'deallocate', name: effect.name === '' ? 'all' : effect.name };
    case 'execute':
      return undefined;
  }
}

function cursorChange(
  effect: Extract<SqlEffect, { kind: 'cursor' }>,
  statement: SqlStatement,
): MemoryChange | undefined {
  switch (effect.action) {
    case 'declare':
      return { kind: 'cursor', name: effect.name, text: statement.text };
    case 'close':
      return { kind: 'close', name: effect.name === '' ? 'all' : effect.name };
    case 'fetch':
    case 'move':
      return undefined;
  }
}

const IF_NOT_EXISTS = /\bif\s+not\s+exists\b/i;

/** Only what this statement surely made: with IF NOT EXISTS or a known relation of that name it may be somebody else's. */
function createdChange(
  effect: Extract<SqlEffect, { kind: 'create' }>,
  statement: SqlStatement,
  catalog: CatalogSnapshot | undefined,
): MemoryChange | undefined {
  if (effect.object.type !== 'table' || effect.replaces || IF_NOT_EXISTS.test(statement.text))
    return undefined;
  const schema = effect.object.schema ?? catalog?.searchPath[0];
  if (schema === undefined || findRelation(catalog, { schema, name: effect.object.name }) !== undefined)
    return undefined;
  return { kind: 'created', name: `${schema}.${effect.object.name}` };
}

/** A name that was made here may stand for somebody else's table afterwards. */
function renamedChange(effect: Extract<SqlEffect, { kind: 'alter' }>): MemoryChange | undefined {
  const renames = effect.actions.some(({ kind }) => kind === 'rename' || kind === 'set-schema');
  return renames ? { kind: 'unmade', names: 'all' } : undefined;
}

function droppedChange(
  { objects }: Extract<SqlEffect, { kind: 'drop' }>,
  catalog: CatalogSnapshot | undefined,
): MemoryChange {
  const names = objects.map((object) => {
    const { schema, name } = findRelation(catalog, object) ?? object;
    return `${schema ?? catalog?.searchPath[0] ?? ''}.${name}`;
  });
  return { kind: 'unmade', names };
}

function changeOf(
  effect: SqlEffect,
  statement: SqlStatement,
  catalog: CatalogSnapshot | undefined,
): MemoryChange | undefined {
  switch (effect.kind) {
    case 'prepared':
      return preparedChange(effect, statement);
    case 'cursor':
      return cursorChange(effect, statement);
    case 'create':
      return createdChange(effect, statement, catalog);
    case 'alter':
      return renamedChange(effect);
    case 'drop':
      return droppedChange(effect, catalog);
    case 'session':
      return effect.by === 'DISCARD ALL' ? { kind: 'forget-all' } : undefined;
    default:
      return undefined;
  }
}

function namedChange(
  statement: SqlStatement,
  catalog: CatalogSnapshot | undefined,
): MemoryChange | undefined {
  for (const effect of statement.effects) {
    const change = changeOf(effect, statement, catalog);
    if (change !== undefined) return change;
  }
  return undefined;
}

/** What a statement does to the names of its session once it succeeded. */
export function memoryChange(
  statement: SqlStatement,
  catalog: CatalogSnapshot | undefined,
): MemoryChange | undefined {
  const clouded = runsReader(statement, catalog);
  if (runsUnseenCode(statement, catalog)) return { kind: 'forget-all', ...(clouded ? { clouded } : {}) };
  const change = namedChange(statement, catalog);
  return clouded && (change === undefined || change.kind === 'created') ? { kind: 'clouded' } : change;
}

/** The table a command tag speaks of: writes of one statement into several tables are not all in it. */
function countedTable(statement: SqlStatement): string | undefined {
  const [first, ...others] = statement.effects.filter(({ kind }) => WRITE_EFFECTS.has(kind));
  if (first === undefined || !isWrite(first)) return undefined;
  const into = relationName(first.relation);
  return others.every((effect) => isWrite(effect) && relationName(effect.relation) === into)
    ? into
    : undefined;
}

function transactionPart({ effects }: SqlStatement): StatementPlan['transaction'] {
  const effect = effects.find((one) => one.kind === 'transaction');
  return effect === undefined
    ? undefined
    : { action: effect.action, ...present({ savepoint: effect.savepoint }) };
}

function changesSomething({ effects, unread }: Reached): boolean {
  return unread !== undefined || effects.some(({ kind }) => WRITE_EFFECTS.has(kind));
}

/** What a called function writes stands in no command tag. */
function changesUncounted(each: Reached): boolean {
  return each.how === 'calls' && changesSomething(each);
}

function runsRoutines({ effects }: SqlStatement, reached: readonly Reached[]): boolean {
  return reached.length > 0 || effects.some(({ kind }) => kind === 'dynamic');
}

/** What code fills that only the server reads. */
function filledUnseen(
  statement: SqlStatement,
  catalog: CatalogSnapshot | undefined,
): readonly FilledColumn[] {
  if (!runsReader(statement, catalog)) return [];
  const blocks = statement.effects.flatMap((effect) =>
    effect.kind === 'dynamic' ? [effect.body ?? ''] : [],
  );
  const known = catalog === undefined ? [] : blocks.flatMap((body) => writtenByBlock(body, catalog));
  return [{ kind: 'new' }, ...known.map((origin): FilledColumn => ({ kind: 'known', ...origin }))];
}

/** What a session must know to carry out one statement that was let through. */
export function planStatement(
  statement: SqlStatement,
  catalog: CatalogSnapshot | undefined,
  memory: StatementMemory,
): StatementPlan {
  const { prepared, cursors, clouded = false } = memory;
  const world = { catalog, prepared, cursors, clouded };
  const copy = statement.effects.find((effect) => effect.kind === 'copy-out');
  const remember = memoryChange(statement, catalog);
  const reached = reachedBy(statement, catalog);
  const own = statement.effects.some((effect) => WRITE_EFFECTS.has(effect.kind));
  const writes = own || reached.some(changesSomething);
  const into = reached.some(changesUncounted) ? undefined : countedTable(statement);
  const fills = [...(own ? filledColumns(statement, world) : []), ...filledUnseen(statement, catalog)];
  const stores = own ? storedColumns(statement, catalog, memory) : [];
  const copyIn = own ? copiedIn(statement, catalog) : undefined;
  return {
    kind: statement.kind,
    outputs: traceOutputs(statement, world),
    ...(copy === undefined
      ? {}
      : { copyOut: { outputs: traceCopy(statement, world), ...present({ layout: copyLayout(statement) }) } }),
    ...(remember === undefined ? {} : { remember }),
    writes,
    ...(fills.length === 0 ? {} : { fills }),
    ...present({ into, transaction: transactionPart(statement) }),
    ...(stores.length === 0 ? {} : { stores }),
    ...(copyIn === undefined ? {} : { copyIn }),
    changesSchema: statement.effects.some(changesSchema) || runsUnseenCode(statement, catalog),
    ...(runsRoutines(statement, reached) ? { runsRoutines: true as const } : {}),
  };
}
