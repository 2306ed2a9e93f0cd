import type { RangeFunction } from '@pgsql/types';
import { allFieldsOf, fieldsOf, type Node, nameParts } from '../ast.ts';
import { type Cell, derived, HARMLESS, measure } from './cell.ts';
import { allNames, FixedColumns } from './column-list.ts';
import { columnName } from './column-name.ts';
import { kindOf } from './function-call.ts';
import { isUncounted, outColumns } from './function-columns.ts';
import { tableItem } from './relation.ts';
import type { Item, Scope } from './scope.ts';
import type { Tracer } from './tracer.ts';

/** Columns of one function of FROM. `undefined` names mean that they can't be counted. */
interface Result {
  readonly names: readonly string[] | undefined;
  readonly cells: readonly Cell[];
  readonly value: Cell;
  /** What the number of rows may show. */
  readonly count: Cell;
}

/** `f(…)`, `ROWS FROM (f(…), g(…))`, both also WITH ORDINALITY. */
export function functionItem(tracer: Tracer, range: RangeFunction, scope: Scope): Item {
  const results: Result[] = [];
  for (const entry of range.functions ?? []) {
    const [call, definitions] = fieldsOf(entry, 'List')?.items ?? [];
    if (call === undefined) continue;
    const defined = fieldsOf(definitions, 'List')?.items ?? range.coldeflist;
    results.push(functionResult(tracer, call, { scope, defined, alias: aliasOf(range) }));
  }
  const names = results.flatMap((result) => result.names ?? []);
  const cells = results.flatMap((result) => (result.names === undefined ? [] : result.cells));
  if (range.ordinality) {
    names.push('ordinality');
    cells.push(HARMLESS);
  }
  const lost = results.filter((result) => result.names === undefined);
  const count = derived(results.map((result) => result.count));
  scope.counts.push(count);
  return tableItem(
    {
      columns: new FixedColumns(names, cells),
      open: lost.length === 0 ? undefined : derived(lost.map((result) => result.value)),
      count,
    },
    { name: firstName(range), alias: range.alias, generated: true },
  );
}

/** The alias names the single column of a single function. */
function aliasOf(range: RangeFunction): string | undefined {
  return range.functions?.length === 1 ? range.alias?.aliasname : undefined;
}

function firstName(range: RangeFunction): string | undefined {
  const [call] = fieldsOf(range.functions?.[0], 'List')?.items ?? [];
  return call === undefined ? undefined : columnName(call);
}

interface Call {
  readonly scope: Scope;
  readonly defined: readonly Node[] | undefined;
  readonly alias: string | undefined;
}

function functionResult(tracer: Tracer, node: Node, call: Call): Result {
  const parts = nameParts(fieldsOf(node, 'FuncCall')?.funcname);
  const name = parts.at(-1) ?? columnName(node);
  if (name === 'unnest' && kindOf(tracer, parts) !== undefined) return unnested(tracer, node, call);
  const value = tracer.expression(node, call.scope);
  if (call.defined !== undefined && call.defined.length > 0)
    return same(
      allFieldsOf([...call.defined], 'ColumnDef').map((column) => column.colname ?? ''),
      value,
    );
  if (parts.length > 0 && kindOf(tracer, parts) === undefined) return uncounted(value);
  if (value.shape !== undefined) return same(allNames(value.shape), value);
  const listed = outColumns(name);
  if (listed !== undefined) return same(listed, value);
  if (isUncountable(name, value)) return uncounted(value);
  const result = same([call.alias ?? name], value);
  return name === 'generate_series' ? { ...result, count: value } : result;
}

/** A function whose columns depend on the version, or on a row it was given. */
function isUncountable(name: string, value: Cell): boolean {
  return isUncounted(name) || (value.composite && isPolymorphic(name));
}

/** Functions that return a row where they were given one. */
function isPolymorphic(name: string): boolean {
  return /^(?:jsonb?_populate_record(?:set)?|jsonb?_to_record(?:set)?|any_value)$/u.test(name);
}

/** unnest(a, b): one column for each array, more where an array holds rows. */
function unnested(tracer: Tracer, node: Node, call: Call): Result {
  const args = fieldsOf(node, 'FuncCall')?.args ?? [];
  const cells = args.map((arg) => tracer.expression(arg, call.scope));
  const value = derived(cells);
  if (cells.some((cell) => cell.composite)) return uncounted(value);
  const names = cells.length === 1 ? [call.alias ?? 'unnest'] : cells.map(() => 'unnest');
  return { names, cells: cells.map((cell) => derived([cell])), value, count: measure(cells) };
}

function same(names: readonly string[], value: Cell): Result {
  return { names, cells: names.map(() => value), value, count: sizeOf(value) };
}

/** As many rows as a value has parts: a size of what the function was given. */
function sizeOf(value: Cell): Cell {
  return value === HARMLESS ? HARMLESS : measure(value.sources);
}

function uncounted(value: Cell): Result {
  return { names: undefined, cells: [], value, count: value };
}
