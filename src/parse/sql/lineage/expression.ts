import type { A_ArrayExpr, A_Indirection, CaseExpr, ColumnRef, Node, SubLink, TypeCast } from '@pgsql/types';
import {
  constantOf,
  type FieldsOf,
  fieldsOf,
  isNode,
  isTreeObject,
  nameParts,
  stringOf,
  type Tag,
  tagOf,
} from '../ast.ts';
import { type Cell, derived, HARMLESS, measure, OPAQUE, test, union } from './cell.ts';
import { allCells, allNames, FixedColumns, spread } from './column-list.ts';
import { compare } from './comparison.ts';
import { traceCall } from './function-call.ts';
import { traceBoolean, traceCondition, traceOperator } from './operator.ts';
import { findBare, findItem, hasBare, itemColumn, type Scope, wholeRow } from './scope.ts';
import type { Table } from './table.ts';
import type { Tracer } from './tracer.ts';
import { callsCast, isBuiltinType, typeColumns } from './type-name.ts';

type Evaluator = (tracer: Tracer, node: Node, scope: Scope) => Cell;

function on<T extends Tag>(
  tag: T,
  trace: (tracer: Tracer, fields: FieldsOf<T>, scope: Scope) => Cell,
): [string, Evaluator] {
  return [
    tag,
    (tracer, node, scope) => {
      const fields = fieldsOf(node, tag);
      return fields === undefined ? OPAQUE : trace(tracer, fields, scope);
    },
  ];
}

const harmless = () => HARMLESS;

/** Constructors whose value shows their arguments and nothing else. */
const CONSTRUCTORS: readonly Tag[] = [
  'XmlExpr',
  'XmlSerialize',
  'JsonObjectConstructor',
  'JsonArrayConstructor',
  'JsonArrayQueryConstructor',
  'JsonObjectAgg',
  'JsonArrayAgg',
  'JsonFuncExpr',
  'JsonParseExpr',
  'JsonScalarExpr',
  'JsonSerializeExpr',
  'JsonValueExpr',
  'JsonKeyValue',
  'JsonOutput',
  'JsonReturning',
  'JsonArgument',
  'JsonBehavior',
  'JsonAggConstructor',
  'MinMaxExpr',
  'CoalesceExpr',
  'List',
  'ResTarget',
  'SortBy',
  'WindowDef',
];

const EVALUATORS = new Map<string, Evaluator>([
  on('ColumnRef', (tracer, ref, scope) => traceColumn(tracer, ref, scope)),
  on('A_Const', harmless),
  on('ParamRef', harmless),
  on('SQLValueFunction', harmless),
  on('SetToDefault', harmless),
  on('CurrentOfExpr', harmless),
  on('MergeSupportFunc', harmless),
  on('GroupingFunc', harmless),
  on('String', harmless),
  on('Integer', harmless),
  on('TypeName', harmless),
  on('A_Star', harmless),
  on('JsonFormat', harmless),
  on('A_Expr', traceOperator),
  on('BoolExpr', traceBoolean),
  on('FuncCall', traceCall),
  on('SubLink', (tracer, link, scope) => traceSublink(tracer, link, scope)),
  on('TypeCast', (tracer, cast, scope) => traceCast(tracer, cast, scope)),
  on('CaseExpr', (tracer, expr, scope) => traceCase(tracer, expr, scope)),
  on('A_Indirection', (tracer, expr, scope) => traceIndirection(tracer, expr, scope)),
  on('A_ArrayExpr', (tracer, expr, scope) => traceArray(tracer, expr, scope)),
  on('RowExpr', (tracer, row, scope) => traceRow(tracer, row.args ?? [], scope)),
  on('CollateClause', (tracer, clause, scope) => tracer.expression(clause.arg, scope)),
  on('NamedArgExpr', (tracer, named, scope) => tracer.expression(named.arg, scope)),
  on('MultiAssignRef', (tracer, ref, scope) => tracer.expression(ref.source, scope)),
  on('NullTest', (tracer, test, scope) => {
    const cell = tracer.expression(test.arg, scope);
    // Whether a column is there at all tells nothing; whether a computed value is may well be a test.
    return cell.kind === 'column' ? HARMLESS : compare(tracer, scope, [cell]);
  }),
  on('BooleanTest', (tracer, test, scope) => derived([tracer.expression(test.arg, scope)])),
  on('JsonIsPredicate', (tracer, test, scope) => measure([tracer.expression(test.expr, scope)])),
  ...CONSTRUCTORS.map((tag): [string, Evaluator] => [
    tag,
    (tracer, node, scope) => derived(childCells(tracer, node, scope)),
  ]),
]);

/** What the value of an expression is made of. Unknown kinds of nodes are opaque, their parts are traced all the same. */
export function traceExpression(tracer: Tracer, node: Node | undefined, scope: Scope): Cell {
  if (node === undefined) return HARMLESS;
  const tag = tagOf(node);
  // An absent node in a list comes as an empty object.
  if (tag === undefined) return HARMLESS;
  const evaluate = EVALUATORS.get(tag);
  if (!tracer.enter()) return OPAQUE;
  const cell = evaluate?.(tracer, node, scope) ?? derived([...childCells(tracer, node, scope), OPAQUE]);
  tracer.leave();
  return cell;
}

/** The cells of all expressions right below a node, whatever its fields are called. */
function childCells(tracer: Tracer, node: object, scope: Scope): Cell[] {
  const cells: Cell[] = [];
  for (const value of Object.values(Object.values(node)[0] ?? {})) gather(tracer, value, { scope, cells });
  return cells;
}

function gather(tracer: Tracer, value: unknown, into: { scope: Scope; cells: Cell[] }): void {
  if (Array.isArray(value)) for (const each of value) gather(tracer, each, into);
  else if (isNode(value)) into.cells.push(tracer.expression(value, into.scope));
  else if (isTreeObject(value)) for (const each of Object.values(value)) gather(tracer, each, into);
}

function traceColumn(tracer: Tracer, ref: ColumnRef, scope: Scope): Cell {
  const parts = nameParts(ref.fields);
  const star = parts.length < (ref.fields?.length ?? 0);
  const cell = star ? rowOf(scope, parts) : columnOf(scope, parts);
  if (cell !== undefined) return cell;
  tracer.miss(parts.join('.'));
  return OPAQUE;
}

function columnOf(scope: Scope, parts: readonly string[]): Cell | undefined {
  const column = parts.at(-1) ?? '';
  const qualifier = parts.at(-2);
  if (qualifier === undefined) {
    const found = findBare(scope, column);
    const row = hasBare(scope, column) ? undefined : findItem(scope, column);
    if (row === undefined) return found;
    // A column that guard does not know of may have that name too.
    return found === undefined ? wholeRow(row) : union([found, wholeRow(row)]);
  }
  const item = findItem(scope, qualifier, parts.at(-3));
  return item === undefined ? undefined : itemColumn(item, column);
}

function rowOf(scope: Scope, parts: readonly string[]): Cell | undefined {
  const name = parts.at(-1);
  if (name === undefined) return undefined;
  const item = findItem(scope, name, parts.at(-2));
  return item === undefined ? undefined : wholeRow(item);
}

function traceSublink(tracer: Tracer, link: SubLink, scope: Scope): Cell {
  const test = link.testexpr === undefined ? undefined : testCells(tracer, link.testexpr, scope);
  const select = fieldsOf(link.subselect, 'SelectStmt');
  if (select === undefined) return OPAQUE;
  const table = tracer.query(select, scope);
  if (link.subselect !== undefined && table.columns.size > 0)
    tracer.setName(link.subselect, table.columns.nameAt(0));
  switch (link.subLinkType) {
    case 'EXISTS_SUBLINK':
      return HARMLESS;
    case 'EXPR_SUBLINK':
      return singleValue(table);
    case 'ARRAY_SUBLINK':
      return derived([singleValue(table), table.count]);
    case 'ANY_SUBLINK':
    case 'ALL_SUBLINK':
      return compareRows(tracer, scope, { test: test ?? [], table });
    default:
      return derived([...tableCells(table), OPAQUE]);
  }
}

/** The left side of IN, one cell for each column. */
function testCells(tracer: Tracer, test: Node, scope: Scope): readonly Cell[] {
  const row = fieldsOf(test, 'RowExpr');
  return (row?.args ?? [test]).map((each) => tracer.expression(each, scope));
}

function compareRows(
  tracer: Tracer,
  scope: Scope,
  sides: { readonly test: readonly Cell[]; readonly table: Table },
): Cell {
  const { test, table } = sides;
  if (table.open !== undefined || table.columns.size !== test.length)
    return compare(tracer, scope, [...test, ...tableCells(table)]);
  return derived(test.map((cell, index) => compare(tracer, scope, [cell, table.columns.cellAt(index)])));
}

function tableCells(table: Table): readonly Cell[] {
  return table.open === undefined ? allCells(table.columns) : [...allCells(table.columns), table.open];
}

/** The value of a scalar subquery. */
function singleValue(table: Table): Cell {
  if (table.open !== undefined || table.columns.size === 0) return derived([...tableCells(table), OPAQUE]);
  return table.columns.cellAt(0);
}

function traceCast(tracer: Tracer, cast: TypeCast, scope: Scope): Cell {
  const cell = tracer.expression(cast.arg, scope);
  if (cast.typeName === undefined) return derived([cell, OPAQUE]);
  if (constantOf(cast.arg)?.type !== 'string' && callsCast(tracer, cast.typeName))
    return derived([cell, OPAQUE]);
  const shape = typeColumns(tracer.index, cast.typeName);
  if (shape !== undefined) return derived([cell], { shape: spread(allNames(shape), cell), composite: true });
  // A literal goes through the type's input function; a value may go through a cast of somebody's own.
  const literal = constantOf(cast.arg)?.type;
  if (isBuiltinType(cast.typeName) || literal === 'string' || literal === 'null') return derived([cell]);
  return fieldsOf(cast.arg, 'ParamRef') === undefined ? derived([cell, OPAQUE]) : HARMLESS;
}

function traceCase(tracer: Tracer, expr: CaseExpr, scope: Scope): Cell {
  const tested = expr.arg === undefined ? undefined : tracer.expression(expr.arg, scope);
  const parts: Cell[] = [tracer.expression(expr.defresult, scope)];
  for (const arm of expr.args ?? []) {
    const when = fieldsOf(arm, 'CaseWhen');
    const from = tracer.conditions.length;
    if (tested === undefined) traceCondition(tracer, when?.expr, scope);
    else compare(tracer, scope, [tested, tracer.expression(when?.expr, scope)]);
    // The branch that was taken tells how its tests came out.
    for (const each of tracer.conditions.slice(from)) parts.push(test([each]));
    parts.push(tracer.expression(when?.result, scope));
  }
  return derived(parts);
}

function traceArray(tracer: Tracer, expr: A_ArrayExpr, scope: Scope): Cell {
  return derived((expr.elements ?? []).map((element) => tracer.expression(element, scope)));
}

/** ROW(…): its fields are called f1, f2… */
function traceRow(tracer: Tracer, args: readonly Node[], scope: Scope): Cell {
  const cells: Cell[] = [];
  let counted = true;
  for (const arg of args) {
    const cell = tracer.expression(arg, scope);
    const ref = fieldsOf(arg, 'ColumnRef');
    const star = ref?.fields?.some((field) => 'A_Star' in field) ?? false;
    if (star && cell.shape === undefined) counted = false;
    if (star && cell.shape !== undefined) cells.push(...allCells(cell.shape));
    else cells.push(cell);
  }
  const names = cells.map((_, index) => `f${index + 1}`);
  return derived(cells, { shape: counted ? new FixedColumns(names, cells) : undefined, composite: true });
}

/** `(x).field`, `x[1]`, `(x).*` as a value. */
function traceIndirection(tracer: Tracer, expr: A_Indirection, scope: Scope): Cell {
  let cell = tracer.expression(expr.arg, scope);
  for (const step of expr.indirection ?? []) {
    const field = stringOf(step);
    if (field !== undefined) cell = fieldOf(cell, field);
    else if (fieldsOf(step, 'A_Indices') !== undefined)
      cell = derived([cell, ...childCells(tracer, step, scope)], partsOf(cell));
  }
  return cell;
}

function partsOf(cell: Cell) {
  return cell.composite ? { composite: true } : undefined;
}

/** One field of a composite value; all of the value where its fields are not known. */
export function fieldOf(cell: Cell, field: string): Cell {
  const indexes = cell.shape?.indexesOf(field) ?? [];
  const { shape } = cell;
  // `(p).age` calls the function age(p) where the row has no such column.
  if (shape !== undefined && indexes.length === 0) return derived([cell, OPAQUE]);
  if (shape === undefined) return derived([cell], cell === HARMLESS ? undefined : { composite: true });
  return union(indexes.map((index) => shape.cellAt(index)));
}
