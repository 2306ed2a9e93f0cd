import type { CopyLayout } from '../model/sql.ts';
import { ByteSink } from './byte-sink.ts';
import { type CopyDialect, CsvDialect, TextDialect } from './copy-dialect.ts';

/** Told of every field; says true to stop. `value` is good until the next field. */
export type FieldVisitor = (column: number, value: Uint8Array) => boolean;

/** Reads the fields of COPY data, cut anywhere. True as soon as the visitor says stop. */
export interface FieldReader {
  push(data: Uint8Array): boolean;
  end(): boolean;
}

/** Bytes of one field that are kept; what follows is not looked at. */
const MAX_FIELD = 8_000_000;
const NEWLINE = 10;
const RETURN = 13;

/** The fields of COPY … FROM in text or csv format, header line included. A NULL is no field. */
export class TextFields implements FieldReader {
  readonly #dialect: CopyDialect;
  readonly #visit: FieldVisitor;
  /** Bytes of the field that began in an earlier piece. */
  readonly #held = new ByteSink();
  #column = 0;

  constructor(layout: CopyLayout, visit: FieldVisitor) {
    this.#dialect = layout.format === 'csv' ? new CsvDialect(layout) : new TextDialect(layout);
    this.#visit = visit;
  }

  push(data: Uint8Array): boolean {
    let from = 0;
    while (from < data.length) {
      const end = this.#dialect.next(data, from);
      if (end === data.length) {
        this.#keep(data.subarray(from));
        return false;
      }
      if (this.#field(data.subarray(from, end))) return true;
      this.#column = data[end] === NEWLINE ? 0 : this.#column + 1;
      from = end + 1;
    }
    return false;
  }

  end(): boolean {
    return this.#held.length > 0 && this.#field(new Uint8Array());
  }

  #keep(raw: Uint8Array): void {
    this.#held.add(raw.subarray(0, Math.max(0, MAX_FIELD - this.#held.length)));
  }

  #field(raw: Uint8Array): boolean {
    if (this.#held.length === 0) return this.#whole(raw);
    this.#keep(raw);
    const stop = this.#whole(this.#held.view());
    this.#held.clear();
    return stop;
  }

  /** Lines may end in a carriage return too, which is none of the field's. */
  #whole(raw: Uint8Array): boolean {
    const field = raw.length > 0 && raw[raw.length - 1] === RETURN ? raw.subarray(0, -1) : raw;
    return (
      !this.#dialect.isNull(field, 0, field.length) && this.#visit(this.#column, this.#dialect.decode(field))
    );
  }
}

const SIGNATURE_BYTES = 11;
const FLAGS_BYTES = 4;
const LENGTH_BYTES = 4;
const COUNT_BYTES = 2;

/** What the next bytes of binary COPY data are. */
type Expecting = 'header' | 'extension' | 'count' | 'length' | 'value' | 'end';

/** The fields of COPY … FROM in binary format (PostgreSQL 18, COPY, "Binary Format"). */
export class BinaryFields implements FieldReader {
  readonly #visit: FieldVisitor;
  readonly #held = new ByteSink();
  #expecting: Expecting = 'header';
  #wanted = SIGNATURE_BYTES + FLAGS_BYTES + LENGTH_BYTES;
  /** Bytes of what is expected that have come; no more than the bound of them are held. */
  #come = 0;
  #columns = 0;
  #column = 0;

  constructor(visit: FieldVisitor) {
    this.#visit = visit;
  }

  push(data: Uint8Array): boolean {
    let from = 0;
    while (from < data.length && this.#expecting !== 'end') {
      const taken = Math.min(this.#wanted - this.#come, data.length - from);
      this.#keep(data, from, taken);
      from += taken;
      if (this.#come === this.#wanted && this.#take()) return true;
    }
    return false;
  }

  end(): boolean {
    return false;
  }

  #keep(data: Uint8Array, from: number, bytes: number): void {
    const room = Math.max(0, MAX_FIELD - this.#held.length);
    if (this.#expecting !== 'extension') this.#held.addPart(data, from, from + Math.min(bytes, room));
    this.#come += bytes;
  }

  #take(): boolean {
    const bytes = this.#held.view();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const stop = this.#expecting === 'value' && this.#visit(this.#column, bytes);
    this.#next(view);
    this.#held.clear();
    this.#come = 0;
    return stop;
  }

  /** The server refuses what has another form: then nothing more is read here. */
  #next(view: DataView): void {
    switch (this.#expecting) {
      case 'header':
        this.#expect('extension', view.getInt32(SIGNATURE_BYTES + FLAGS_BYTES));
        break;
      case 'extension':
        this.#expect('count', COUNT_BYTES);
        break;
      case 'count':
        this.#columns = view.getInt16(0);
        this.#column = -1;
        this.#nextField();
        break;
      case 'length':
        this.#length(view.getInt32(0));
        break;
      case 'value':
        this.#nextField();
        break;
      case 'end':
        break;
    }
  }

  #length(length: number): void {
    if (length === -1) this.#nextField();
    else this.#expect('value', length);
  }

  #nextField(): void {
    this.#column += 1;
    if (this.#columns < 0) this.#expect('end', 0);
    else if (this.#column < this.#columns) this.#expect('length', LENGTH_BYTES);
    else this.#expect('count', COUNT_BYTES);
  }

  #expect(what: Expecting, bytes: number): void {
    this.#expecting = bytes < 0 ? 'end' : what;
    this.#wanted = bytes;
    if (bytes === 0 && this.#expecting === 'extension') this.#expect('count', COUNT_BYTES);
    // Nothing is in an empty value.
    if (bytes === 0 && this.#expecting === 'value') this.#nextField();
  }
}
