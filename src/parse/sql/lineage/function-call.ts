import type { FuncCall, Node, WindowDef } from '@pgsql/types';
import { allFieldsOf, constantOf, nameParts } from '../ast.ts';
import { functionClass } from '../function-classes.ts';
import { type Cell, derived, HARMLESS, measure, OPAQUE, summary, union } from './cell.ts';
import { allNames, spread } from './column-list.ts';
import { compare } from './comparison.ts';
import { outColumns } from './function-columns.ts';
import {
  builtinKind,
  type FunctionKind,
  isCarrier,
  isCloudyFunction,
  isReadableSetting,
} from './function-kinds.ts';
import { traceCondition } from './operator.ts';
import type { Scope } from './scope.ts';
import type { Tracer } from './tracer.ts';

/** Functions that return one of their arguments: a row stays a row of the same fields. */
const ROW_PRESERVING = new Set([
  'unnest',
  'lag',
  'lead',
  'first_value',
  'last_value',
  'nth_value',
  'any_value',
  'json_populate_record',
  'jsonb_populate_record',
  'json_populate_recordset',
  'jsonb_populate_recordset',
  'array_sample',
  'array_shuffle',
]);

/** What a call shows. Functions that are not PostgreSQL's own are opaque. */
export function traceCall(tracer: Tracer, call: FuncCall, scope: Scope): Cell {
  const args = (call.args ?? []).map((arg) => tracer.expression(arg, scope));
  const ordered = traceModifiers(tracer, call, scope);
  const parts = nameParts(call.funcname);
  const name = parts.at(-1) ?? '';
  if (isCarrier(name)) tracer.carried.push(...args);
  const field = fieldCall(call, name, args);
  const kind = tracer.world.clouded === true && isCloudyFunction(name) ? undefined : kindOf(tracer, parts);
  if (field !== undefined && (kind === undefined || isConversion(name))) return field;
  const value = show(tracer, scope, { kind, name, call, cells: [...args, ...ordered] });
  return field === undefined ? value : union([field, value]);
}

/** What is known of the function a name stands for. */
export function kindOf(tracer: Tracer, parts: readonly string[]): FunctionKind | undefined {
  const name = parts.at(-1) ?? '';
  const schema = parts.at(-2);
  const own = schema === 'pg_catalog' || (schema === undefined && !hasNamesake(tracer, name));
  const kind = own ? builtinKind(name) : undefined;
  return kind ?? (schema === 'pg_catalog' ? undefined : extensionKind(tracer, name));
}

function hasNamesake(tracer: Tracer, name: string): boolean {
  return tracer.index?.functions(name).some(({ extension }) => extension !== true) ?? false;
}

/** Functions of extensions written in C that promise to look at their arguments only. */
function extensionKind(tracer: Tracer, name: string): FunctionKind | undefined {
  const functions = tracer.index?.functions(name) ?? [];
  // A dangerous name stays one, whoever else uses it.
  if (functions.length === 0 || functionClass(name) !== undefined) return undefined;
  const safe = functions.every((each) => each.language === 'c' && each.volatility === 'immutable');
  return safe ? 'pure' : undefined;
}

/** `ssn(p)` is `p.ssn` where the row has such a column. */
function fieldCall(call: FuncCall, name: string, args: readonly Cell[]): Cell | undefined {
  const [row] = args;
  const shape = row?.shape;
  if (shape === undefined || args.length !== 1 || call.agg_star) return undefined;
  const indexes = shape.indexesOf(name);
  return indexes.length === 0 ? undefined : union(indexes.map((index) => shape.cellAt(index)));
}

/** Names of types that convert to text: a row's column of that name comes first. */
function isConversion(name: string): boolean {
  return name === 'name' || name === 'text' || name === 'varchar' || name === 'bpchar' || name === 'char';
}

interface Use {
  readonly kind: FunctionKind | undefined;
  readonly name: string;
  readonly call: FuncCall;
  readonly cells: readonly Cell[];
}

function show(tracer: Tracer, scope: Scope, use: Use): Cell {
  const { kind, name, call, cells } = use;
  switch (kind) {
    case undefined:
      tracer.miss(`${name}()`);
      return derived([...cells, OPAQUE]);
    case 'none':
      return HARMLESS;
    case 'count':
      return scope.countCell();
    case 'place':
      return derived([...cells, scope.countCell()]);
    case 'test':
      return compare(tracer, scope, cells);
    case 'measure':
      return measure(cells);
    case 'summary':
      return derived([summary(cells), scope.countCell()]);
    case 'setting':
      return readsPlainSetting(call) ? HARMLESS : derived([...cells, OPAQUE]);
    case 'aggregate':
      return pureValue(name, [...cells, scope.countCell()]);
    case 'pure':
      return pureValue(name, cells);
  }
}

function pureValue(name: string, cells: readonly Cell[]): Cell {
  const row = cells.find((cell) => cell.shape !== undefined);
  const mixed = derived(cells);
  const listed = outColumns(name) ?? [];
  if (listed.length > 1) return derived(cells, { shape: spread(listed, mixed), composite: true });
  const composite = cells.some((cell) => cell.composite);
  if (row?.shape === undefined || !ROW_PRESERVING.has(name))
    return composite ? derived(cells, { composite: true }) : mixed;
  return derived(cells, { shape: spread(allNames(row.shape), mixed), composite: true });
}

function readsPlainSetting(call: FuncCall): boolean {
  const setting = constantOf(call.args?.[0]);
  return setting?.type === 'string' && isReadableSetting(setting.value);
}

/** ORDER BY, FILTER and OVER of a call; the cells that WITHIN GROUP puts into the value. */
function traceModifiers(tracer: Tracer, call: FuncCall, scope: Scope): readonly Cell[] {
  const ordered = traceSort(tracer, call.agg_order, scope);
  traceCondition(tracer, call.agg_filter, scope);
  if (call.over !== undefined) traceWindow(tracer, call.over, scope);
  return call.agg_within_group ? ordered : [];
}

/** PARTITION BY, ORDER BY and frame of a window. */
export function traceWindow(tracer: Tracer, window: WindowDef, scope: Scope): void {
  for (const each of window.partitionClause ?? []) tracer.grouped.push(tracer.expression(each, scope));
  traceSort(tracer, window.orderClause, scope);
  tracer.expression(window.startOffset, scope);
  tracer.expression(window.endOffset, scope);
}

/** What an ORDER BY looks at. */
export function traceSort(tracer: Tracer, sort: readonly Node[] | undefined, scope: Scope): readonly Cell[] {
  const cells = allFieldsOf(sort === undefined ? undefined : [...sort], 'SortBy').map((by) =>
    tracer.expression(by.node, scope),
  );
  for (const cell of cells) if (cell !== HARMLESS) tracer.conditions.push(cell);
  return cells;
}
