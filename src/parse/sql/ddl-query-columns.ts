import { allFieldsOf, fieldsOf, type Node, nameParts, relationRef } from './ast.ts';
import type { DraftCatalog } from './ddl-draft.ts';
import { displayedType } from './type-name.ts';

interface QueryColumn {
  readonly name: string;
  readonly type: string;
}

/**
 * Names (and where plain, types) of a query's output columns, as CREATE VIEW and CREATE TABLE AS give them to the new
 * relation; undefined when `*` stands for something that is not known.
 */
export function queryColumns(
  query: Node | undefined,
  catalog: DraftCatalog,
): readonly QueryColumn[] | undefined {
  const select = fieldsOf(query, 'SelectStmt');
  if (select === undefined) return undefined;
  if (select.larg !== undefined) return queryColumns({ SelectStmt: select.larg }, catalog);
  const columns: QueryColumn[] = [];
  for (const target of allFieldsOf(select.targetList, 'ResTarget')) {
    const star = starQualifier(target.val);
    if (star === undefined) {
      columns.push({
        name: target.name ?? outputName(target.val),
        type: outputType(target.val, select.fromClause, catalog),
      });
      continue;
    }
    const expanded = expandStar(star, select.fromClause, catalog);
    if (expanded === undefined) return undefined;
    columns.push(...expanded);
  }
  return columns;
}

/** '' for `*`, the qualifier for `t.*`, undefined for anything else. */
function starQualifier(node: Node | undefined): string | undefined {
  const fields = fieldsOf(node, 'ColumnRef')?.fields ?? [];
  if (fieldsOf(fields.at(-1), 'A_Star') === undefined) return undefined;
  return nameParts(fields).at(-1) ?? '';
}

function expandStar(
  qualifier: string,
  from: readonly Node[] | undefined,
  catalog: DraftCatalog,
): readonly QueryColumn[] | undefined {
  const columns: QueryColumn[] = [];
  for (const item of from ?? []) {
    const range = fieldsOf(item, 'RangeVar');
    if (range === undefined) return undefined;
    const alias = range.alias?.aliasname ?? range.relname ?? '';
    if (qualifier !== '' && alias !== qualifier) continue;
    const relation = catalog.find(relationRef(range));
    if (relation === undefined) return undefined;
    columns.push(...relation.columns.map(({ name, type }) => ({ name, type })));
  }
  return columns;
}

/** FigureColname of PostgreSQL's parse_target.c, for the everyday cases. */
function outputName(node: Node | undefined): string {
  const cast = fieldsOf(node, 'TypeCast');
  if (cast !== undefined) {
    const inner = outputName(cast.arg);
    return inner === '?column?' ? (nameParts(cast.typeName?.names).at(-1) ?? inner) : inner;
  }
  const named =
    nameParts(fieldsOf(node, 'ColumnRef')?.fields).at(-1) ??
    nameParts(fieldsOf(node, 'FuncCall')?.funcname).at(-1);
  if (named !== undefined) return named;
  if (fieldsOf(node, 'CoalesceExpr') !== undefined) return 'coalesce';
  if (fieldsOf(node, 'CaseExpr') !== undefined) return 'case';
  return '?column?';
}

function outputType(
  node: Node | undefined,
  from: readonly Node[] | undefined,
  catalog: DraftCatalog,
): string {
  const cast = fieldsOf(node, 'TypeCast');
  if (cast !== undefined) return displayedType(cast.typeName);
  const name = nameParts(fieldsOf(node, 'ColumnRef')?.fields).at(-1);
  if (name === undefined) return 'text';
  for (const range of allFieldsOf(from, 'RangeVar')) {
    const column = catalog.find(relationRef(range))?.columns.find((each) => each.name === name);
    if (column !== undefined) return column.type;
  }
  return 'text';
}
