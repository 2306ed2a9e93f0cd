/** What kind of value a type's cells hold, for choosing a mask that stays valid. OIDs from PostgreSQL's pg_type.dat. */
export type CellKind =
  | 'text'
  | 'char'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'numeric'
  | 'float4'
  | 'float8'
  /** Numbers of the system's own, and money: read by people only. */
  | 'number4'
  | 'number8'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'time'
  | 'timetz'
  | 'interval'
  | 'uuid'
  | 'json'
  | 'jsonb'
  | 'xml'
  | 'bytes'
  | 'array'
  | 'textArray'
  | 'multirange'
  | 'inet'
  | 'cidr'
  | 'mac'
  | 'mac8'
  | 'range'
  | 'tsvector'
  /** Only SQL NULL is known to be valid. */
  | 'other';

const KINDS: ReadonlyMap<number, CellKind> = new Map<number, CellKind>(
  (
    [
      ['text', [19, 25, 705, 1042, 1043, 2275]],
      ['char', [18]],
      ['int2', [21]],
      ['int4', [23]],
      ['int8', [20]],
      ['numeric', [1700]],
      ['float4', [700]],
      ['float8', [701]],
      ['number4', [26, 28]],
      ['number8', [790, 5069]],
      ['date', [1082]],
      ['timestamp', [1114]],
      ['timestamptz', [1184]],
      ['time', [1083]],
      ['timetz', [1266]],
      ['interval', [1186]],
      ['uuid', [2950]],
      ['json', [114]],
      ['jsonb', [3802]],
      ['xml', [142]],
      ['bytes', [17]],
      ['textArray', [1002, 1003, 1009, 1014, 1015, 1263]],
      [
        'array',
        [
          143, 199, 271, 629, 651, 719, 775, 791, 1000, 1001, 1005, 1006, 1007, 1008, 1010, 1011, 1012, 1013,
          1016, 1017, 1018, 1019, 1020, 1021, 1022, 1027, 1028, 1034, 1040, 1041, 1115, 1182, 1183, 1185,
          1187, 1231, 1270, 1561, 1563, 2201, 2207, 2208, 2209, 2210, 2211, 2287, 2949, 2951, 3221, 3643,
          3644, 3645, 3735, 3770, 3807, 3905, 3907, 3909, 3911, 3913, 3927, 4073, 4090, 4097, 4192, 6150,
          6151, 6152, 6153, 6155, 6157, 5039,
        ],
      ],
      ['inet', [869]],
      ['cidr', [650]],
      ['mac', [829]],
      ['mac8', [774]],
      ['range', [3904, 3906, 3908, 3910, 3912, 3926]],
      ['multirange', [4451, 4532, 4533, 4534, 4535, 4536]],
      ['tsvector', [3614]],
    ] as const
  ).flatMap(([kind, oids]) => oids.map((oid): [number, CellKind] => [oid, kind])),
);

/** Element types of the arrays that clients read in binary format. */
const ELEMENTS: ReadonlyMap<number, number> = new Map([
  [1000, 16],
  [1001, 17],
  [1002, 18],
  [1003, 19],
  [1005, 21],
  [1007, 23],
  [1009, 25],
  [1014, 1042],
  [1015, 1043],
  [1016, 20],
  [1021, 700],
  [1022, 701],
  [1028, 26],
  [1041, 869],
  [1115, 1114],
  [1182, 1082],
  [1183, 1083],
  [1185, 1184],
  [1187, 1186],
  [1231, 1700],
  [1270, 1266],
  [199, 114],
  [2951, 2950],
  [3807, 3802],
]);

/** The element type of an array type, where guard knows it. */
export function elementOf(array: number): number | undefined {
  return ELEMENTS.get(array);
}

/** What a type modifier counts its size from (VARHDRSZ). */
const MODIFIER_BASE = 4;
const SIZED_TEXT = new Set([1042, 1043]);
const NUMERIC = 1700;
const PRECISION_SHIFT = 16;

/** Characters (varchar(n), char(n)) or digits before the point (numeric(p, s)) that a column takes; undefined: any number. */
export function widthOf(typeOid: number, modifier = -1): number | undefined {
  if (modifier < MODIFIER_BASE) return undefined;
  const size = modifier - MODIFIER_BASE;
  if (SIZED_TEXT.has(typeOid)) return size;
  if (typeOid !== NUMERIC) return undefined;
  // A negative scale (PostgreSQL 15 on, 11 bits) rounds: no number of ours would survive it.
  const scale = size & 0x7ff;
  return scale > 0x3ff ? 0 : Math.max(0, (size >> PRECISION_SHIFT) - scale);
}

/** First OID that initdb does not hand out (FirstNormalObjectId): enums, composites, extensions' types. */
const FIRST_USER_TYPE = 16_384;
const TEXT_LIKE = new Set<CellKind>(['text', 'textArray', 'json', 'jsonb', 'xml', 'tsvector']);

/** The kind of a type; `name` (as format_type() prints it) helps with extension types that have no fixed OID. */
export function cellKind(oid: number, name?: string): CellKind {
  if (oid >= FIRST_USER_TYPE)
    return name === 'citext' || name?.endsWith('.citext') === true ? 'text' : 'other';
  return KINDS.get(oid) ?? 'other';
}

/** Whether free text can stand in a cell of this kind: only such cells are scanned for values. */
export function isTextLike(kind: CellKind): boolean {
  return TEXT_LIKE.has(kind);
}
