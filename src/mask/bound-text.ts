import { type CellKind, cellKind } from './pg-types.ts';
import { writeUuid } from './uuid-text.ts';

const decoder = new TextDecoder();
const MS_2000 = Date.UTC(2000, 0, 1);
const MS_A_DAY = 86_400_000;
const MICROSECONDS_A_MS = 1_000n;
const LONGEST = 10_000_000;
const DATE_CHARS = 10;

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes of each fixed-size kind that is read. */
const SIZES: ReadonlyMap<CellKind, number> = new Map([
  ['int2', 2],
  ['int4', 4],
  ['int8', 8],
  ['date', 4],
  ['timestamp', 8],
  ['timestamptz', 8],
  ['uuid', 16],
]);

/** A moment as PostgreSQL writes it, without its time when that is midnight; empty beyond the calendar. */
function dateText(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return '';
  const iso = date.toISOString();
  return ms % MS_A_DAY === 0 ? iso.slice(0, DATE_CHARS) : iso;
}

/** A value in binary format as the text it stands for, for the kinds whose masks are recognised by their column. */
export function binaryText(value: Uint8Array, typeOid: number): string {
  const kind = cellKind(typeOid);
  const size = SIZES.get(kind);
  if (size !== undefined && value.length !== size) return '';
  switch (kind) {
    case 'int2':
      return String(view(value).getInt16(0));
    case 'int4':
      return String(view(value).getInt32(0));
    case 'int8':
      return String(view(value).getBigInt64(0));
    case 'date':
      return dateText(MS_2000 + view(value).getInt32(0) * MS_A_DAY);
    case 'timestamp':
    case 'timestamptz':
      return dateText(MS_2000 + Number(view(value).getBigInt64(0) / MICROSECONDS_A_MS));
    case 'uuid':
      return decoder.decode(writeUuid(value));
    case 'jsonb':
      return decoder.decode(value.subarray(1, LONGEST));
    default:
      return decoder.decode(value.subarray(0, LONGEST));
  }
}
