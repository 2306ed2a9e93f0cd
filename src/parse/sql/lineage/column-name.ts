import { type FieldsOf, fieldsOf, type Node, nameParts, type Tag, tagOf } from '../ast.ts';

/** PostgreSQL's FigureColname (parse_target.c): a name, and whether a cast around it may rename it (`weak`). */
interface Figured {
  readonly name: string;
  readonly weak: boolean;
}

/** The name of the single column of a subquery, where the caller knows it. */
export type SubqueryName = (node: Node) => string | undefined;

const UNNAMED = '?column?';

type Figure = (node: Node, subquery: SubqueryName) => Figured | undefined;

function on<T extends Tag>(
  tag: T,
  figure: (fields: FieldsOf<T>, subquery: SubqueryName) => Figured | undefined,
): [string, Figure] {
  return [
    tag,
    (node, subquery) => {
      const fields = fieldsOf(node, tag);
      return fields === undefined ? undefined : figure(fields, subquery);
    },
  ];
}

function strong(name: string | undefined): Figured | undefined {
  return name === undefined ? undefined : { name, weak: false };
}

function always(tag: Tag, name: string): [string, Figure] {
  return [tag, () => strong(name)];
}

/** PostgreSQL's names of XmlExpr operations. */
const XML_NAMES: Readonly<Record<string, string>> = {
  IS_XMLCONCAT: 'xmlconcat',
  IS_XMLELEMENT: 'xmlelement',
  IS_XMLFOREST: 'xmlforest',
  IS_XMLPARSE: 'xmlparse',
  IS_XMLPI: 'xmlpi',
  IS_XMLROOT: 'xmlroot',
  IS_XMLSERIALIZE: 'xmlserialize',
};

const JSON_NAMES: Readonly<Record<string, string>> = {
  JSON_EXISTS_OP: 'json_exists',
  JSON_QUERY_OP: 'json_query',
  JSON_VALUE_OP: 'json_value',
};

const FIGURES = new Map<string, Figure>([
  on('ColumnRef', (ref) => strong(nameParts(ref.fields).at(-1))),
  on('FuncCall', (call) => strong(nameParts(call.funcname).at(-1))),
  on('A_Indirection', (expr, subquery) => {
    const field = nameParts(expr.indirection).at(-1);
    return field === undefined ? figure(expr.arg, subquery) : strong(field);
  }),
  on('A_Expr', (expr) => (expr.kind === 'AEXPR_NULLIF' ? strong('nullif') : undefined)),
  on('TypeCast', (cast, subquery) => {
    const inner = figure(cast.arg, subquery);
    const type = nameParts(cast.typeName?.names).at(-1);
    if (inner !== undefined && !inner.weak) return inner;
    return type === undefined ? inner : { name: type, weak: true };
  }),
  on('CollateClause', (clause, subquery) => figure(clause.arg, subquery)),
  on('CaseExpr', (expr, subquery) => {
    const otherwise = figure(expr.defresult, subquery);
    return otherwise === undefined || otherwise.weak ? { name: 'case', weak: true } : otherwise;
  }),
  on('SubLink', (link, subquery) => {
    if (link.subLinkType === 'EXISTS_SUBLINK') return strong('exists');
    if (link.subLinkType === 'ARRAY_SUBLINK') return strong('array');
    const { subselect } = link;
    return link.subLinkType === 'EXPR_SUBLINK' && subselect !== undefined
      ? strong(subquery(subselect))
      : undefined;
  }),
  on('MinMaxExpr', (expr) => strong(expr.op === 'IS_LEAST' ? 'least' : 'greatest')),
  on('SQLValueFunction', (call) => strong(valueFunctionName(call.op))),
  on('XmlExpr', (expr) => strong(expr.op === undefined ? undefined : XML_NAMES[expr.op])),
  on('JsonFuncExpr', (expr) => strong(expr.op === undefined ? undefined : JSON_NAMES[expr.op])),
  always('XmlSerialize', 'xmlserialize'),
  always('GroupingFunc', 'grouping'),
  always('MergeSupportFunc', 'merge_action'),
  always('A_ArrayExpr', 'array'),
  always('RowExpr', 'row'),
  always('CoalesceExpr', 'coalesce'),
  always('JsonParseExpr', 'json'),
  always('JsonScalarExpr', 'json_scalar'),
  always('JsonSerializeExpr', 'json_serialize'),
  always('JsonObjectConstructor', 'json_object'),
  always('JsonArrayConstructor', 'json_array'),
  always('JsonArrayQueryConstructor', 'json_array'),
  always('JsonObjectAgg', 'json_objectagg'),
  always('JsonArrayAgg', 'json_arrayagg'),
]);

/** `SVFOP_CURRENT_TIME_N` → `current_time`. */
function valueFunctionName(op: string | undefined): string | undefined {
  return op
    ?.replace(/^SVFOP_/u, '')
    .replace(/_N$/u, '')
    .toLowerCase();
}

function figure(node: Node | undefined, subquery: SubqueryName): Figured | undefined {
  const tag = node === undefined ? undefined : tagOf(node);
  if (node === undefined || tag === undefined) return undefined;
  return FIGURES.get(tag)?.(node, subquery);
}

/** The name PostgreSQL gives to an output column without AS. */
export function columnName(node: Node, subquery: SubqueryName = () => undefined): string {
  return figure(node, subquery)?.name ?? UNNAMED;
}
