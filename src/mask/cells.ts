import type { DataClass } from '../model/data-class.ts';
import type { MaskStyle } from '../model/mask-style.ts';
import type { CellMasker } from '../model/row-masking.ts';
import { unreachable } from '../model/unreachable.ts';
import type { CellShape } from './cell-shape.ts';
import { HIDDEN, hiddenCell, removedCell } from './hidden.ts';
import { hideJson } from './json.ts';
import type { MaskKeys } from './mask-keys.ts';
import { numberPseudonym } from './number-cells.ts';
import { pseudonymForm, textPseudonym, uuidPseudonym } from './pseudonym.ts';
import { stars } from './stars.ts';
import { readUuid, writeUuid } from './uuid-text.ts';
import { yearMasker } from './year-cells.ts';

/** How one column is masked. */
export interface Treatment {
  /** `opaque`: guard can't tell what is in it; hidden whole, whatever the style. */
  readonly class: DataClass | 'opaque';
  readonly style: MaskStyle;
  /** Absent: no pseudonyms, everything is hidden whole. */
  readonly keys?: MaskKeys;
  /** Full year now: birth years of people over 89 are then hidden too. Absent: no year is shown. */
  readonly year?: number;
  /** Told of masks that only their column and session tell from real values. */
  readonly issued?: IssuedValues;
}

/** What a column showed that could be mistaken for data. */
export interface IssuedValues {
  year(year: number): void;
  small(pseudonym: number): void;
}

const NOBODY: IssuedValues = { year: () => undefined, small: () => undefined };

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);

/**
 * A masker for every cell of a column, type-preserving: what comes out is valid input of the column's type, in the column's
 * format. NULL stands where no value of a type is known to be valid, or none would be honest (bool, enum, composite). The
 * result is good until the masker's next call.
 */
export function cellMasker(shape: CellShape, treatment: Treatment): CellMasker {
  const { class: dataClass } = treatment;
  const masker = dataClass === 'opaque' ? undefined : styled(shape, dataClass, treatment);
  return masker ?? hideWhole(shape);
}

/** What the style asks for beyond hiding; undefined where it does not fit the type. */
function styled(shape: CellShape, dataClass: DataClass, treatment: Treatment): CellMasker | undefined {
  const { style, keys, year, issued = NOBODY } = treatment;
  switch (style) {
    case 'pseudonym':
      return keys && pseudonymMasker(shape, { class: dataClass, keys, small: (made) => issued.small(made) });
    case 'year':
      return year === undefined ? undefined : yearMasker(shape, year, (shown) => issued.year(shown));
    case 'last4':
      return shape.kind === 'text' ? lastFour(shape) : undefined;
    case 'same-width':
      return shape.kind === 'text' ? (cell) => bytes(stars(decoder.decode(cell), 'all')) : undefined;
    case 'remove':
      return constant(removedCell(shape));
    case 'stars':
      return undefined;
    default:
      return unreachable(style);
  }
}

function hideWhole(shape: CellShape): CellMasker {
  const { kind, format } = shape;
  if (kind === 'json' || (kind === 'jsonb' && format === 'text')) return hideDocument;
  return kind === 'jsonb' ? hideBinaryDocument : constant(hiddenCell(shape));
}

function constant(mask: Uint8Array | null): CellMasker {
  return Object.assign(() => mask, { constant: { bytes: mask, count: () => undefined } });
}

function hideDocument(cell: Uint8Array): Uint8Array {
  return bytes(hideJson(decoder.decode(cell)));
}

const JSONB_VERSION = 1;

function hideBinaryDocument(cell: Uint8Array): Uint8Array {
  return Uint8Array.of(JSONB_VERSION, ...hideDocument(cell.subarray(1)));
}

interface Naming {
  readonly class: DataClass;
  readonly keys: MaskKeys;
  readonly small: (pseudonym: number) => void;
}

function pseudonymMasker(shape: CellShape, naming: Naming): CellMasker | undefined {
  const { class: dataClass, keys } = naming;
  if (shape.kind === 'uuid') return uuidCells(shape, naming);
  if (shape.kind !== 'text') return numberPseudonym(shape, naming);
  const form = pseudonymForm(dataClass, shape.width);
  return form && textPseudonym(dataClass, form, keys);
}

function uuidCells(shape: CellShape, { class: dataClass, keys }: Naming): CellMasker {
  const made = uuidPseudonym(dataClass, keys);
  if (shape.format === 'binary') return made;
  const hidden = hiddenCell(shape);
  return (cell) => {
    const uuid = readUuid(cell);
    return uuid === undefined ? hidden : writeUuid(made(uuid));
  };
}

const LAST = 4;
const MIN_FOR_LAST = 9;

function lastFour(shape: CellShape): CellMasker {
  const hidden = hiddenCell(shape);
  return (cell) => {
    const characters = [...decoder.decode(cell)];
    if (characters.length < MIN_FOR_LAST) return hidden;
    return bytes(HIDDEN + characters.slice(-LAST).join(''));
  };
}
