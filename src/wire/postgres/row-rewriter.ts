import { Buffer } from 'node:buffer';
import type { CellMasker } from '../../model/row-masking.ts';
import { HEADER_BYTES, int32, violation } from './message.ts';
import type { Outbox } from './outbox.ts';

/** Spare room for replacements longer than the cell they replace (bytes). */
const SLACK_BYTES = 256;
/** Below this a loop beats a native copy (bytes). */
const SHORT_COPY = 96;

/** First byte of a negative 32-bit length. */
const NEGATIVE = 0x80;

/** A signed 32-bit number; `bytes` reach four bytes behind `at`. */
function lengthAt(bytes: Buffer, at: number): number {
  return (
    ((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)
  );
}

function cellEnd(bytes: Buffer, at: number, end: number): number {
  const length = at + 4 <= end ? lengthAt(bytes, at) : -2;
  const next = at + 4 + Math.max(length, 0);
  if (length < -1 || next > end) throw violation('a row is cut short');
  return next;
}

function constantCell(masker: CellMasker | undefined): Buffer | undefined {
  if (masker?.constant === undefined) return undefined;
  const { bytes } = masker.constant;
  return bytes === null ? int32(-1) : Buffer.concat([int32(bytes.length), bytes]);
}

/** Rewrites DataRows into the arena of an outbox; a row in which nothing changes is passed as it is. */
export class RowRewriter {
  readonly #cells: readonly (CellMasker | undefined)[];
  /** Length and bytes of what stands for every cell of a column, where it is always the same. */
  readonly #constants: readonly (Buffer | undefined)[];
  readonly #outbox: Outbox;
  #arena: Buffer = Buffer.alloc(0);
  #base = 0;
  #at = 0;
  #limit = 0;
  #begun = false;

  constructor(cells: readonly (CellMasker | undefined)[], outbox: Outbox) {
    this.#cells = cells;
    this.#constants = cells.map(constantCell);
    this.#outbox = outbox;
  }

  /** `bytes[start..end)` is one whole DataRow. */
  rewrite(bytes: Buffer, start: number, end: number): void {
    const count = bytes.readUInt16BE(start + HEADER_BYTES);
    if (count !== this.#cells.length) throw violation('a row does not fit its description');
    this.#begun = false;
    /** Everything before this is already written. */
    let copied = start;
    let at = start + HEADER_BYTES + 2;
    for (let i = 0; i < count; i += 1) {
      const next = cellEnd(bytes, at, end);
      const constant = this.#constant(i, bytes, at);
      const masked = constant === undefined ? this.#masked(i, bytes, at) : constant;
      if (masked !== undefined) {
        this.#begin(end - start);
        this.#copy(bytes, copied, at);
        if (constant === undefined) this.#cell(masked, end - next);
        else this.#put(constant, end - next);
        copied = next;
      }
      at = next;
    }
    if (at !== end) throw violation('a row is longer than its cells');
    if (!this.#begun) {
      this.#outbox.pass(bytes, start, end);
      return;
    }
    this.#copy(bytes, copied, end);
    this.#finish();
  }

  /** What always stands in place of cell `index`, which is counted; `undefined` when its masker must see it, or it is NULL. */
  #constant(index: number, bytes: Buffer, at: number): Buffer | undefined {
    const constant = this.#constants[index];
    if (constant === undefined || (bytes[at] ?? 0) >= NEGATIVE) return undefined;
    this.#cells[index]?.constant?.count();
    return constant;
  }

  /** The bytes that replace cell `index`; `undefined` when it stays. A NULL is never masked. */
  #masked(index: number, bytes: Buffer, at: number): Uint8Array | null | undefined {
    const mask = this.#cells[index];
    if (mask === undefined || (bytes[at] ?? 0) >= NEGATIVE) return undefined;
    const cell = bytes.subarray(at + 4, at + 4 + bytes.readInt32BE(at));
    const masked = mask(cell);
    return masked === cell ? undefined : masked;
  }

  #begin(length: number): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#arena = this.#outbox.room(length + SLACK_BYTES);
    this.#base = this.#outbox.mark;
    this.#at = this.#base;
    this.#limit = this.#base + length + SLACK_BYTES;
  }

  #copy(bytes: Buffer, from: number, to: number): void {
    if (to - from > SHORT_COPY) {
      bytes.copy(this.#arena, this.#at, from, to);
      this.#at += to - from;
      return;
    }
    const arena = this.#arena;
    let at = this.#at;
    for (let i = from; i < to; i += 1, at += 1) arena[at] = bytes[i] ?? 0;
    this.#at = at;
  }

  #cell(masked: Uint8Array | null, following: number): void {
    const length = masked === null ? 0 : masked.length;
    if (this.#at + 4 + length + following > this.#limit) this.#grow(length + following);
    this.#arena.writeInt32BE(masked === null ? -1 : length, this.#at);
    this.#at += 4;
    if (masked === null) return;
    this.#arena.set(masked, this.#at);
    this.#at += length;
  }

  #put(cell: Buffer, following: number): void {
    if (this.#at + cell.length + following > this.#limit) this.#grow(cell.length + following);
    this.#copy(cell, 0, cell.length);
  }

  #grow(more: number): void {
    const written = this.#at - this.#base;
    const size = written + 4 + more + SLACK_BYTES;
    const old = this.#arena;
    const oldBase = this.#base;
    this.#arena = this.#outbox.room(size);
    this.#base = this.#outbox.mark;
    old.copy(this.#arena, this.#base, oldBase, oldBase + written);
    this.#at = this.#base + written;
    this.#limit = this.#base + size;
  }

  #finish(): void {
    const length = this.#at - this.#base;
    this.#arena.writeInt32BE(length - 1, this.#base + 1);
    this.#outbox.wrote(length);
  }
}
