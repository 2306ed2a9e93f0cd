import type { CellMasker } from '../model/row-masking.ts';
import type { CellShape } from './cell-shape.ts';
import { hiddenCell } from './hidden.ts';

/** HIPAA lets a year stand unless it tells an age over 89 (45 CFR 164.514(b)(2)(i)(C)). */
const OLDEST = 89;
const MS_2000 = Date.UTC(2000, 0, 1);
const MS_A_DAY = 86_400_000;
const MICROSECONDS_A_MS = 1_000;
const UINT32 = 2 ** 32;

/** What a year's cells look like, and how a cell is read. */
interface YearForm {
  readonly yearOf: (cell: Uint8Array) => number;
  readonly make: (year: number) => Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function textForm(hidden: Uint8Array): YearForm {
  const rest = decoder.decode(hidden).slice('1900'.length);
  return { yearOf: isoYear, make: (year) => encoder.encode(`${year}${rest}`) };
}

const DATES: YearForm = {
  yearOf: (cell) => yearOfMs(MS_2000 + view(cell).getInt32(0) * MS_A_DAY),
  make: (year) => {
    const out = new Uint8Array(4);
    view(out).setInt32(0, (Date.UTC(year, 0, 1) - MS_2000) / MS_A_DAY);
    return out;
  },
};

const TIMESTAMPS: YearForm = {
  yearOf: (cell) =>
    yearOfMs(MS_2000 + (view(cell).getInt32(0) * UINT32 + view(cell).getUint32(4)) / MICROSECONDS_A_MS),
  make: (year) => {
    const out = new Uint8Array(8);
    view(out).setBigInt64(0, BigInt((Date.UTC(year, 0, 1) - MS_2000) * MICROSECONDS_A_MS));
    return out;
  },
};

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** 0 for what no calendar of ours holds (infinity). */
function yearOfMs(ms: number): number {
  const year = new Date(ms).getUTCFullYear();
  return Number.isNaN(year) ? 0 : year;
}

function formOf({ kind, format }: CellShape, hidden: Uint8Array): YearForm | undefined {
  if (kind !== 'date' && kind !== 'timestamp' && kind !== 'timestamptz') return undefined;
  if (format === 'text') return textForm(hidden);
  return kind === 'date' ? DATES : TIMESTAMPS;
}

/**
 * Shows the year of a date as its 1 January, for the last 89 years and the next; undefined where cells are no dates.
 * `issued` hears of every year that is shown.
 */
export function yearMasker(
  shape: CellShape,
  thisYear: number,
  issued: (year: number) => void,
): CellMasker | undefined {
  const hidden = hiddenCell(shape);
  const form = hidden === null ? undefined : formOf(shape, hidden);
  if (form === undefined) return undefined;
  const { yearOf, make } = form;
  const known = new Map<number, Uint8Array>();
  return (cell) => {
    const year = yearOf(cell);
    if (year < thisYear - OLDEST || year > thisYear + OLDEST) return hidden;
    const made = known.get(year);
    if (made !== undefined) return made;
    issued(year);
    const first = make(year);
    known.set(year, first);
    return first;
  };
}

const ZERO = 48;
const NINE = 57;
const DASH = 45;

/** The year of `YYYY-MM-DD…` (DateStyle ISO), 0 for anything else (other styles, infinity, BC). */
function isoYear(cell: Uint8Array): number {
  if (cell[4] !== DASH || cell[cell.length - 1] === 'C'.charCodeAt(0)) return 0;
  let year = 0;
  for (let at = 0; at < 4; at++) {
    const digit = cell[at] ?? 0;
    if (digit < ZERO || digit > NINE) return 0;
    year = year * 10 + digit - ZERO;
  }
  return year;
}
