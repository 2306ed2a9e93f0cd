import type { CatalogColumn } from '../../../model/catalog.ts';
import type { DataClass } from '../../../model/data-class.ts';
import type { ColumnOrigin, OutputColumn } from '../../../model/lineage.ts';
import type { IndexedRelation, ViewTrace } from './catalog-index.ts';
import { Cell, HARMLESS, type Leaf, OPAQUE } from './cell.ts';
import { parseText } from './parse-text.ts';
import { resolve } from './resolve.ts';
import { Scope } from './scope.ts';
import type { Table } from './table.ts';
import type { Tracer } from './tracer.ts';

/** The columns of a view as its definition makes them. Traced once for each snapshot. */
export function traceView(tracer: Tracer, indexed: IndexedRelation): ViewTrace {
  if (indexed.view !== undefined) return indexed.view;
  // Views can't refer to themselves; a catalog that says so is wrong.
  if (indexed.tracing) return opaqueView(indexed);
  indexed.tracing = true;
  const made = tracer.deeper(() => traceDefinition(tracer, indexed), opaqueView(indexed));
  indexed.tracing = false;
  indexed.view = made;
  return made;
}

function opaqueView(indexed: IndexedRelation): ViewTrace {
  const { schema, name, columns } = indexed.relation;
  return {
    cells: columns.map(() => OPAQUE),
    conditions: [],
    relations: [],
    unresolved: [`${schema}.${name}`],
  };
}

function traceDefinition(tracer: Tracer, indexed: IndexedRelation): ViewTrace {
  const { definition = '', columns } = indexed.relation;
  const statements = parseText(definition);
  const [statement] = statements ?? [];
  if (statement === undefined || statements?.length !== 1) return opaqueView(indexed);
  const inner = tracer.fresh();
  const table = inner.statement(statement, Scope.root());
  if (table.open !== undefined || table.columns.size !== columns.length) return opaqueView(indexed);
  return {
    cells: columns.map((column, index) => viewCell(column, table, index)),
    conditions: conditionsOf(inner),
    relations: [...inner.reads.keys()].map((relation) => relation.oid),
    unresolved: [...inner.unresolved],
  };
}

function conditionsOf(inner: Tracer): readonly ColumnOrigin[] {
  return inner.conditions.flatMap((cell) => resolve(cell).origins);
}

/** A label that says "not classed" beats what the definition says; every other class of the view's own is added. */
function viewCell(column: CatalogColumn, table: Table, index: number): Cell {
  const leaf: Leaf = resolve(table.columns.cellAt(index));
  if (column.source === 'label' && column.class === undefined) return HARMLESS;
  const classes = new Set<DataClass>(leaf.classes);
  if (column.class !== undefined) classes.add(column.class);
  if (leaf.how === 'harmless' && classes.size === 0) return HARMLESS;
  const how: OutputColumn['how'] = leaf.how === 'harmless' ? 'derived' : leaf.how;
  return new Cell('leaf', [], {
    leaf: { how, origins: leaf.origins, classes: [...classes] },
    composite: table.columns.cellAt(index).composite,
  });
}
