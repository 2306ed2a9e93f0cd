import type { InsertStmt, MergeStmt, Node, SelectStmt, UpdateStmt } from '@pgsql/types';
import type { RelationRef } from '../../model/sql.ts';
import { allFieldsOf, constantOf, fieldsOf, isTreeObject, relationRef } from './ast.ts';

/** A column that a statement writes: by its name, or by its place (from 0) where the statement names none. */
export interface WrittenColumn {
  readonly relation: RelationRef;
  readonly column: string | number;
}

/** Told of everything that a statement may put into a column. */
export interface StoredSink {
  constant(column: WrittenColumn, text: string): void;
  parameter(column: WrittenColumn, number: number): void;
}

/**
 * What INSERT, UPDATE and MERGE, wherever they stand in a statement, write from constants and parameters. Says too much
 * rather than too little: all of an expression counts for its column, and what stands in WITH, FROM or USING for every
 * column of its statement. Values that functions or other tables give are not followed.
 */
export function storedValues(tree: unknown, sink: StoredSink): void {
  eachObject(tree, (node) => {
    const insert = fieldsOf(node, 'InsertStmt');
    if (insert !== undefined) ofInsert(insert, sink);
    const update = fieldsOf(node, 'UpdateStmt');
    if (update !== undefined) ofUpdate(update, sink);
    const merge = fieldsOf(node, 'MergeStmt');
    if (merge !== undefined) ofMerge(merge, sink);
  });
}

/** What EXECUTE runs, and with what: for each parameter the constants in it. */
export interface Executed {
  readonly name: string;
  readonly values: readonly (readonly string[])[];
}

export function executedStatement(tree: unknown): Executed | undefined {
  const execute = fieldsOf(tree, 'ExecuteStmt');
  return execute && { name: execute.name ?? '', values: (execute.params ?? []).map(constantsOf) };
}

/** Every object below a value, itself included, without recursion: trees may be as deep as they like. */
function eachObject(value: unknown, visit: (node: object) => void): void {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (Array.isArray(next)) open.push(...next.toReversed());
    else if (isTreeObject(next)) {
      visit(next);
      for (const key in next) open.push(next[key]);
    }
  }
}

function constantsOf(value: unknown): readonly string[] {
  const texts: string[] = [];
  eachObject(value, (node) => {
    const constant = fieldsOf(node, 'A_Const') === undefined ? undefined : constantOf(node);
    if (constant?.type === 'string' || constant?.type === 'number') texts.push(constant.value);
  });
  return texts;
}

/** Hands all constants and parameters below `value` to each of the columns. */
function give(value: unknown, columns: readonly WrittenColumn[], sink: StoredSink): void {
  if (columns.length === 0) return;
  eachObject(value, (node) => {
    const parameter = fieldsOf(node, 'ParamRef')?.number;
    const constant = fieldsOf(node, 'A_Const') === undefined ? undefined : constantOf(node);
    for (const column of columns) {
      if (parameter !== undefined) sink.parameter(column, parameter);
      if (constant?.type === 'string' || constant?.type === 'number') sink.constant(column, constant.value);
    }
  });
}

/** The columns of a list, or as many places as are asked for. */
function columnsOf(relation: RelationRef, cols: readonly Node[] | undefined) {
  const names =
    cols === undefined ? undefined : allFieldsOf([...cols], 'ResTarget').map(({ name }) => name ?? '');
  return {
    at: (place: number): WrittenColumn => ({ relation, column: names?.[place] ?? place }),
    all: (count: number): readonly WrittenColumn[] =>
      Array.from({ length: names?.length ?? count }, (_, place) => ({
        relation,
        column: names?.[place] ?? place,
      })),
  };
}

type Columns = ReturnType<typeof columnsOf>;

function ofInsert(insert: InsertStmt, sink: StoredSink): void {
  const relation = relationRef(insert.relation);
  const columns = columnsOf(relation, insert.cols);
  const width = fromQuery(fieldsOf(insert.selectStmt, 'SelectStmt'), columns, sink);
  give(insert.withClause, columns.all(width), sink);
  assigned(insert.onConflictClause?.targetList, relation, sink);
}

/** Hands on what a query gives, place by place; gives back how many places it has. */
function fromQuery(query: SelectStmt | undefined, columns: Columns, sink: StoredSink): number {
  let width = 0;
  const open = query === undefined ? [] : [query];
  const spread: unknown[] = [];
  for (let select = open.pop(); select !== undefined; select = open.pop()) {
    if (select.larg !== undefined) open.push(select.larg);
    if (select.rarg !== undefined) open.push(select.rarg);
    spread.push(select.withClause, select.fromClause);
    const rows = (select.valuesLists ?? []).map((row) => fieldsOf(row, 'List')?.items ?? []);
    const targets = allFieldsOf(select.targetList, 'ResTarget').map(({ val }) => val);
    for (const row of [...rows, targets]) {
      width = Math.max(width, row.length);
      row.forEach((value, place) => {
        give(value, [columns.at(place)], sink);
      });
    }
  }
  give(spread, columns.all(width), sink);
  return width;
}

/** SET a = …, (b, c) = …: of the second all of it counts for each. Gives back the columns. */
function assigned(
  targets: readonly Node[] | undefined,
  relation: RelationRef,
  sink: StoredSink,
): readonly WrittenColumn[] {
  return allFieldsOf(targets === undefined ? undefined : [...targets], 'ResTarget').map(
    ({ name = '', val }) => {
      const column = { relation, column: name };
      give(val, [column], sink);
      return column;
    },
  );
}

function ofUpdate(update: UpdateStmt, sink: StoredSink): void {
  const columns = assigned(update.targetList, relationRef(update.relation), sink);
  give([update.withClause, update.fromClause], columns, sink);
}

function ofMerge(merge: MergeStmt, sink: StoredSink): void {
  const relation = relationRef(merge.relation);
  const source = [merge.withClause, merge.sourceRelation];
  for (const clause of allFieldsOf(merge.mergeWhenClauses, 'MergeWhenClause')) {
    if (clause.commandType !== 'CMD_INSERT') {
      give(source, assigned(clause.targetList, relation, sink), sink);
      continue;
    }
    const values = clause.values ?? [];
    const columns = columnsOf(relation, clause.targetList?.length ? clause.targetList : undefined);
    values.forEach((value, place) => {
      give(value, [columns.at(place)], sink);
    });
    give(source, columns.all(values.length), sink);
  }
}
