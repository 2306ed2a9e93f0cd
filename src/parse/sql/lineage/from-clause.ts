import type { JoinExpr, RangeSubselect, RangeTableFunc } from '@pgsql/types';
import { fieldsOf, type Node, tagOf } from '../ast.ts';
import { type Cell, derived, HARMLESS, OPAQUE } from './cell.ts';
import { FixedColumns, NO_COLUMNS } from './column-list.ts';
import { functionItem } from './from-function.ts';
import { joinItems } from './join.ts';
import { jsonTableItem } from './json-table.ts';
import { traceFilter } from './probe.ts';
import { relationItem, tableItem } from './relation.ts';
import { type Item, Scope } from './scope.ts';
import { UNKNOWN_TABLE } from './table.ts';
import type { Tracer } from './tracer.ts';

/** Puts the items of FROM into the scope, from left to right. */
export function traceFrom(tracer: Tracer, nodes: readonly Node[] | undefined, scope: Scope): void {
  for (const node of nodes ?? [])
    scope.items.push(...fromItems(tracer, node, { scope, before: scope.items }));
}

interface Place {
  readonly scope: Scope;
  /** What stands to the left: LATERAL sees it. */
  readonly before: readonly Item[];
}

function fromItems(tracer: Tracer, node: Node, place: Place): readonly Item[] {
  if (!tracer.enter()) return [unknown(undefined)];
  const items = oneItem(tracer, node, place);
  tracer.leave();
  return items;
}

function oneItem(tracer: Tracer, node: Node, place: Place): readonly Item[] {
  const range = fieldsOf(node, 'RangeVar');
  if (range !== undefined) return [relationItem(tracer, range, place.scope)];
  const join = fieldsOf(node, 'JoinExpr');
  if (join !== undefined) return fromJoin(tracer, join, place);
  const sub = fieldsOf(node, 'RangeSubselect');
  if (sub !== undefined) return [fromSubselect(tracer, sub, place)];
  const call = fieldsOf(node, 'RangeFunction');
  if (call !== undefined) return [functionItem(tracer, call, lateral(place))];
  return otherItem(tracer, node, place);
}

function otherItem(tracer: Tracer, node: Node, place: Place): readonly Item[] {
  const sample = fieldsOf(node, 'RangeTableSample');
  if (sample?.relation !== undefined) {
    for (const arg of sample.args ?? []) tracer.expression(arg, place.scope);
    return fromItems(tracer, sample.relation, place);
  }
  const xml = fieldsOf(node, 'RangeTableFunc');
  if (xml !== undefined) return [fromXmlTable(tracer, xml, lateral(place))];
  const json = fieldsOf(node, 'JsonTable');
  if (json !== undefined) return [jsonTableItem(tracer, json, lateral(place))];
  tracer.miss(`(${tagOf(node) ?? 'nothing'} in FROM)`);
  return [unknown(undefined)];
}

function unknown(name: string | undefined): Item {
  return {
    name,
    columns: NO_COLUMNS,
    open: OPAQUE,
    uncounted: true,
    qualified: true,
    bare: true,
    physical: 'maybe',
  };
}

/** A scope that sees what stands to the left, then what is further out. */
function lateral(place: Place): Scope {
  const { scope, before } = place;
  const made = new Scope(scope.parent, [...before], scope.ctes);
  // What a lateral item adds to the number of rows counts for the whole level.
  return new LateralScope(made, scope);
}

class LateralScope extends Scope {
  override readonly counts: Cell[];

  constructor(seen: Scope, level: Scope) {
    super(seen.parent, seen.items, seen.ctes);
    this.counts = level.counts;
  }
}

function fromJoin(tracer: Tracer, join: JoinExpr, place: Place): readonly Item[] {
  if (join.larg === undefined || join.rarg === undefined) return [unknown(undefined)];
  const left = fromItems(tracer, join.larg, place);
  const right = fromItems(tracer, join.rarg, { ...place, before: [...place.before, ...left] });
  const { scope } = place;
  if (join.quals !== undefined)
    traceFilter(tracer, join.quals, lateral({ scope, before: [...left, ...right] }));
  return joinItems(tracer, join, { left, right, scope });
}

function fromSubselect(tracer: Tracer, sub: RangeSubselect, place: Place): Item {
  const select = fieldsOf(sub.subquery, 'SelectStmt');
  const { scope } = place;
  const outer = sub.lateral ? lateral(place) : new Scope(scope.parent, [], scope.ctes);
  const before = tracer.touched;
  // The scope of a plain FROM subquery holds no items: its names are looked up further out.
  const table = select === undefined ? UNKNOWN_TABLE : tracer.query(select, outer);
  scope.counts.push(table.count);
  return tableItem(table, { name: undefined, alias: sub.alias, generated: tracer.touched === before });
}

/** XMLTABLE: every column may show any part of the document. */
function fromXmlTable(tracer: Tracer, xml: RangeTableFunc, scope: Scope): Item {
  const inputs = [xml.docexpr, xml.rowexpr, ...(xml.namespaces ?? [])].map((each) =>
    tracer.expression(each, scope),
  );
  const names: string[] = [];
  const cells: Cell[] = [];
  for (const node of xml.columns ?? []) {
    const column = fieldsOf(node, 'RangeTableFuncCol');
    names.push(column?.colname ?? '');
    const extra = [column?.colexpr, column?.coldefexpr].map((each) => tracer.expression(each, scope));
    cells.push(column?.for_ordinality ? HARMLESS : derived([...inputs, ...extra]));
  }
  const count = derived(inputs);
  scope.counts.push(count);
  return tableItem(
    { columns: new FixedColumns(names, cells), open: undefined, count },
    { name: 'xmltable', alias: xml.alias, generated: true },
  );
}
