import { createHash } from 'node:crypto';
import type { BareRelation } from '../catalog/bare-relation.ts';
import { classifyRelations } from '../catalog/classify.ts';
import { inheritClasses } from '../catalog/inherit.ts';
import { applyLabels, type ColumnLabel } from '../catalog/labels.ts';
import type {
  CatalogCast,
  CatalogColumn,
  CatalogFunction,
  CatalogSnapshot,
  Classification,
} from '../model/catalog.ts';
import {
  castRow,
  functionRow,
  type KeyRow,
  keyRow,
  list,
  number,
  operatorSymbols,
  type RelationRow,
  record,
  relationRow,
  text,
} from './catalog-rows.ts';

export {
  CATALOG_SQL,
  CATALOG_VERSION_SQL,
  IDENTITY_SQL,
  IDENTITY_SQL_WITHOUT_CONTROL,
} from './catalog-sql.ts';

/** One cell longer than this (bytes in UTF-16 units) is not parsed: the relation is missing and `complete` false. */
const MAX_CELL = 4_000_000;
const VERSION_LENGTH = 16;

type Cells = readonly (string | null)[];

interface Collected {
  readonly relations: RelationRow[];
  readonly keys: KeyRow[];
  readonly functions: CatalogFunction[];
  operators: readonly string[];
  readonly casts: CatalogCast[];
  relationCount: number;
  functionCount: number;
  unread: number;
}

const UNCLASSED: Classification = {
  class: undefined,
  source: 'none',
  confidence: 0,
  unsure: false,
  why: 'nothing known',
};

/**
 * The snapshot in the answer to CATALOG_SQL, columns classified and labels applied. What can't be read is left
 * out and makes the snapshot incomplete; nothing is ever thrown for the server's words.
 */
export function readCatalog(
  results: readonly (readonly Cells[])[],
  labels: readonly ColumnLabel[] = [],
): CatalogSnapshot {
  const hash = createHash('sha256');
  const collected: Collected = {
    relations: [],
    keys: [],
    functions: [],
    operators: [],
    casts: [],
    relationCount: -1,
    functionCount: -1,
    unread: 0,
  };
  for (const row of results.flat()) {
    hash.update(`${row.join('\u0000')}\u0001`);
    collect(collected, row);
  }
  const head = record(parseCell(results[0]?.[0]?.[1]));
  const snapshot: CatalogSnapshot = {
    version: hash.digest('hex').slice(0, VERSION_LENGTH),
    database: text(head['database']) ?? '',
    searchPath: list(head['path']).flatMap((schema) => (schema === 'pg_catalog' ? [] : (text(schema) ?? []))),
    relations: classified(collected),
    foreignKeys: collected.keys,
    functions: collected.functions,
    ...(collected.operators.length === 0 ? {} : { operators: collected.operators }),
    ...(collected.casts.length === 0 ? {} : { casts: collected.casts }),
    complete: isComplete(collected) && text(head['database']) !== undefined,
  };
  return inheritClasses(applyLabels(snapshot, labels));
}

function isComplete(collected: Collected): boolean {
  return (
    collected.unread === 0 &&
    collected.relationCount === collected.relations.length &&
    collected.functionCount === collected.functions.length
  );
}

function collect(into: Collected, [tag, cell]: Cells): void {
  switch (tag) {
    case 'counts': {
      const counts = record(parseCell(cell));
      into.relationCount = number(counts['relations']) ?? -1;
      into.functionCount = number(counts['functions']) ?? -1;
      return;
    }
    case 'relation':
      keep(into, into.relations, relationRow(parseCell(cell)));
      return;
    case 'key':
      keep(into, into.keys, keyRow(parseCell(cell)));
      return;
    case 'function':
      keep(into, into.functions, functionRow(parseCell(cell)));
      return;
    case 'operators':
      into.operators = operatorSymbols(parseCell(cell));
      return;
    case 'cast':
      keep(into, into.casts, castRow(parseCell(cell)));
      return;
    default:
      return;
  }
}

function keep<Row>(into: Collected, rows: Row[], row: Row | undefined): void {
  if (row === undefined) into.unread++;
  else rows.push(row);
}

function parseCell(cell: string | null | undefined): unknown {
  if (cell === null || cell === undefined || cell.length > MAX_CELL) return undefined;
  try {
    return JSON.parse(cell);
  } catch {
    return undefined;
  }
}

function classified({ relations, keys }: Collected): CatalogSnapshot['relations'] {
  const names = new Map(relations.map((relation) => [relation.oid, relation.name]));
  const references = new Map<string, string>();
  for (const key of keys) {
    for (const column of key.columns) references.set(`${key.from}.${column}`, names.get(key.to) ?? '');
  }
  const classes = classifyRelations(relations.map((relation) => bare(relation, references)));
  return relations.map((relation, at) => ({
    ...relation,
    columns: relation.columns.map(
      (column, index): CatalogColumn => ({
        ...column,
        ...(classes[at]?.[index] ?? UNCLASSED),
      }),
    ),
  }));
}

function bare(relation: RelationRow, references: ReadonlyMap<string, string>): BareRelation {
  return {
    ...relation,
    columns: relation.columns.map((column) => {
      const target = references.get(`${relation.oid}.${column.number}`);
      return target === undefined ? column : { ...column, references: target };
    }),
  };
}
