import type { CommonTableExpr, WithClause } from '@pgsql/types';
import { fieldsOf, type Node, nameParts } from '../ast.ts';
import { Cell, type ColumnList, derived, HARMLESS, OPAQUE } from './cell.ts';
import { allCells, allNames, FixedColumns } from './column-list.ts';
import { type Cte, type Ctes, Scope } from './scope.ts';
import { type Table, UNKNOWN_TABLE } from './table.ts';
import type { Tracer } from './tracer.ts';

/** Makes the CTEs of a WITH clause known and traces all of them. */
export function bindCtes(tracer: Tracer, clause: WithClause | undefined, outer: Scope): Ctes | undefined {
  const nodes = clause?.ctes;
  if (nodes === undefined) return outer.ctes;
  const made = clause?.recursive ? recursive(nodes, outer) : successive(nodes, outer);
  for (const cte of made.all) tracer.methods.cte(tracer, cte);
  return made.ctes;
}

interface Bound {
  readonly ctes: Ctes | undefined;
  readonly all: readonly Cte[];
}

/** WITH RECURSIVE: all of them see each other, in any order. */
function recursive(nodes: readonly Node[], outer: Scope): Bound {
  const byName = new Map<string, Cte>();
  const ctes: Ctes = { byName, outer: outer.ctes };
  const scope = new Scope(outer.parent, outer.items, ctes);
  for (const node of nodes) {
    const query = fieldsOf(node, 'CommonTableExpr');
    if (query !== undefined) byName.set(query.ctename ?? '', fresh(query, scope));
  }
  return { ctes, all: [...byName.values()] };
}

/** Plain WITH: each sees those before it. */
function successive(nodes: readonly Node[], outer: Scope): Bound {
  let { ctes } = outer;
  const all: Cte[] = [];
  for (const node of nodes) {
    const query = fieldsOf(node, 'CommonTableExpr');
    if (query === undefined) continue;
    const cte = fresh(query, new Scope(outer.parent, outer.items, ctes));
    all.push(cte);
    ctes = { byName: new Map([[query.ctename ?? '', cte]]), outer: ctes };
  }
  return { ctes, all };
}

function fresh(query: CommonTableExpr, scope: Scope): Cte {
  return { query, scope, table: undefined, inside: undefined, state: 'new', generated: false };
}

/** What a CTE gives; within itself, what its non-recursive part gives. */
export function traceCte(tracer: Tracer, cte: Cte): Table {
  if (cte.table !== undefined) return cte.table;
  if (cte.state === 'tracing') return cte.inside ?? UNKNOWN_TABLE;
  cte.state = 'tracing';
  const before = tracer.touched;
  const table = tracer.deeper(() => renamed(cte.query, traceBody(tracer, cte)), UNKNOWN_TABLE);
  cte.generated = tracer.touched === before;
  cte.table = table;
  cte.state = 'done';
  return table;
}

function traceBody(tracer: Tracer, cte: Cte): Table {
  const { ctequery } = cte.query;
  const select = fieldsOf(ctequery, 'SelectStmt');
  const isUnion = select?.op === 'SETOP_UNION' && select.larg !== undefined && select.rarg !== undefined;
  if (!isUnion || select.larg === undefined || select.rarg === undefined)
    return ctequery === undefined ? UNKNOWN_TABLE : tracer.statement(ctequery, cte.scope);
  const scope = new Scope(cte.scope, [], bindCtes(tracer, select.withClause, cte.scope));
  const start = tracer.query(select.larg, scope);
  // The recursive part sees these cells; what it yields becomes a source of them.
  const cells = allCells(start.columns).map((cell) => new Cell('union', [cell]));
  const whole: Table = { ...start, columns: new FixedColumns(allNames(start.columns), cells) };
  cte.inside = renamed(cte.query, whole);
  const step = tracer.query(select.rarg, scope);
  if (step.open !== undefined || step.columns.size !== cells.length) return UNKNOWN_TABLE;
  cells.forEach((cell, index) => {
    cell.sources.push(step.columns.cellAt(index));
  });
  for (const node of [select.limitCount, select.limitOffset]) tracer.expression(node, scope);
  return { ...whole, count: derived([start.count, step.count]) };
}

/** The columns under the names of the CTE's column list, with those of SEARCH and CYCLE. */
function renamed(query: CommonTableExpr, table: Table): Table {
  const aliases = nameParts(query.aliascolnames);
  const lost = table.open !== undefined && aliases.length > 0;
  if (lost) return UNKNOWN_TABLE;
  const names = allNames(table.columns).map((name, index) => aliases[index] ?? name);
  const cells = [...allCells(table.columns)];
  const found = new FixedColumns(names, cells);
  if (query.search_clause === undefined && query.cycle_clause === undefined)
    return { ...table, columns: found };
  return { ...table, columns: withSearch(query, found) };
}

function withSearch(query: CommonTableExpr, columns: ColumnList): ColumnList {
  const names = [...allNames(columns)];
  const cells = [...allCells(columns)];
  const named = (nodes: readonly Node[] | undefined): Cell =>
    derived(
      nameParts(nodes === undefined ? undefined : [...nodes]).map((name) => {
        const [index] = columns.indexesOf(name);
        return index === undefined ? OPAQUE : columns.cellAt(index);
      }),
      { composite: true },
    );
  const { search_clause: search, cycle_clause: cycle } = query;
  if (search !== undefined) {
    names.push(search.search_seq_column ?? '');
    cells.push(named(search.search_col_list));
  }
  if (cycle !== undefined) {
    names.push(cycle.cycle_mark_column ?? '', cycle.cycle_path_column ?? '');
    cells.push(HARMLESS, named(cycle.cycle_col_list));
  }
  return new FixedColumns(names, cells);
}
