import type { CatalogSnapshot } from '../model/catalog.ts';
import type { DataClass } from '../model/data-class.ts';
import type { DataFacts, RowFacts } from '../model/facts.ts';
import type { Estimate, StatementMemory } from '../model/judge.ts';
import { present } from '../model/present.ts';
import type { RelationRef, SqlEffect, SqlStatement } from '../model/sql.ts';
import { readSet } from '../parse/sql/lineage/trace.ts';
import { cascadesOf } from './cascades.ts';
import { findRelation, relationName } from './catalog-lookup.ts';
import { relationsOf } from './effect-relations.ts';
import { probeFacts } from './probe-facts.ts';
import type { Reached } from './reached.ts';
import { writesOf } from './write-facts.ts';
import {
  largestScale,
  type ScaledWrite,
  scaleReached,
  scaleWrites,
  touchedRelations,
} from './write-scale.ts';

export interface DataWorld {
  readonly catalog: CatalogSnapshot | undefined;
  readonly memory: StatementMemory;
  readonly estimates: readonly Estimate[];
  /** What names stand for when each statement runs, where that is not `memory`. */
  readonly memories?: readonly StatementMemory[];
  /** What each statement sets off. */
  readonly reached?: readonly (readonly Reached[])[];
}

export const NO_MEMORY: StatementMemory = { prepared: {}, cursors: {}, created: [] };

/** What a statement destroys or changes: only these must have been made here for `createdHere`. */
function changedRelations(statement: SqlStatement): readonly RelationRef[] {
  const structural = statement.effects.flatMap((effect): readonly RelationRef[] => {
    if (effect.kind === 'drop') return effect.objects;
    return effect.kind === 'alter' ? [effect.object] : [];
  });
  return [...touchedRelations(statement), ...structural];
}

function madeHere(statements: readonly SqlStatement[], world: DataWorld): boolean {
  const changed = statements.flatMap(changedRelations);
  if (changed.length === 0) return false;
  return changed.every((ref) => {
    const relation = findRelation(world.catalog, ref);
    if (relation === undefined) return false;
    return relation.temporary || world.memory.created.includes(`${relation.schema}.${relation.name}`);
  });
}

/** What functions and triggers change must be made here too. */
function withReached(statements: readonly SqlStatement[], { reached }: DataWorld): readonly SqlStatement[] {
  if (reached === undefined || reached.every((each) => each.length === 0)) return statements;
  return statements.map((statement, index) => {
    const beyond = (reached[index] ?? []).flatMap(({ effects }) => effects);
    return { ...statement, effects: [...statement.effects, ...beyond] };
  });
}

function qualified(relation: RelationRef, columns: readonly string[] | 'all'): readonly string[] {
  const table = relationName(relation);
  return columns === 'all' ? [`${table}.*`] : columns.map((column) => `${table}.${column}`);
}

function columnsOf(effect: SqlEffect): readonly string[] {
  switch (effect.kind) {
    case 'read':
    case 'insert':
    case 'update':
    case 'copy-in':
      return qualified(effect.relation, effect.columns);
    case 'copy-out':
      return effect.relation === undefined ? [] : qualified(effect.relation, effect.columns);
    case 'delete':
      return qualified(effect.relation, 'all');
    default:
      return [];
  }
}

/** A whole table is changed by statements that name no column: its classes count as touched. */
function wholeClasses(statement: SqlStatement, catalog: CatalogSnapshot | undefined): readonly DataClass[] {
  return changedRelations(statement).flatMap((ref) =>
    (findRelation(catalog, ref)?.columns ?? []).flatMap((column) =>
      column.class === undefined ? [] : [column.class],
    ),
  );
}

/** Classes of the columns that an effect names; those of its own statement are found by lineage. */
function classesOf(effect: SqlEffect, catalog: CatalogSnapshot | undefined): readonly DataClass[] {
  const names = new Set(columnsOf(effect).map((name) => name.slice(name.lastIndexOf('.') + 1)));
  return relationsOf(effect).flatMap((ref) =>
    (findRelation(catalog, ref)?.columns ?? []).flatMap((column) =>
      column.class !== undefined && (names.has('*') || names.has(column.name)) ? [column.class] : [],
    ),
  );
}

function addRows(writes: readonly ScaledWrite[]): RowFacts {
  const [first] = writes;
  return first === undefined ? {} : (writes.find((write) => write.scale === 'bulk') ?? first).rows;
}

function distinct<T>(values: readonly T[]): readonly T[] {
  return values.length < 2 ? values : [...new Set(values)];
}

/** Each list of names once, whatever their order. */
export function distinctLists(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  if (lists.length < 2) return lists;
  const byNames = new Map<string, readonly string[]>();
  for (const list of lists) {
    const key = [...list].sort().join(' ');
    if (!byNames.has(key)) byNames.set(key, list);
  }
  return [...byNames.values()];
}

/** Everything the policy may ask about the data that a message touches. */
export function dataFacts(statements: readonly SqlStatement[], world: DataWorld): DataFacts {
  const beyond = (world.reached ?? []).flat().flatMap((each) => each.effects);
  // Lineage follows no block: what its statements name is all there is.
  const blocks = statements.filter(({ kind }) => kind === 'DoStmt').flatMap((block) => block.effects);
  const effects = [...statements.flatMap((statement) => statement.effects), ...beyond];
  const writes = statements.flatMap((statement, index) => [
    ...scaleWrites(
      statement,
      world.catalog,
      world.estimates.find((estimate) => estimate.statement === index),
    ),
    ...scaleReached(world.reached?.[index] ?? []),
  ]);
  const scale = largestScale(writes.map((write) => write.scale));
  const reads = statements.map((statement, index) => {
    const { prepared, cursors } = world.memories?.[index] ?? world.memory;
    return readSet(statement, { catalog: world.catalog, prepared, cursors });
  });
  const classes = statements.flatMap((statement, index) => [
    ...(reads[index]?.classes ?? []),
    ...wholeClasses(statement, world.catalog),
  ]);
  return {
    tables: distinct(effects.flatMap(relationsOf).map(relationName)),
    columns: distinct(effects.flatMap(columnsOf)),
    writes: distinctLists(effects.flatMap((effect) => writesOf(effect, world.catalog))),
    classes: distinct([
      ...classes,
      ...[...beyond, ...blocks].flatMap((effect) => classesOf(effect, world.catalog)),
    ]),
    rows: addRows(writes),
    ...(scale === undefined ? {} : { scale }),
    cascades: distinct(
      statements.flatMap((statement, index) =>
        cascadesOf(statement, world.catalog, {
          reached: world.reached?.[index] ?? [],
          estimate: world.estimates.find((estimate) => estimate.statement === index),
        }),
      ),
    ),
    hasWhere: writes.some((write) => write.hasWhere),
    createdHere: madeHere(withReached(statements, world), world),
    ...present({ probes: probeFacts(statements, reads) }),
  };
}
