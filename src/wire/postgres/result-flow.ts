import type { Buffer } from 'node:buffer';
import type { CopyMasker, FieldDescription } from '../../model/row-masking.ts';
import type { FramePlan } from './frame.ts';
import type { RowTreatment, WireRefusal } from './gate.ts';
import { BodyReader, HEADER_BYTES, SERVER, violation } from './message.ts';
import type { Outbox } from './outbox.ts';
import { SQLSTATE } from './refusal.ts';
import { RowRewriter } from './row-rewriter.ts';

const TOO_LARGE: WireRefusal = {
  code: SQLSTATE.tooLarge,
  message: 'guard: a row is too large to be masked',
  hint: 'Select less of it, for example with substr().',
};

/** Command tags whose number is the number of rows returned. */
const RETURNING_TAG = /^(SELECT|FETCH) \d{1,20}$/;

/** How the rows (or COPY data) of the current result go on. Without `open` or `openCopy` nothing passes. */
export class ResultFlow {
  readonly #outbox: Outbox;
  readonly #largest: number;
  #rowPlan: FramePlan | undefined;
  #copyPlan: FramePlan | undefined;
  #rewriter: RowRewriter | undefined;
  #copyMasker: CopyMasker | undefined;
  #limit = Number.POSITIVE_INFINITY;
  #passed = 0;
  #before = 0;
  #cut = false;
  /** The client gets this in place of the result. */
  refusal: WireRefusal | undefined;

  constructor(outbox: Outbox, largest: number) {
    this.#outbox = outbox;
    this.#largest = largest;
  }

  get open(): boolean {
    return this.#rowPlan !== undefined;
  }

  /** Rows passed on since the result was opened. */
  get rows(): number {
    return this.#passed - this.#before;
  }

  get cut(): boolean {
    return this.#cut;
  }

  /** `before`: rows of the same portal passed on earlier. */
  openRows(treatment: RowTreatment | WireRefusal, before = 0): void {
    this.close();
    if ('code' in treatment) {
      this.refuse(treatment);
      return;
    }
    const cells = treatment.masker?.cells;
    const rewriting = cells?.some((cell) => cell !== undefined) === true;
    this.#rewriter = rewriting && cells !== undefined ? new RowRewriter(cells, this.#outbox) : undefined;
    this.#limit = treatment.maxRows ?? Number.POSITIVE_INFINITY;
    this.#before = before;
    this.#passed = before;
    this.#rowPlan = rewriting ? 'whole' : 'stream';
  }

  openCopy(masker: CopyMasker | undefined | WireRefusal): void {
    this.close();
    if (masker !== undefined && 'code' in masker) {
      this.refuse(masker);
      return;
    }
    this.#copyMasker = masker;
    this.#copyPlan = masker === undefined ? 'stream' : 'whole';
  }

  refuse(refusal: WireRefusal): void {
    this.refusal = refusal;
    this.#rowPlan = 'discard';
    this.#copyPlan = 'discard';
  }

  close(): void {
    this.#rowPlan = undefined;
    this.#copyPlan = undefined;
    this.#rewriter = undefined;
    this.#copyMasker = undefined;
    this.#limit = Number.POSITIVE_INFINITY;
    this.#passed = 0;
    this.#before = 0;
    this.#cut = false;
    this.refusal = undefined;
  }

  /** For a DataRow of `length` bytes. A streamed row counts here, a rewritten one in `row`. */
  planRow(length: number): FramePlan {
    if (this.#rowPlan === undefined) throw violation('a row without a description');
    if (this.#rowPlan === 'discard') return 'discard';
    if (this.#passed >= this.#limit) {
      this.#cut = true;
      return 'discard';
    }
    if (this.#rowPlan === 'stream') this.#passed += 1;
    else if (length > this.#largest) this.refuse(TOO_LARGE);
    return this.#rowPlan;
  }

  row(bytes: Buffer, start: number, end: number): void {
    if (this.#rewriter === undefined) throw violation('a row without a description');
    this.#rewriter.rewrite(bytes, start, end);
    this.#passed += 1;
  }

  planCopy(length: number): FramePlan {
    if (this.#copyPlan === undefined) throw violation('COPY data outside COPY');
    if (this.#copyPlan === 'whole' && length > this.#largest) this.refuse(TOO_LARGE);
    return this.#copyPlan;
  }

  copyPayload(bytes: Buffer, start: number, end: number): void {
    const masker = this.#copyMasker;
    if (masker === undefined) throw violation('COPY data outside COPY');
    const payload = bytes.subarray(start + HEADER_BYTES, end);
    const masked = masker.push(payload);
    if (masked === payload) this.#outbox.pass(bytes, start, end);
    else this.#emitCopy(masked);
  }

  /** False when the CopyDone is to be swallowed. */
  copyDone(): boolean {
    if (this.refusal !== undefined) return false;
    const rest = this.#copyMasker?.end();
    this.#copyMasker = undefined;
    if (rest !== undefined) this.#emitCopy(rest);
    return true;
  }

  /** The tag with the number of rows the client really got. */
  correctTag(tag: string): string {
    if (!this.#cut) return tag;
    const [, verb] = RETURNING_TAG.exec(tag) ?? [];
    return verb === undefined ? tag : `${verb} ${this.rows}`;
  }

  #emitCopy(payload: Uint8Array): void {
    const { length } = payload;
    if (length === 0) return;
    const arena = this.#outbox.room(HEADER_BYTES + length);
    const at = this.#outbox.mark;
    arena[at] = SERVER.copyData;
    arena.writeInt32BE(length + HEADER_BYTES - 1, at + 1);
    arena.set(payload, at + HEADER_BYTES);
    this.#outbox.wrote(HEADER_BYTES + length);
  }
}

/** The fields of a RowDescription at `bytes[start..end)`. */
export function readFields(bytes: Buffer, start: number, end: number): readonly FieldDescription[] {
  const body = new BodyReader(bytes, start + HEADER_BYTES, end);
  const fields: FieldDescription[] = [];
  for (let left = body.int16(); left > 0; left -= 1) {
    const name = body.text();
    const tableOid = body.uint32();
    const columnNumber = body.int16();
    const typeOid = body.uint32();
    body.take(2);
    const modifier = body.int32();
    const format = body.int16() === 1 ? 'binary' : 'text';
    fields.push({ name, tableOid, columnNumber, typeOid, format, modifier });
  }
  return fields;
}
