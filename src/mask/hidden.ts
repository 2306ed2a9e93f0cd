import type { CellShape } from './cell-shape.ts';
import type { CellKind } from './pg-types.ts';

const encoder = new TextEncoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);
const zeros = (count: number): Uint8Array => new Uint8Array(count);

/** The same for every value, so that not even its length shows. */
export const HIDDEN = '*****';

/** Instead of a text that is taken out. */
export const REMOVED = '[removed]';

/** What stands for a hidden value of each kind: valid input of the type, text format. `null` is SQL NULL. */
const TEXT: Readonly<Record<CellKind, Uint8Array | null>> = {
  text: bytes(HIDDEN),
  char: bytes('*'),
  int2: bytes('0'),
  int4: bytes('0'),
  int8: bytes('0'),
  numeric: bytes('0'),
  float4: bytes('0'),
  float8: bytes('0'),
  number4: bytes('0'),
  number8: bytes('0'),
  date: bytes('1900-01-01'),
  timestamp: bytes('1900-01-01 00:00:00'),
  timestamptz: bytes('1900-01-01 00:00:00+00'),
  time: bytes('00:00:00'),
  timetz: bytes('00:00:00+00'),
  interval: bytes('00:00:00'),
  uuid: bytes('00000000-0000-0000-0000-000000000000'),
  json: bytes(`"${HIDDEN}"`),
  jsonb: bytes(`"${HIDDEN}"`),
  xml: bytes('<masked/>'),
  bytes: bytes('\\x'),
  array: bytes('{}'),
  textArray: bytes('{}'),
  multirange: bytes('{}'),
  inet: bytes('0.0.0.0'),
  cidr: bytes('0.0.0.0/32'),
  mac: bytes('00:00:00:00:00:00'),
  mac8: bytes('00:00:00:00:00:00:00:00'),
  range: bytes('empty'),
  tsvector: bytes(''),
  // A false that is none would be read as an answer, and so would a made-up word of an enum.
  other: null,
};

const decoder = new TextDecoder();

/** The texts that stand for hidden values of every kind, but for those that are empty. */
export const HIDDEN_TEXTS: ReadonlySet<string> = new Set(
  [
    ...Object.values(TEXT).map((mask) => (mask === null ? '' : decoder.decode(mask))),
    REMOVED,
    '<removed/>',
  ].filter((text) => text !== ''),
);

/** 1900-01-01 in days before 2000-01-01. */
const DAYS_1900 = -36_524;
const MICROSECONDS_A_DAY = 86_400_000_000;
const IPV4 = 2;
const BITS = 32;

function days(): Uint8Array {
  const out = zeros(4);
  new DataView(out.buffer).setInt32(0, DAYS_1900);
  return out;
}

function microseconds(): Uint8Array {
  const out = zeros(8);
  new DataView(out.buffer).setBigInt64(0, BigInt(DAYS_1900 * MICROSECONDS_A_DAY));
  return out;
}

/** The same values as PostgreSQL's send functions write them. Arrays also name their elements. */
const BINARY: Readonly<Record<CellKind, Uint8Array | null>> = {
  text: TEXT.text,
  char: TEXT.char,
  int2: zeros(2),
  int4: zeros(4),
  int8: zeros(8),
  // No digits, weight 0, positive, no digits after the point (numeric_send).
  numeric: zeros(8),
  float4: zeros(4),
  float8: zeros(8),
  number4: zeros(4),
  number8: zeros(8),
  date: days(),
  timestamp: microseconds(),
  timestamptz: microseconds(),
  time: zeros(8),
  timetz: zeros(12),
  interval: zeros(16),
  uuid: zeros(16),
  json: TEXT.json,
  jsonb: Uint8Array.of(1, ...bytes(`"${HIDDEN}"`)),
  xml: TEXT.xml,
  bytes: zeros(0),
  array: null,
  textArray: null,
  multirange: zeros(4),
  // Family, bits, whether it is a cidr, length, address (network_send).
  inet: Uint8Array.of(IPV4, BITS, 0, 4, 0, 0, 0, 0),
  cidr: Uint8Array.of(IPV4, BITS, 1, 4, 0, 0, 0, 0),
  mac: zeros(6),
  mac8: zeros(8),
  // RANGE_EMPTY (range_send).
  range: Uint8Array.of(1),
  tsvector: zeros(4),
  other: null,
};

/** No dimensions, no NULLs, the element type (array_send). */
function emptyArray(element: number): Uint8Array {
  const out = zeros(12);
  new DataView(out.buffer).setUint32(8, element);
  return out;
}

/** What stands for every hidden value of a column: valid input of its type, in its format. `null` is SQL NULL. */
export function hiddenCell({ kind, format, width, element }: CellShape): Uint8Array | null {
  if (kind === 'text') return bytes(HIDDEN.slice(0, width));
  if (format === 'text') return TEXT[kind];
  const isArray = kind === 'array' || kind === 'textArray';
  return isArray && element !== undefined ? emptyArray(element) : BINARY[kind];
}

/** What stands for every value of a column that is taken out. */
export function removedCell(shape: CellShape): Uint8Array | null {
  const { kind, width } = shape;
  switch (kind) {
    case 'text':
      return width !== undefined && width < REMOVED.length ? hiddenCell(shape) : bytes(REMOVED);
    case 'json':
      return bytes(`"${REMOVED}"`);
    case 'jsonb':
      return shape.format === 'text' ? bytes(`"${REMOVED}"`) : Uint8Array.of(1, ...bytes(`"${REMOVED}"`));
    case 'xml':
      return bytes('<removed/>');
    default:
      return null;
  }
}
