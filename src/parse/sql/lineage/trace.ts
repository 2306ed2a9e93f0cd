import type { CopyStmt } from '@pgsql/types';
import type { OutputColumn, Outputs } from '../../../model/lineage.ts';
import type { SqlStatement } from '../../../model/sql.ts';
import { fieldsOf, isNode, type Node, nameParts } from '../ast.ts';
import { type ColumnList, OPAQUE } from './cell.ts';
import { lineageOf } from './lineage.ts';
import { outputsOf } from './outputs.ts';
import type { ReadSet } from './read-set.ts';
import { findRelation, relationColumns } from './relation.ts';
import { Resolver } from './resolve.ts';
import { newTracer, traceStatement } from './statement.ts';
import type { LineageWorld, Tracer } from './tracer.ts';

const NONE: Outputs = { kind: 'none' };

const NOTHING_READ: ReadSet = {
  relations: [],
  unresolved: ['(no syntax tree)'],
  classes: [],
  probes: [],
  carriedClasses: [],
};

/** The grammar's own node of a statement. */
export function statementNode(statement: SqlStatement): Node | undefined {
  return isNode(statement.tree) ? statement.tree : undefined;
}

/**
 * Where the values of every output column come from. Conservative: a column that can't be followed is `opaque`,
 * and a statement whose columns can't be counted is opaque as a whole. `none` means that PostgreSQL sends no rows;
 * rows that come all the same must be treated as opaque.
 */
export function traceOutputs(statement: SqlStatement, world: LineageWorld): Outputs {
  const node = statementNode(statement);
  return node === undefined
    ? { kind: 'opaque', because: 'the statement has no syntax tree' }
    : lineageOf(node, world).outputs;
}

/** What a statement reads or writes at all, in outputs, conditions or assignments. */
export function readSet(statement: SqlStatement, world: LineageWorld): ReadSet {
  const node = statementNode(statement);
  return node === undefined ? NOTHING_READ : lineageOf(node, world).reads;
}

/** The columns that COPY … TO writes, in order; `none` for every other statement. */
export function traceCopy(statement: SqlStatement, world: LineageWorld): Outputs {
  const copy = fieldsOf(statementNode(statement), 'CopyStmt');
  if (copy === undefined || copy.is_from) return NONE;
  const tracer = newTracer(world);
  if (copy.query !== undefined) {
    const table = traceStatement(tracer, copy.query);
    return table === 'none'
      ? { kind: 'opaque', because: 'the query returns nothing' }
      : outputsOf(tracer, table);
  }
  return copiedRelation(tracer, copy);
}

function copiedRelation(tracer: Tracer, copy: CopyStmt): Outputs {
  const found = copy.relation === undefined ? undefined : findRelation(tracer, copy.relation);
  if (found === undefined)
    return { kind: 'opaque', because: `guard does not know ${copy.relation?.relname ?? 'the table'}` };
  const columns = relationColumns(tracer, found, []);
  const names = nameParts(copy.attlist);
  // Without a list, COPY leaves generated columns out.
  const indexes =
    names.length > 0
      ? names.map((name) => columns.indexesOf(name)[0])
      : found.relation.columns.flatMap((column, index) => (column.generated === undefined ? [index] : []));
  const resolver = new Resolver(tracer);
  return { kind: 'columns', columns: indexes.map((index) => copiedColumn(resolver, columns, index)) };
}

function copiedColumn(resolver: Resolver, columns: ColumnList, index: number | undefined): OutputColumn {
  if (index === undefined) return { name: '', ...resolver.resolve(OPAQUE) };
  return { name: columns.nameAt(index), ...resolver.resolve(columns.cellAt(index)) };
}
