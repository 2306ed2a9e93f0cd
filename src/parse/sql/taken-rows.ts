import type { Node } from '@pgsql/types';
import type { SqlStatement } from '../../model/sql.ts';
import { type RawText, rawText } from '../../model/text.ts';
import { fieldsOf, isNode } from './ast.ts';
import { deparseNode } from './deparse.ts';
import { isCalm } from './estimate.ts';
import { rawParse } from './library.ts';

/** A count of rows that go with others stops here. */
export const TAKEN_LIMIT = 10_001;

/** A table whose rows refer to those that a statement deletes or changes. */
export interface Referring {
  readonly schema: string;
  readonly name: string;
  /** Its columns, and those they refer to, one for one. */
  readonly columns: readonly string[];
  readonly referenced: readonly string[];
}

/**
 * Counts the rows of `referring` that refer to rows a DELETE or UPDATE acts on, up to TAKEN_LIMIT. Undefined where the
 * statement is of another kind, has a WITH or parameters, or would run more than known calm functions.
 */
export function takenRowsQuery(statement: SqlStatement, referring: Referring): RawText | undefined {
  if (statement.parameters > 0 || !isNode(statement.tree) || referring.columns.length === 0) return undefined;
  const rows = changedRows(statement.tree, referring.referenced);
  if (rows === undefined) return undefined;
  const columns = referring.columns.map((column) => `guard_taken.${quoted(column)}`).join(', ');
  const from = `${quoted(referring.schema)}.${quoted(referring.name)} guard_taken`;
  const text = `SELECT count(*) FROM (SELECT 1 FROM ${from} WHERE (${columns}) IN (${rows}) LIMIT ${TAKEN_LIMIT}) guard_rows`;
  const parsed = rawParse(text);
  return 'result' in parsed && parsed.result.stmts?.length === 1 ? rawText(text) : undefined;
}

/** `SELECT columns FROM t WHERE …`: the rows that a DELETE or UPDATE acts on. */
function changedRows(node: Node, columns: readonly string[]): string | undefined {
  const erase = fieldsOf(node, 'DeleteStmt');
  const write = erase ?? fieldsOf(node, 'UpdateStmt');
  const name = write?.relation?.alias?.aliasname ?? write?.relation?.relname;
  if (write?.relation === undefined || name === undefined || write.withClause !== undefined) return undefined;
  const others = erase?.usingClause ?? fieldsOf(node, 'UpdateStmt')?.fromClause ?? [];
  if (!isCalm(others) || !isCalm(write.whereClause)) return undefined;
  return deparseNode({
    SelectStmt: {
      targetList: columns.map((column) => ({ ResTarget: { val: columnNode(name, column) } })),
      fromClause: [{ RangeVar: write.relation }, ...others],
      ...(write.whereClause === undefined ? {} : { whereClause: write.whereClause }),
      limitOption: 'LIMIT_OPTION_DEFAULT',
      op: 'SETOP_NONE',
    },
  });
}

function columnNode(table: string, column: string): Node {
  return { ColumnRef: { fields: [{ String: { sval: table } }, { String: { sval: column } }] } };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
