import type { DataClass } from '../model/data-class.ts';
import type { CellMasker } from '../model/row-masking.ts';
import { hideJson } from './json.ts';
import type { CellKind } from './pg-types.ts';
import { hasPseudonym, type KeyedDigest, pseudonym, pseudonymUuid } from './pseudonym.ts';

/** How one column is masked. */
export interface Treatment {
  /** `opaque`: guard can't tell what is in it; hidden whole. */
  readonly class: DataClass | 'opaque';
  /** Absent: no pseudonyms, everything is hidden whole. */
  readonly digest?: KeyedDigest;
  /** Shows the last four characters of numbers longer than eight. Never the default. */
  readonly last4?: boolean;
  /** Full year now: birth years of people over 89 are then hidden too. Absent: no year is shown. */
  readonly year?: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);

/** The same for every value, so that not even its length shows. */
const HIDDEN = '*****';

/** What stands for a hidden value of each kind: valid input of the type, text format. `null` is SQL NULL. */
const CONSTANTS: Readonly<Record<CellKind, Uint8Array | null>> = {
  text: bytes(HIDDEN),
  char: bytes('*'),
  number: bytes('0'),
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
  inet: bytes('0.0.0.0'),
  cidr: bytes('0.0.0.0/32'),
  mac: bytes('00:00:00:00:00:00'),
  mac8: bytes('00:00:00:00:00:00:00:00'),
  range: bytes('empty'),
  tsvector: bytes(''),
  other: null,
};

/**
 * A masker for every cell of a column, type-preserving: what comes out is valid input of the column's type.
 * In binary format everything but plain text becomes NULL. Constant masks allocate nothing.
 */
export function cellMasker(kind: CellKind, format: 'text' | 'binary', treatment: Treatment): CellMasker {
  if (format === 'binary' && kind !== 'text') return () => null;
  return classMasker(kind, treatment) ?? wholeMasker(kind);
}

/** What the class asks for beyond hiding, if anything. */
function classMasker(kind: CellKind, treatment: Treatment): CellMasker | undefined {
  const { class: dataClass, digest, year, last4 } = treatment;
  if (dataClass === 'opaque') return undefined;
  if (hasPseudonym(dataClass)) return digest && pseudonymMasker(kind, dataClass, digest);
  if (dataClass.endsWith('.date')) return year === undefined ? undefined : yearMasker(kind, year);
  return last4 === true && kind === 'text' ? lastFour : undefined;
}

function wholeMasker(kind: CellKind): CellMasker {
  return kind === 'json' || kind === 'jsonb' ? hideDocument : constant(CONSTANTS[kind]);
}

function constant(mask: Uint8Array | null): CellMasker {
  return () => mask;
}

function hideDocument(cell: Uint8Array): Uint8Array {
  return bytes(hideJson(decoder.decode(cell)));
}

function pseudonymMasker(kind: CellKind, dataClass: DataClass, digest: KeyedDigest): CellMasker | undefined {
  if (kind === 'text') return (cell) => bytes(pseudonym(dataClass, digest(dataClass, cell)));
  if (kind === 'uuid') return (cell) => bytes(pseudonymUuid(digest(dataClass, cell)));
  return undefined;
}

const LAST = 4;
const MIN_FOR_LAST = 9;

function lastFour(cell: Uint8Array): Uint8Array {
  const text = decoder.decode(cell);
  return bytes(text.length < MIN_FOR_LAST ? HIDDEN : HIDDEN + text.slice(-LAST));
}

/** HIPAA lets a year stand unless it tells an age over 89 (45 CFR 164.514(b)(2)(i)(C)). */
const OLDEST = 89;

function yearMasker(kind: CellKind, thisYear: number): CellMasker {
  const known = new Map<number, Uint8Array>();
  const fallback = CONSTANTS[kind];
  if (fallback === null || (kind !== 'date' && kind !== 'timestamp' && kind !== 'timestamptz'))
    return constant(fallback);
  const rest = decoder.decode(fallback).slice('1900'.length);
  return (cell) => {
    const year = isoYear(cell);
    if (year < thisYear - OLDEST || year > thisYear + OLDEST) return fallback;
    const made = known.get(year) ?? bytes(`${year}${rest}`);
    known.set(year, made);
    return made;
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
