import type { DataClass } from '../model/data-class.ts';
import type { CellMasker } from '../model/row-masking.ts';
import { type Detection, detect } from './detect.ts';
import { hideJson, mapJsonStrings } from './json.ts';
import type { CellKind } from './pg-types.ts';
import { hideAll } from './text.ts';

/** Bytes; a longer cell is not scanned but hidden whole. */
const MAX_SCANNED = 1_000_000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const DIGIT = 1;
const MARK = 2;
const RUN = 4;

/** Marks that values carry or stand behind: an assignment, a mailbox, a literal, a tag. */
const MARKS = "@:='<";
/** What tokens, names and numbers are made of. */
const RUNS = '_-./+';

/** What a byte means to the scan: a digit, a mark, part of a run, or nothing. */
const MEANING = new Uint8Array(256).map((_, byte) => {
  const character = String.fromCharCode(byte);
  if (byte >= 48 && byte <= 57) return DIGIT;
  if (MARKS.includes(character)) return MARK;
  return /[A-Za-z]/.test(character) || RUNS.includes(character) ? RUN : 0;
});

/** Fewer digits make no number that a detector knows. */
const ENOUGH_DIGITS = 4;
/** A run this long may be a token; two dashes may open an option or an armored key. */
const LONG_RUN = 16;
const DASH = 45;

/**
 * Whether a cell could hold a value that some detector knows. Looks at each byte once and allocates nothing;
 * says yes too often, never too seldom.
 */
export function isSuspicious(cell: Uint8Array): boolean {
  let digits = 0;
  let run = 0;
  for (let at = 0; at < cell.length; at++) {
    const meaning = MEANING[cell[at] ?? 0] ?? 0;
    if (meaning === MARK) return true;
    run = meaning === 0 ? 0 : run + 1;
    if (meaning === DIGIT) digits++;
    if (digits >= ENOUGH_DIGITS || run >= LONG_RUN || isDoubleDash(cell, at)) return true;
  }
  return false;
}

function isDoubleDash(cell: Uint8Array, at: number): boolean {
  return cell[at] === DASH && cell[at + 1] === DASH;
}

/** Told about each value that a scan hid. */
export type TallyHit = (dataClass: DataClass) => void;

/** Rewrites cells of a column without a class: values with a shape are hidden, everything else is the same object. */
export function scanMasker(
  kind: CellKind,
  wanted: (dataClass: DataClass) => boolean,
  tally: TallyHit,
): CellMasker {
  const json = kind === 'json' || kind === 'jsonb';
  const tooLong = encoder.encode(json ? 'null' : '*****');
  return (cell) => {
    if (!isSuspicious(cell)) return cell;
    if (cell.length > MAX_SCANNED) return tooLong;
    const text = decoder.decode(cell);
    const found = detect(text).filter((detection) => wanted(detection.class));
    if (found.length === 0) return cell;
    found.forEach((detection) => {
      tally(detection.class);
    });
    return encoder.encode(json ? hideInJson(text, found) : hideAll(text, found));
  };
}

/** Binary jsonb is a version byte and then the text (src/backend/utils/adt/jsonb.c, jsonb_send). */
export function scanBinaryJsonb(scan: CellMasker): CellMasker {
  return (cell) => {
    const document = cell.subarray(1);
    const scanned = scan(document);
    if (scanned === document || scanned === null) return scanned === null ? null : cell;
    const out = new Uint8Array(scanned.length + 1);
    out[0] = cell[0] ?? 1;
    out.set(scanned, 1);
    return out;
  };
}

/** Hides in place where that leaves valid JSON, else leaf by leaf, else the whole document. */
function hideInJson(text: string, found: readonly Detection[]): string {
  const hidden = hideAll(text, found);
  if (mapJsonStrings(hidden, (leaf) => leaf) !== undefined) return hidden;
  return hideJson(text);
}
