import type { CreateTableAsStmt, RangeVar, SelectStmt } from '@pgsql/types';
import type { FilledColumn } from '../../../model/judge.ts';
import type { SqlStatement } from '../../../model/sql.ts';
import { allFieldsOf, fieldsOf, type Node } from '../ast.ts';
import type { Cell } from './cell.ts';
import { allCells } from './column-list.ts';
import { lineageOf } from './lineage.ts';
import { findRelation } from './relation.ts';
import { Resolver } from './resolve.ts';
import { Scope } from './scope.ts';
import { newTracer, traceStatement } from './statement.ts';
import { filledOfKnown } from './stored-classes.ts';
import type { Table } from './table.ts';
import { statementNode } from './trace.ts';
import type { LineageWorld, Tracer } from './tracer.ts';

/**
 * Columns without a class that a statement fills with values of columns that have one: from then on they hold the same.
 * Columns of a table that is being made are named by their position, and count also where guard can't tell what they
 * are made of.
 */
export function filledColumns(statement: SqlStatement, world: LineageWorld): readonly FilledColumn[] {
  const node = statementNode(statement);
  if (node === undefined) return [];
  const tracer = newTracer(world);
  const made = madeTable(tracer, node);
  if (made === undefined) return [...lineageOf(node, world).filled, ...filledByAlter(tracer, node)];
  return [...filledOfMade(tracer, made), ...filledOfKnown(tracer)];
}

interface Made {
  readonly into: RangeVar;
  readonly table: Table | 'none';
}

function madeTable(tracer: Tracer, node: Node): Made | undefined {
  const create: CreateTableAsStmt | undefined = fieldsOf(node, 'CreateTableAsStmt');
  if (create?.into?.rel !== undefined && create.query !== undefined)
    return { into: create.into.rel, table: traceStatement(tracer, create.query) };
  const select = fieldsOf(node, 'SelectStmt');
  const into = select === undefined ? undefined : intoOf(select);
  return select === undefined || into === undefined
    ? undefined
    : { into, table: tracer.query(select, Scope.root()) };
}

/** SELECT … INTO: the leftmost of a set operation carries it. */
function intoOf(select: SelectStmt): RangeVar | undefined {
  for (let level: SelectStmt | undefined = select; level !== undefined; level = level.larg)
    if (level.intoClause?.rel !== undefined) return level.intoClause.rel;
  return undefined;
}

function filledOfMade(tracer: Tracer, { into, table }: Made): readonly FilledColumn[] {
  const name = into.relname ?? '';
  const place = into.schemaname === undefined ? { name } : { schema: into.schemaname, name };
  if (table === 'none' || table.open !== undefined) return [{ kind: 'made', ...place, position: 'all' }];
  const cells = allCells(table.columns);
  const resolver = new Resolver(tracer);
  const filled = cells.map((cell) => mayHoldClassed(resolver, cell));
  if (tracer.lost) return [{ kind: 'made', ...place, position: 'all' }];
  return filled.flatMap((holds, position): readonly FilledColumn[] =>
    holds ? [{ kind: 'made', ...place, position }] : [],
  );
}

function mayHoldClassed(resolver: Resolver, cell: Cell): boolean {
  const { how, classes } = resolver.resolve(cell);
  return how === 'opaque' || classes.length > 0;
}

/** ALTER COLUMN … TYPE … USING writes the column anew; guard does not follow the expression. */
function filledByAlter(tracer: Tracer, node: Node): readonly FilledColumn[] {
  const alter = fieldsOf(node, 'AlterTableStmt');
  const relation = alter?.relation === undefined ? undefined : findRelation(tracer, alter.relation)?.relation;
  if (relation === undefined) return [];
  const names = allFieldsOf(alter?.cmds, 'AlterTableCmd')
    .filter(({ subtype, def }) => subtype === 'AT_AlterColumnType' && fieldsOf(def, 'ColumnDef')?.raw_default)
    .map(({ name }) => name);
  return relation.columns
    .filter(({ name }) => names.includes(name))
    .map(({ number }) => ({ kind: 'known', relation: relation.oid, column: number }));
}
