import type { BareRelation } from '../catalog/bare-relation.ts';
import { classifyRelations } from '../catalog/classify.ts';
import { inheritClasses } from '../catalog/inherit.ts';
import { applyLabels, type ColumnLabel } from '../catalog/labels.ts';
import { holdsHealthData, type Subject, viewRelation } from '../catalog/subject.ts';
import { EvaluationCache } from '../judge/evaluation-cache.ts';
import type { CatalogColumn, CatalogRelation, CatalogSnapshot } from '../model/catalog.ts';
import type { RelationRef, SqlEffect, SqlStatement } from '../model/sql.ts';

// Without a database the schema comes from DDL, and what that leaves out from the statement itself.

const DEFAULT_SCHEMA = 'public';
/** Stands for the columns that a statement does not name; no name written without quotes looks like this. */
const OTHER_COLUMNS = '(other columns)';
/** Relations one statement can imply; more are left unknown, which lineage treats as such. */
const MOST_IMPLIED = 1_000;
/** Implied catalogs kept, and the longest list of names one is kept for (UTF-16 code units). */
const KEPT_CATALOGS = 500;
const LONGEST_KEY = 2_000;

const OF_PERSONS: ReadonlySet<Subject> = new Set<Subject>(['patient', 'person', 'provider']);
const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema', 'pg_toast']);

/** A catalog from DDL with its columns classified and labels applied, as a live one is. */
export function classifyCatalog(catalog: CatalogSnapshot, labels: readonly ColumnLabel[]): CatalogSnapshot {
  const classes = classifyRelations(catalog.relations);
  const relations = catalog.relations.map((relation, at) => ({
    ...relation,
    columns: relation.columns.map((column, index) => ({ ...column, ...classes[at]?.[index] })),
  }));
  return inheritClasses(applyLabels({ ...catalog, relations }, labels));
}

interface Named {
  readonly ref: RelationRef;
  readonly columns: readonly string[];
}

function named(ref: RelationRef, columns: readonly string[] | 'all' = []): Named {
  return { ref, columns: columns === 'all' ? [] : columns };
}

function namedBy(effect: SqlEffect): readonly Named[] {
  switch (effect.kind) {
    case 'read':
    case 'insert':
    case 'copy-in':
      return [named(effect.relation, effect.columns)];
    case 'copy-out':
      return effect.relation === undefined ? [] : [named(effect.relation, effect.columns)];
    case 'update':
    case 'delete': {
      const assigned = effect.kind === 'update' ? effect.columns : [];
      const tested = effect.predicate.kind === 'effective' ? effect.predicate.columns : [];
      return [named(effect.relation, [...assigned, ...tested])];
    }
    case 'truncate':
    case 'lock':
    case 'maintain':
      return effect.relations.map((ref) => named(ref));
    case 'drop':
      return effect.objects.map((ref) => named(ref));
    case 'alter':
      return [named(effect.object)];
    default:
      return [];
  }
}

function isSystem({ schema, name }: RelationRef): boolean {
  return schema === undefined ? name.startsWith('pg_') : SYSTEM_SCHEMAS.has(schema);
}

function isKnown(catalog: CatalogSnapshot | undefined, { schema, name }: RelationRef): boolean {
  return (
    catalog?.relations.some(
      (relation) =>
        relation.name === name &&
        (schema === undefined ? catalog.searchPath.includes(relation.schema) : relation.schema === schema),
    ) ?? false
  );
}

/** Relations that the statements name and the catalog does not have, each with the columns they name. */
function missingRelations(
  statements: readonly SqlStatement[],
  catalog: CatalogSnapshot | undefined,
): readonly BareRelation[] {
  const found = new Map<string, { readonly schema: string; readonly name: string; columns: Set<string> }>();
  for (const { ref, columns } of statements.flatMap(({ effects }) => effects.flatMap(namedBy))) {
    if (isSystem(ref) || isKnown(catalog, ref)) continue;
    const schema = ref.schema ?? DEFAULT_SCHEMA;
    const key = JSON.stringify([schema, ref.name]);
    const known = found.get(key) ?? { schema, name: ref.name, columns: new Set<string>() };
    for (const column of columns) known.columns.add(column);
    if (found.size < MOST_IMPLIED) found.set(key, known);
  }
  // Of its type nothing is known: every rule of that name may hold.
  return [...found.values()].map(({ schema, name, columns }) => ({
    schema,
    name,
    columns: [...columns].map((column) => ({ name: column, type: '' })),
  }));
}

/** A table of persons holds more than the columns a statement happens to name. */
function otherColumns(relation: BareRelation, health: boolean): readonly Partial<CatalogColumn>[] {
  const { subject } = viewRelation(relation);
  if (!OF_PERSONS.has(subject) && !(subject === 'event' && health)) return [];
  return [
    {
      name: OTHER_COLUMNS,
      class: health ? 'phi.text' : 'pii.text',
      source: 'name',
      unsure: true,
      why: `"${relation.name}" sounds like a table of persons, and its columns are not known`,
    },
  ];
}

function impliedRelations(bare: readonly BareRelation[]): readonly CatalogRelation[] {
  const health = holdsHealthData(bare);
  const classes = classifyRelations(bare);
  return bare.map((relation, at) => {
    const columns = [
      ...relation.columns.map(({ name }, index) => ({ name, ...classes[at]?.[index] })),
      ...otherColumns(relation, health),
    ];
    return {
      // Far below what DDL gives out.
      oid: -1_000_000_000 - at,
      schema: relation.schema,
      name: relation.name,
      kind: 'table',
      rows: -1,
      columns: columns.map((column, index) => fullColumn(column, index + 1)),
      parents: [],
      triggers: [],
      rules: [],
      temporary: false,
    };
  });
}

function fullColumn(column: Partial<CatalogColumn>, number: number): CatalogColumn {
  return {
    name: '',
    type: 'text',
    typeOid: 0,
    primaryKey: false,
    class: undefined,
    source: 'none',
    confidence: 0,
    unsure: false,
    why: 'nothing known',
    ...column,
    number,
  };
}

/** Finds the catalog that one text is judged with; undefined where nothing is known. */
export type CatalogFinder = (statements: readonly SqlStatement[]) => CatalogSnapshot | undefined;

/**
 * What is known, and in place of relations that are missing there what the statements themselves tell of them. The same
 * object comes back for statements that name the same.
 */
export function catalogFinder(
  known: CatalogSnapshot | undefined,
  labels: readonly ColumnLabel[],
): CatalogFinder {
  const implied = new EvaluationCache<CatalogSnapshot>(KEPT_CATALOGS, LONGEST_KEY);
  return (statements) => {
    const missing = missingRelations(statements, known);
    if (missing.length === 0) return known;
    return implied.get(JSON.stringify(missing), () => impliedCatalog(missing, known, labels));
  };
}

function impliedCatalog(
  missing: readonly BareRelation[],
  known: CatalogSnapshot | undefined,
  labels: readonly ColumnLabel[],
): CatalogSnapshot {
  const implied: CatalogSnapshot = {
    database: '',
    searchPath: [DEFAULT_SCHEMA],
    foreignKeys: [],
    functions: [],
    ...known,
    version: `${known?.version ?? ''}+implied`,
    relations: impliedRelations(missing),
    // There may be anything else.
    complete: false,
  };
  const labelled = applyLabels(implied, labels);
  return { ...labelled, relations: [...(known?.relations ?? []), ...labelled.relations] };
}
