import type { TypeName } from '@pgsql/types';
import { nameParts, relationFromParts } from '../ast.ts';
import type { CatalogIndex } from './catalog-index.ts';
import type { ColumnList } from './cell.ts';

/** Types whose casts PostgreSQL, or an extension everybody knows, brings along. */
const TYPES = new Set(
  `bool boolean int2 int4 int8 smallint integer int bigint float4 float8 real numeric decimal money text varchar bpchar
  char name bytea date time timetz timestamp timestamptz interval uuid json jsonb jsonpath xml inet cidr macaddr macaddr8
  bit varbit oid xid xid8 cid tid regclass regtype regproc regprocedure regoper regoperator regnamespace regrole
  regconfig regdictionary regcollation tsvector tsquery point line lseg box path polygon circle int4range int8range
  numrange tsrange tstzrange daterange int4multirange int8multirange nummultirange tsmultirange tstzmultirange
  datemultirange pg_lsn pg_snapshot txid_snapshot aclitem refcursor int2vector oidvector pg_node_tree unknown record
  citext hstore ltree lquery ltxtquery geometry geography box2d box3d raster vector halfvec sparsevec cube seg isbn ean13
  cardinal_number character_data sql_identifier time_stamp yes_or_no`.split(/\s+/u),
);

const OWN_SCHEMAS = new Set(['pg_catalog', 'information_schema']);

/** True for types of PostgreSQL's own and of well-known extensions. */
export function isBuiltinType(type: TypeName): boolean {
  const parts = nameParts(type.names);
  const schema = parts.at(-2);
  if (schema !== undefined && OWN_SCHEMAS.has(schema)) return true;
  return TYPES.has(parts.at(-1) ?? '');
}

/** The columns of a relation's row type. */
export function typeColumns(index: CatalogIndex | undefined, type: TypeName): ColumnList | undefined {
  if ((type.arrayBounds?.length ?? 0) > 0) return undefined;
  const parts = nameParts(type.names);
  if (TYPES.has(parts.at(-1) ?? '')) return undefined;
  return index?.find(relationFromParts(parts));
}

/** Names of the grammar and their like, as format_type() prints them. */
const PRINTED = new Map(
  `bool boolean
int2 smallint
int4 integer
int integer
int8 bigint
float4 real
float8 double precision
decimal numeric
varchar character varying
bpchar character
char character
time time without time zone
timetz time with time zone
timestamp timestamp without time zone
timestamptz timestamp with time zone
varbit bit varying`
    .split('\n')
    .map((line): [string, string] => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
);

/** True when the database has a cast of its own to that type, whatever from. */
export function callsCast(tracer: { readonly index: CatalogIndex | undefined }, type: TypeName): boolean {
  const name = nameParts(type.names).at(-1) ?? '';
  return tracer.index?.hasCastTo(PRINTED.get(name) ?? name) ?? false;
}
