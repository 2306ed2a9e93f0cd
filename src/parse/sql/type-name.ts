import type { TypeName } from '@pgsql/types';
import { nameParts } from './ast.ts';

/** Internal names as format_type() prints them (PostgreSQL's format_type.c); every other type keeps its name. */
const DISPLAYED: Readonly<Record<string, string>> = {
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bool: 'boolean',
  bpchar: 'character',
  varchar: 'character varying',
  varbit: 'bit varying',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  time: 'time without time zone',
  timetz: 'time with time zone',
  decimal: 'numeric',
  serial: 'integer',
  serial4: 'integer',
  bigserial: 'bigint',
  serial8: 'bigint',
  smallserial: 'smallint',
  serial2: 'smallint',
};

/** A type without its modifiers, as format_type() of the base type prints it: `timestamp with time zone`, `text[]`. */
export function displayedType(type: TypeName | undefined): string {
  const parts = nameParts(type?.names);
  const name = parts.at(-1) ?? 'unknown';
  const schema = parts.at(-2);
  const own = schema === undefined || schema === 'pg_catalog';
  const base = own
    ? Object.hasOwn(DISPLAYED, name)
      ? (DISPLAYED[name] ?? name)
      : name
    : `${schema}.${name}`;
  return (type?.arrayBounds?.length ?? 0) > 0 ? `${base}[]` : base;
}
