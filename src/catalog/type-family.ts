/** Groups of PostgreSQL types that can hold the same kinds of value. */
export type TypeFamily =
  | 'text'
  | 'integer'
  | 'number'
  | 'date'
  | 'time'
  | 'boolean'
  | 'uuid'
  | 'json'
  | 'bytes'
  | 'array'
  | 'network'
  | 'geometry'
  | 'other'
  | 'unknown';

const FAMILIES: ReadonlyMap<string, TypeFamily> = new Map<string, TypeFamily>(
  (
    [
      [
        'text',
        'text varchar character char bpchar name citext string nvarchar clob tinytext longtext mediumtext',
      ],
      ['integer', 'integer int int2 int4 int8 smallint bigint serial bigserial smallserial oid tinyint'],
      ['number', 'numeric decimal real double float float4 float8 money number'],
      ['date', 'date timestamp timestamptz datetime abstime'],
      ['time', 'time timetz interval'],
      ['boolean', 'boolean bool bit varbit'],
      ['uuid', 'uuid'],
      ['json', 'json jsonb hstore xml'],
      ['bytes', 'bytea blob longblob lo'],
      ['network', 'inet cidr macaddr macaddr8'],
      ['geometry', 'point line lseg box path polygon circle geometry geography'],
    ] as const
  ).flatMap(([family, names]) => names.split(' ').map((name): [string, TypeFamily] => [name, family])),
);

/** The family of a type as format_type() or DDL spells it: `character varying(20)`, `text[]`, `pg_catalog.int4`. */
export function typeFamily(type: string): TypeFamily {
  const plain = type.trim().toLowerCase();
  if (plain === '') return 'unknown';
  if (plain.endsWith(']')) return 'array';
  const words = plain.replace(/"/g, '').split(/[\s(]/, 1)[0] ?? '';
  const name = words.slice(words.lastIndexOf('.') + 1);
  return FAMILIES.get(name) ?? 'other';
}
