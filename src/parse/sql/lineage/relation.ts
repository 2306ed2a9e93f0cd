import type { Alias, RangeVar } from '@pgsql/types';
import type { CatalogColumn, CatalogRelation } from '../../../model/catalog.ts';
import { displayName, type Node, nameParts, relationRef } from '../ast.ts';
import type { IndexedRelation } from './catalog-index.ts';
import { Cell, type ColumnList, derived, HARMLESS, OPAQUE } from './cell.ts';
import { allCells, allNames, Bindings, FixedColumns, NO_COLUMNS, PickedColumns } from './column-list.ts';
import { isCloudyRelation } from './function-kinds.ts';
import { parseText } from './parse-text.ts';
import { findCte, type Item, Scope } from './scope.ts';
import { type SystemRelation, systemRelation } from './system-relations.ts';
import type { Table } from './table.ts';
import type { Tracer } from './tracer.ts';
import { traceView } from './view.ts';

/** The new names that an alias gives to the first columns. */
export function aliasNames(alias: Alias | undefined): readonly string[] {
  return nameParts(alias?.colnames);
}

/** A table, a view or a CTE in FROM. */
export function relationItem(tracer: Tracer, range: RangeVar, scope: Scope): Item {
  const name = range.relname ?? '';
  const cte = range.schemaname === undefined ? findCte(scope.ctes, name) : undefined;
  if (cte !== undefined) {
    const table = tracer.methods.cte(tracer, cte);
    const item = tableItem(table, { name, alias: range.alias, generated: cte.generated });
    scope.counts.push(table.count);
    return item;
  }
  return targetItem(tracer, range);
}

/** A table or a view, also as the target of a write: CTEs can't stand there. */
export function targetItem(tracer: Tracer, range: RangeVar): Item {
  const found = lookUp(tracer, range);
  if (found === undefined) return unknownItem(tracer, range);
  return 'telling' in found ? systemItem(tracer, range, found) : indexedItem(tracer, range, found);
}

/** The catalog's relation of that name; undefined for system relations and where guard is not sure. */
export function findRelation(tracer: Tracer, range: RangeVar): IndexedRelation | undefined {
  const found = lookUp(tracer, range);
  return found === undefined || 'telling' in found ? undefined : found;
}

function lookUp(tracer: Tracer, range: RangeVar): IndexedRelation | SystemRelation | undefined {
  const ref = relationRef(range);
  const { index } = tracer;
  const temporary = ref.schema === undefined ? index?.temporary(ref.name) : undefined;
  if (temporary !== undefined) return temporary;
  const own = index?.find(ref);
  const system = systemRelation(ref.schema, ref.name);
  // Whether pg_catalog comes first depends on a setting that can't be seen here.
  if (own !== undefined && system !== undefined && ref.schema === undefined) return undefined;
  return own ?? system;
}

function unknownItem(tracer: Tracer, range: RangeVar): Item {
  tracer.miss(displayName(relationRef(range)));
  return {
    name: range.alias?.aliasname ?? range.relname,
    schema: range.alias === undefined ? range.schemaname : undefined,
    columns: NO_COLUMNS,
    open: OPAQUE,
    uncounted: true,
    qualified: true,
    bare: true,
    physical: 'maybe',
  };
}

function systemItem(tracer: Tracer, range: RangeVar, system: SystemRelation): Item {
  const names = aliasNames(range.alias);
  const uncounted = !system.steady && system.telling.size > 0;
  // Renamed columns of a relation that differs between versions stand at unknown places.
  if (uncounted && names.length > 0) return unknownItem(tracer, range);
  const row = new Cell('row', []);
  const clouded = tracer.world.clouded === true && isCloudyRelation(range.relname ?? '');
  const cells = system.names.map((name) => (clouded || system.telling.has(name) ? OPAQUE : HARMLESS));
  const columns = new Bindings(new FixedColumns(system.names, cells), {
    row,
    ...(names.length === 0 ? {} : { names }),
    onUse: (index) => {
      if (cells[index] === OPAQUE) tracer.touched += 1;
    },
  });
  return {
    name: range.alias?.aliasname ?? range.relname,
    schema: range.alias === undefined ? (range.schemaname ?? 'pg_catalog') : undefined,
    columns,
    // Columns that only other versions have are no secret; those that are carry the same names in all.
    open: system.steady ? undefined : clouded ? OPAQUE : HARMLESS,
    uncounted,
    qualified: true,
    bare: true,
    physical: 'maybe',
  };
}

function indexedItem(tracer: Tracer, range: RangeVar, indexed: IndexedRelation): Item {
  const { relation } = indexed;
  return {
    name: range.alias?.aliasname ?? relation.name,
    schema: range.alias === undefined ? relation.schema : undefined,
    columns: relationColumns(tracer, indexed, aliasNames(range.alias)),
    open: undefined,
    uncounted: false,
    qualified: true,
    bare: true,
    physical: relation.kind === 'view' ? 'maybe' : 'yes',
  };
}

/** The columns of a relation for one FROM item; each use is noted as a read. */
export function relationColumns(
  tracer: Tracer,
  indexed: IndexedRelation,
  names: readonly string[],
): ColumnList {
  const { relation } = indexed;
  const read = tracer.touch(relation);
  const note = (index: number) => {
    const column = relation.columns[index];
    if (column !== undefined) read.add(column.number);
  };
  const renamed = names.length === 0 ? {} : { names };
  if (relation.kind === 'sequence' && tracer.world.clouded === true)
    return new Bindings(
      new FixedColumns(
        allNames(indexed),
        allCells(indexed).map(() => OPAQUE),
      ),
      renamed,
    );
  if (relation.kind !== 'view' && relation.kind !== 'materialized')
    return new Bindings(indexed, {
      ...renamed,
      onUse: note,
      also: (index, bindings) => generatedFrom(tracer, relation, { index, bindings }),
    });
  return viewColumns(tracer, indexed, { names: renamed, note });
}

function viewColumns(
  tracer: Tracer,
  indexed: IndexedRelation,
  options: { readonly names: { names?: readonly string[] }; readonly note: (index: number) => void },
): ColumnList {
  const trace = traceView(tracer, indexed);
  for (const oid of trace.relations) touchOid(tracer, oid);
  for (const name of trace.unresolved) tracer.unresolved.add(name);
  for (const { relation, column } of trace.conditions) touchOid(tracer, relation)?.add(column);
  const names = indexed.relation.columns.map((column) => column.name);
  return new Bindings(new FixedColumns(names, trace.cells), {
    ...options.names,
    onUse: (index) => {
      options.note(index);
      for (const origin of trace.cells[index]?.leaf?.origins ?? [])
        touchOid(tracer, origin.relation)?.add(origin.column);
    },
  });
}

function touchOid(tracer: Tracer, oid: number): Set<number> | undefined {
  const indexed = tracer.index?.byOid(oid);
  return indexed === undefined ? undefined : tracer.touch(indexed.relation);
}

/** Parsed expressions of generated columns; undefined for those that can't be read. */
const EXPRESSIONS = new WeakMap<CatalogColumn, { readonly tree: Node | undefined }>();

function expressionOf(column: CatalogColumn): Node | undefined {
  const known = EXPRESSIONS.get(column);
  if (known !== undefined) return known.tree;
  const statements = parseText(`SELECT ${column.generated ?? ''}`);
  const tree = statements?.length === 1 ? statements[0] : undefined;
  EXPRESSIONS.set(column, { tree });
  return tree;
}

/** What a generated column shows besides its own class: the columns its expression uses. */
function generatedFrom(
  tracer: Tracer,
  relation: CatalogRelation,
  at: { readonly index: number; readonly bindings: ColumnList },
): readonly Cell[] {
  const column = relation.columns[at.index];
  if (column?.generated === undefined || column.class !== undefined || column.source === 'label') return [];
  const tree = expressionOf(column);
  if (tree === undefined) return [OPAQUE];
  // The alias may have renamed the columns; the expression knows them by their own names.
  const own = relation.columns.map(({ name }, index) => ({ name, from: at.bindings, index }));
  const item: Item = {
    name: undefined,
    columns: new PickedColumns(own),
    open: undefined,
    uncounted: false,
    qualified: false,
    bare: true,
    physical: 'no',
  };
  const table = tracer.fresh().statement(tree, new Scope(undefined, [item], undefined));
  return table.columns.size === 1 ? [derived([table.columns.cellAt(0)])] : [OPAQUE];
}

export interface TableItemParts {
  readonly name: string | undefined;
  readonly alias: Alias | undefined;
  /** True when nothing in it comes from a table: its rows are made up by the statement itself. */
  readonly generated: boolean;
}

/** A subquery, a CTE or a function in FROM. */
export function tableItem(table: Table, parts: TableItemParts): Item {
  const names = aliasNames(parts.alias);
  // Renamed columns of an uncounted table stand at unknown places.
  const lost = table.open !== undefined && names.length > 0;
  const row = parts.generated ? new Cell('row', []) : undefined;
  const renamed = names.length === 0 ? {} : { names };
  return {
    name: parts.alias?.aliasname ?? parts.name,
    columns: lost ? NO_COLUMNS : new Bindings(table.columns, { ...renamed, row }),
    open: lost ? derived([OPAQUE]) : table.open,
    uncounted: table.open !== undefined,
    qualified: true,
    bare: true,
    physical: 'no',
  };
}
