import type { DataClass } from '../model/data-class.ts';
import type { CellMasker } from '../model/row-masking.ts';
import type { CellShape } from './cell-shape.ts';
import { hiddenCell } from './hidden.ts';
import { bigPseudonym, smallPseudonym } from './integer-pseudonym.ts';
import type { MaskKeys } from './mask-keys.ts';
import { numericBytes, readNumeric } from './numeric-binary.ts';

/** Digits of the largest pseudonyms of four and eight bytes. */
const SMALL_DIGITS = 10;
const BIG_DIGITS = 19;
const LARGEST_SMALL = 2 ** 31 - 1;
/** Digits of a number that is read at all. */
const MOST_DIGITS = 40;
const ZERO = 48;
const NINE = 57;

const encoder = new TextEncoder();
const decoder = new TextDecoder('latin1');

export interface NumberMasking {
  readonly class: DataClass;
  readonly keys: MaskKeys;
  /** Told of every pseudonym that could be mistaken for a code of the system's own. */
  readonly small: (pseudonym: number) => void;
}

/** The digits of a cell as a number, -1 for anything but digits. */
function digitsOf(cell: Uint8Array): number {
  let value = 0;
  for (let at = 0; at < cell.length; at++) {
    const byte = cell[at] ?? 0;
    if (byte < ZERO || byte > NINE) return -1;
    value = value * 10 + byte - ZERO;
  }
  return value;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Pseudonyms of integers, recognisable by their sign; undefined for other kinds. What has none is hidden. */
export function numberPseudonym(shape: CellShape, masking: NumberMasking): CellMasker | undefined {
  switch (shape.kind) {
    case 'int2':
      return smallCells(shape, 2, masking);
    case 'int4':
      return smallCells(shape, 4, masking);
    case 'int8':
      return bigCells(shape, masking);
    case 'numeric':
      return numericCells(shape, masking);
    default:
      return undefined;
  }
}

function smallCells(shape: CellShape, bytes: 2 | 4, masking: NumberMasking): CellMasker {
  const hidden = hiddenCell(shape);
  const made = smallPseudonym(masking.class, bytes, { keys: masking.keys, issued: masking.small });
  if (shape.format === 'text') {
    return (cell) => {
      const value = digitsOf(cell);
      return value < 0 ? hidden : encoder.encode(String(made(value)));
    };
  }
  const out = new Uint8Array(bytes);
  const write = view(out);
  return (cell) => {
    const value = bytes === 2 ? view(cell).getInt16(0) : view(cell).getInt32(0);
    if (value < 0) return hidden;
    if (bytes === 2) write.setInt16(0, made(value));
    else write.setInt32(0, made(value));
    return out;
  };
}

function bigCells({ format }: CellShape, { class: dataClass, keys }: NumberMasking): CellMasker {
  const made = bigPseudonym(dataClass, keys);
  if (format === 'text') return (cell) => encoder.encode(String(made(BigInt(decoder.decode(cell)))));
  const out = new Uint8Array(8);
  const write = view(out);
  return (cell) => {
    write.setBigInt64(0, made(view(cell).getBigInt64(0)));
    return out;
  };
}

/** A numeric takes the pseudonym of the widest integer that fits into it. */
function numericCells(shape: CellShape, masking: NumberMasking): CellMasker {
  const hidden = hiddenCell(shape);
  const { width = BIG_DIGITS, format } = shape;
  if (width < SMALL_DIGITS) return () => hidden;
  const big = bigPseudonym(masking.class, masking.keys);
  const small = smallPseudonym(masking.class, 4, { keys: masking.keys, issued: masking.small });
  return (cell) => {
    const digits = format === 'text' ? plainDigits(cell) : readNumeric(cell);
    if (digits === undefined) return hidden;
    if (width < BIG_DIGITS && digits > LARGEST_SMALL) return hidden;
    const made = width < BIG_DIGITS ? small(Number(digits)) : big(digits);
    return format === 'text' ? encoder.encode(String(made)) : numericBytes(BigInt(made));
  };
}

function plainDigits(cell: Uint8Array): bigint | undefined {
  return cell.length > MOST_DIGITS || digitsOf(cell) < 0 ? undefined : BigInt(decoder.decode(cell));
}
