import type { DataClass } from '../model/data-class.ts';
import type { CellMasker, CopyMasker } from '../model/row-masking.ts';
import { ByteSink } from './byte-sink.ts';
import { type CopyDialect, type CopyLayout, CsvDialect, TextDialect } from './copy-dialect.ts';

export type { CopyLayout } from './copy-dialect.ts';

/** How one COPY … TO STDOUT is masked. */
export interface CopyMasking {
  readonly layout: CopyLayout;
  /** One per column; `undefined` passes. Columns beyond the last are hidden. */
  readonly cells: readonly (CellMasker | undefined)[];
  readonly counts: () => ReadonlyMap<DataClass | 'opaque', number>;
}

/** Bytes of one field that are kept for its masker; what follows is dropped, so the mask sees a cut value. */
const MAX_FIELD = 8_000_000;
const HIDDEN = new TextEncoder().encode('*****');

/**
 * Masks the stream of COPY … TO STDOUT in text or csv format. Rows may be cut anywhere, also inside a character or an
 * escape. Memory is bounded by one field. Binary format must be refused before.
 */
export function copyMasker(masking: CopyMasking): CopyMasker {
  return new CopyStream(masking);
}

class CopyStream implements CopyMasker {
  readonly #dialect: CopyDialect;
  readonly #masking: CopyMasking;
  readonly #out = new ByteSink();
  /** Raw bytes of the masked field that began in an earlier payload. */
  readonly #field = new ByteSink();
  #column = 0;
  #header: boolean;

  constructor(masking: CopyMasking) {
    this.#masking = masking;
    const { layout } = masking;
    this.#dialect = layout.format === 'csv' ? new CsvDialect(layout) : new TextDialect(layout);
    this.#header = layout.header;
  }

  push(data: Uint8Array): Uint8Array {
    let from = 0;
    for (let at = 0; at < data.length; at++) {
      const step = this.#dialect.step(data[at] ?? 0);
      if (step === 'content') continue;
      this.#endField(data.subarray(from, at));
      from = at;
      this.#nextColumn(step === 'newline');
      // The delimiter itself belongs to no field.
      this.#out.add(data.subarray(at, at + 1));
      from = at + 1;
    }
    this.#keep(data.subarray(from));
    return this.#out.take();
  }

  end(): Uint8Array {
    if (this.#field.length > 0) this.#endField(new Uint8Array());
    return this.#out.take();
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
    return this.#column < cells.length ? cells[this.#column] : () => HIDDEN;
  }

  #keep(raw: Uint8Array): void {
    if (this.#masker() === undefined) this.#out.add(raw);
    else this.#field.add(raw.subarray(0, Math.max(0, MAX_FIELD - this.#field.length)));
  }

  #endField(rest: Uint8Array): void {
    const masker = this.#masker();
    if (masker === undefined) {
      this.#out.add(rest);
      return;
    }
    if (this.#field.length === 0) {
      this.#emit(rest, masker);
      return;
    }
    this.#keep(rest);
    this.#emit(this.#field.view(), masker);
    this.#field.clear();
  }

  #emit(raw: Uint8Array, masker: CellMasker): void {
    if (this.#dialect.isNull(raw)) {
      this.#out.add(raw);
      return;
    }
    const value = this.#dialect.decode(raw);
    const masked = masker(value);
    this.#out.add(masked === value ? raw : this.#dialect.encode(masked));
  }
}
