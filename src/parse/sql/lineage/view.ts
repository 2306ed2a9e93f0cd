import type { CatalogColumn } from '../../../model/catalog.ts';
import type { DataClass } from '../../../model/data-class.ts';
import type { ColumnOrigin, OutputColumn } from '../../../model/lineage.ts';
import type { IndexedRelation, ViewTrace } from './catalog-index.ts';
import { Cell, HARMLESS, type Leaf, OPAQUE } from './cell.ts';
import { parseText } from './parse-text.ts';
import { Resolver } from './resolve.ts';
import { Scope } from './scope.ts';
import type { Table } from './table.ts';
import type { Tracer } from './tracer.ts';

/** Longer definitions, in UTF-16 units, may have been cut by whoever read them: half a UNION is SQL too. */
const MAX_DEFINITION = 100_000;

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
  const statements = definition.length < MAX_DEFINITION ? parseText(definition) : undefined;
  const [statement] = statements ?? [];
  if (statement === undefined || statements?.length !== 1) return opaqueView(indexed);
  const inner = tracer.fresh();
  const table = inner.statement(statement, Scope.root());
  if (table.open !== undefined || table.columns.size !== columns.length) return opaqueView(indexed);
  const resolver = new Resolver(inner);
  const cells = columns.map((column, index) => viewCell(resolver, column, { table, index }));
  const conditions = conditionsOf(inner, { resolver, outputs: cells });
  if (inner.lost) return opaqueView(indexed);
  return {
    cells,
    conditions,
    relations: [...inner.reads.keys()].map((relation) => relation.oid),
    unresolved: [...inner.unresolved],
  };
}

/** A definition that was traced to its end. */
interface Seen {
  readonly resolver: Resolver;
  readonly outputs: readonly Cell[];
}

/** Base columns that the view reads whatever is asked of it: all but those that only its outputs show. */
function conditionsOf(inner: Tracer, seen: Seen): readonly ColumnOrigin[] {
  const { resolver, outputs } = seen;
  const shown = new Set(outputs.flatMap((cell) => cell.leaf?.origins ?? []).map(key));
  const rest = [...inner.reads].flatMap(([relation, numbers]) =>
    relation.definition === undefined
      ? [...numbers].map((column) => ({ relation: relation.oid, column }))
      : [],
  );
  const tested = inner.conditions.flatMap((cell) => resolver.resolve(cell).origins);
  return [...rest.filter((origin) => !shown.has(key(origin))), ...tested];
}

function key(origin: ColumnOrigin): string {
  return `${origin.relation}.${origin.column}`;
}

/** A label that says "not classed" beats what the definition says; every other class of the view's own is added. */
function viewCell(
  resolver: Resolver,
  column: CatalogColumn,
  at: { readonly table: Table; readonly index: number },
): Cell {
  const { table, index } = at;
  const leaf: Leaf = resolver.resolve(table.columns.cellAt(index));
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
