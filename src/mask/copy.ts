import type { DataClass } from '../model/data-class.ts';
import type { CellMasker, ConstantMask, CopyMasker } from '../model/row-masking.ts';
import type { CopyLayout } from '../model/sql.ts';
import { ByteSink } from './byte-sink.ts';
import { type CopyDialect, CsvDialect, TextDialect } from './copy-dialect.ts';

/** How one COPY … TO STDOUT is masked. */
export interface CopyMasking {
  readonly layout: CopyLayout;
  /** One per column; `undefined` passes. Columns beyond the last are hidden. */
  readonly cells: readonly (CellMasker | undefined)[];
  /** Columns that are hidden whatever their fields hold. */
  readonly hidden?: readonly number[];
  readonly counts: () => ReadonlyMap<DataClass | 'opaque', number>;
}

/** Bytes of one field that are kept for its masker; what follows is dropped, so the mask sees a cut value. */
const MAX_FIELD = 8_000_000;
const HIDDEN = new TextEncoder().encode('*****');
const NEWLINE = 10;
const hide: CellMasker = Object.assign(() => HIDDEN, {
  constant: { bytes: HIDDEN, count: () => undefined },
});

/**
 * Masks the stream of COPY … TO STDOUT in text or csv format. Rows may be cut anywhere, also inside a character or an
 * escape. Memory is bounded by one field. Binary format must be refused before.
 */
export function copyMasker(masking: CopyMasking): CopyMasker {
  return new CopyStream(masking);
}

/** A stretch of a payload. */
interface Part {
  readonly from: number;
  readonly end: number;
}

class CopyStream implements CopyMasker {
  readonly #dialect: CopyDialect;
  readonly #masking: CopyMasking;
  readonly #out = new ByteSink();
  /** Raw bytes of the masked field that began in an earlier payload. */
  readonly #field = new ByteSink();
  /** What stands for every cell of a column, as a field; by column, made when it is met. */
  readonly #constants: Uint8Array[] = [];
  #column = 0;
  #header: boolean;

  constructor(masking: CopyMasking) {
    this.#masking = masking;
    const { layout } = masking;
    this.#dialect = layout.format === 'csv' ? new CsvDialect(layout) : new TextDialect(layout);
    this.#header = layout.header;
  }

  push(data: Uint8Array): Uint8Array {
    this.#out.clear();
    let copied = 0;
    let from = 0;
    while (from < data.length) {
      const end = this.#dialect.next(data, from);
      const masker = this.#masker();
      if (masker !== undefined) {
        this.#out.addPart(data, copied, from);
        copied = end;
        if (end === data.length) this.#keep(data.subarray(from));
        else this.#endField(data, { from, end }, masker);
      }
      if (end < data.length) this.#nextColumn(data[end] === NEWLINE);
      from = end + 1;
    }
    this.#out.addPart(data, copied, data.length);
    return this.#out.view();
  }

  end(): Uint8Array {
    const masker = this.#masker();
    this.#out.clear();
    if (this.#field.length > 0 && masker !== undefined)
      this.#endField(new Uint8Array(), { from: 0, end: 0 }, masker);
    return this.#out.view();
  }

  get hidden(): readonly number[] {
    return this.#masking.hidden ?? [];
  }

  counts(): ReadonlyMap<DataClass | 'opaque', number> {
    return this.#masking.counts();
  }

  #nextColumn(newline: boolean): void {
    this.#column = newline ? 0 : this.#column + 1;
    if (newline) this.#header = false;
  }

  /** The masker of the current field, or undefined when it passes. */
  #masker(): CellMasker | undefined {
    if (this.#header) return undefined;
    const { cells } = this.#masking;
    return this.#column < cells.length ? cells[this.#column] : hide;
  }

  #keep(raw: Uint8Array): void {
    this.#field.add(raw.subarray(0, Math.max(0, MAX_FIELD - this.#field.length)));
  }

  #endField(data: Uint8Array, { from, end }: Part, masker: CellMasker): void {
    if (this.#field.length === 0 && masker.constant !== undefined) {
      this.#emitConstant(data, { from, end }, masker.constant);
      return;
    }
    const rest = data.subarray(from, end);
    if (this.#field.length === 0) {
      this.#emit(rest, masker);
      return;
    }
    this.#keep(rest);
    this.#emit(this.#field.view(), masker);
    this.#field.clear();
  }

  /** Looks at the field only to see whether it is NULL. */
  #emitConstant(data: Uint8Array, { from, end }: Part, { bytes, count }: ConstantMask): void {
    if (this.#dialect.isNull(data, from, end)) {
      this.#out.addPart(data, from, end);
      return;
    }
    const field = this.#constants[this.#column] ?? this.#dialect.encode(bytes);
    this.#constants[this.#column] = field;
    count();
    this.#out.add(field);
  }

  #emit(raw: Uint8Array, masker: CellMasker): void {
    if (this.#dialect.isNull(raw, 0, raw.length)) {
      this.#out.add(raw);
      return;
    }
    const value = this.#dialect.decode(raw);
    const masked = masker(value);
    this.#out.add(masked === value ? raw : this.#dialect.encode(masked));
  }
}
