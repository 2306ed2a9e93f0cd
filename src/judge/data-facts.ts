import type { CatalogSnapshot } from '../model/catalog.ts';
import type { DataClass } from '../model/data-class.ts';
import type { DataFacts, RowFacts } from '../model/facts.ts';
import type { Estimate, StatementMemory } from '../model/judge.ts';
import type { ObjectRef, RelationRef, SqlEffect, SqlStatement } from '../model/sql.ts';
import { readSet } from '../parse/sql/lineage/read-set.ts';
import { cascadesOf } from './cascades.ts';
import { findRelation, relationName } from './catalog-lookup.ts';
import { largestScale, type ScaledWrite, scaleWrites, touchedRelations } from './write-scale.ts';

export interface DataWorld {
  readonly catalog: CatalogSnapshot | undefined;
  readonly memory: StatementMemory;
  readonly estimates: readonly Estimate[];
  /** What names stand for when each statement runs, where that is not `memory`. */
  readonly memories?: readonly StatementMemory[];
}

export const NO_MEMORY: StatementMemory = { prepared: {}, cursors: {}, created: [] };

const RELATION_OBJECTS: ReadonlySet<string> = new Set([
  'table',
  'view',
  'materialized view',
  'foreign table',
  'sequence',
]);

/** The relations an effect names, whatever it does to them. */
function relationsOf(effect: SqlEffect): readonly RelationRef[] {
  switch (effect.kind) {
    case 'read':
    case 'insert':
    case 'update':
    case 'delete':
    case 'copy-in':
      return [effect.relation];
    case 'copy-out':
      return effect.relation === undefined ? [] : [effect.relation];
    case 'truncate':
    case 'maintain':
    case 'lock':
      return effect.relations;
    case 'create':
    case 'alter':
      return asRelations([effect.object]);
    case 'drop':
      return asRelations(effect.objects);
    case 'grant':
      return asRelations(effect.on);
    default:
      return [];
  }
}

function asRelations(objects: readonly ObjectRef[]): readonly RelationRef[] {
  return objects.filter((object) => RELATION_OBJECTS.has(object.type));
}

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

function addRows(writes: readonly ScaledWrite[]): RowFacts {
  const [first] = writes;
  return first === undefined ? {} : (writes.find((write) => write.scale === 'bulk') ?? first).rows;
}

function distinct<T>(values: readonly T[]): readonly T[] {
  return values.length < 2 ? values : [...new Set(values)];
}

/** Everything the policy may ask about the data that a message touches. */
export function dataFacts(statements: readonly SqlStatement[], world: DataWorld): DataFacts {
  const effects = statements.flatMap((statement) => statement.effects);
  const writes = statements.flatMap((statement, index) =>
    scaleWrites(
      statement,
      world.catalog,
      world.estimates.find((estimate) => estimate.statement === index),
    ),
  );
  const scale = largestScale(writes.map((write) => write.scale));
  const classes = statements.flatMap((statement, index) => {
    const { prepared, cursors } = world.memories?.[index] ?? world.memory;
    const read = readSet(statement, { catalog: world.catalog, prepared, cursors });
    return [...read.classes, ...wholeClasses(statement, world.catalog)];
  });
  return {
    tables: distinct(effects.flatMap(relationsOf).map(relationName)),
    columns: distinct(effects.flatMap(columnsOf)),
    classes: distinct(classes),
    rows: addRows(writes),
    ...(scale === undefined ? {} : { scale }),
    cascades: distinct(statements.flatMap((statement) => cascadesOf(statement, world.catalog))),
    hasWhere: writes.some((write) => write.hasWhere),
    createdHere: madeHere(statements, world),
  };
}
