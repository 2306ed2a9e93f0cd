import type { ExecuteStmt, ExplainStmt, FetchStmt, SelectStmt } from '@pgsql/types';
import type { RawText } from '../../../model/text.ts';
import { fieldsOf, type Node } from '../ast.ts';
import { indexOf } from './catalog-index.ts';
import { HARMLESS, OPAQUE } from './cell.ts';
import { FixedColumns } from './column-list.ts';
import { traceCte } from './cte.ts';
import { traceExpression } from './expression.ts';
import { isFixedSetting, isReadableSetting } from './function-kinds.ts';
import { parseText } from './parse-text.ts';
import { traceQuery } from './query.ts';
import { Resolver } from './resolve.ts';
import { Scope } from './scope.ts';
import { shownSetting } from './shown-setting.ts';
import { EMPTY_TABLE, type Table, UNKNOWN_TABLE } from './table.ts';
import { type LineageWorld, type Methods, Tracer } from './tracer.ts';
import { touchAll, traceDelete, traceInsert, traceMerge, traceUpdate } from './write.ts';

const METHODS: Methods = {
  query: traceQuery,
  statement: traceRows,
  expression: traceExpression,
  cte: traceCte,
};

export function newTracer(world: LineageWorld): Tracer {
  return new Tracer(world, world.catalog === undefined ? undefined : indexOf(world.catalog), METHODS);
}

/** A query, or a write with its RETURNING. */
function traceRows(tracer: Tracer, node: Node, outer: Scope): Table {
  const select = fieldsOf(node, 'SelectStmt');
  if (select !== undefined) return tracer.query(select, outer);
  const insert = fieldsOf(node, 'InsertStmt');
  if (insert !== undefined) return traceInsert(tracer, insert, outer);
  const update = fieldsOf(node, 'UpdateStmt');
  if (update !== undefined) return traceUpdate(tracer, update, outer);
  const erase = fieldsOf(node, 'DeleteStmt');
  if (erase !== undefined) return traceDelete(tracer, erase, outer);
  const merge = fieldsOf(node, 'MergeStmt');
  return merge === undefined ? UNKNOWN_TABLE : traceMerge(tracer, merge, outer);
}

/** What a statement returns to the client, or `none`. Reads of all kinds are noted in the tracer. */
export function traceStatement(tracer: Tracer, node: Node): Table | 'none' {
  const select = fieldsOf(node, 'SelectStmt');
  if (select !== undefined) {
    const table = tracer.query(select, Scope.root());
    return storesResult(select) ? 'none' : table;
  }
  for (const tag of ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'] as const)
    if (fieldsOf(node, tag) !== undefined) return writeRows(traceRows(tracer, node, Scope.root()));
  return traceOther(tracer, node);
}

/** A write without RETURNING gives no rows, unless rules of the table do. */
function writeRows(table: Table): Table | 'none' {
  return table === EMPTY_TABLE ? 'none' : table;
}

/** SELECT … INTO. */
function storesResult(select: SelectStmt): boolean {
  for (let level: SelectStmt | undefined = select; level !== undefined; level = level.larg)
    if (level.intoClause !== undefined) return true;
  return false;
}

function traceOther(tracer: Tracer, node: Node): Table | 'none' {
  const execute = fieldsOf(node, 'ExecuteStmt');
  if (execute !== undefined) return traceExecute(tracer, execute);
  const fetch = fieldsOf(node, 'FetchStmt');
  if (fetch !== undefined) return traceFetch(tracer, fetch);
  const explain = fieldsOf(node, 'ExplainStmt');
  if (explain !== undefined) return traceExplain(tracer, explain);
  const show = fieldsOf(node, 'VariableShowStmt');
  if (show !== undefined)
    return tracer.world.clouded === true && !isFixedSetting(show.name ?? '')
      ? oneColumn(shownSetting(show.name ?? ''), false)
      : traceShow(show.name ?? '');
  if (fieldsOf(node, 'CallStmt') !== undefined || fieldsOf(node, 'DoStmt') !== undefined) {
    tracer.miss('(code that runs in the server)');
    return UNKNOWN_TABLE;
  }
  traceInner(tracer, node);
  return 'none';
}

/** Statements that carry a query without returning its rows. */
function traceInner(tracer: Tracer, node: Node): void {
  const inner =
    fieldsOf(node, 'CreateTableAsStmt')?.query ??
    fieldsOf(node, 'DeclareCursorStmt')?.query ??
    fieldsOf(node, 'PrepareStmt')?.query ??
    fieldsOf(node, 'ViewStmt')?.query ??
    fieldsOf(node, 'CopyStmt')?.query;
  if (inner !== undefined) traceStatement(tracer, inner);
  const truncated = fieldsOf(node, 'TruncateStmt')?.relations ?? [];
  for (const relation of truncated) touchAll(tracer, fieldsOf(relation, 'RangeVar'));
  touchAll(tracer, fieldsOf(node, 'RefreshMatViewStmt')?.relation);
}

/** The one statement in a remembered text, without the PREPARE or DECLARE around it. */
function remembered(texts: Readonly<Record<string, RawText>>, name: string): Node | undefined {
  const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
  const statements = text === undefined ? undefined : parseText(text);
  if (statements?.length !== 1) return undefined;
  const [node] = statements;
  return fieldsOf(node, 'PrepareStmt')?.query ?? fieldsOf(node, 'DeclareCursorStmt')?.query ?? node;
}

function traceExecute(tracer: Tracer, execute: ExecuteStmt): Table | 'none' {
  for (const param of execute.params ?? []) tracer.expression(param, Scope.root());
  return traceRemembered(tracer, tracer.world.prepared, execute.name ?? '');
}

function traceFetch(tracer: Tracer, fetch: FetchStmt): Table | 'none' {
  if (fetch.ismove) return 'none';
  return traceRemembered(tracer, tracer.world.cursors, fetch.portalname ?? '');
}

function traceRemembered(
  tracer: Tracer,
  texts: Readonly<Record<string, RawText>>,
  name: string,
): Table | 'none' {
  const node = remembered(texts, name);
  if (node === undefined) {
    tracer.miss(`(${name})`);
    return UNKNOWN_TABLE;
  }
  return tracer.deeper<Table | 'none'>(() => traceStatement(tracer, node), UNKNOWN_TABLE);
}

/** One column of text; guard does not look inside plans, so that any classed column makes it opaque. */
function traceExplain(tracer: Tracer, explain: ExplainStmt): Table {
  const clean = explain.query !== undefined && readsNothingClassed(tracer, explain.query);
  return oneColumn('QUERY PLAN', clean);
}

function readsNothingClassed(tracer: Tracer, node: Node): boolean {
  const table = traceStatement(tracer, node);
  if (tracer.unresolved.size > 0 || (table !== 'none' && table.open !== undefined)) return false;
  const resolver = new Resolver(tracer);
  if (tracer.conditions.some((cell) => resolver.resolve(cell).how === 'opaque')) return false;
  return [...tracer.reads].every(([relation, numbers]) => {
    const indexed = tracer.index?.byOid(relation.oid);
    return relation.columns.every((column, index) => {
      const leaf = numbers.has(column.number) ? indexed?.cellAt(index).leaf : HARMLESS.leaf;
      return leaf !== undefined && leaf.classes.length === 0;
    });
  });
}

function traceShow(setting: string): Table {
  if (setting.toLowerCase() !== 'all') return oneColumn(shownSetting(setting), isReadableSetting(setting));
  return {
    ...EMPTY_TABLE,
    columns: new FixedColumns(['name', 'setting', 'description'], [HARMLESS, OPAQUE, HARMLESS]),
  };
}

function oneColumn(name: string, clean: boolean): Table {
  return { ...EMPTY_TABLE, columns: new FixedColumns([name], [clean ? HARMLESS : OPAQUE]) };
}
