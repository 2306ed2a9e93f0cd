import type { EntryActor, MaskedCounts, ReadShape, ReadsBody } from '../model/audit-entry.ts';
import type { ReadsBuffer, ShapeHead } from './reads-buffer.ts';

/** A batch is full before its entry could be cut for size. */
const MAX_SHAPES = 128;
const MAX_TEXT = 65_536;
const SHAPE_COST = 512;
/** Shapes remembered beyond their batch, so that their results find them. */
const MAX_KNOWN = 2048;

const READ_ID_HEAD = 'reads:';

/** True for ids that stand for all reads of one shape: no entry of their own has them. */
export function isReadId(id: string): boolean {
  return id.startsWith(READ_ID_HEAD);
}

/** One plain read that is about to be forwarded. */
export interface ReadNote extends ShapeHead {
  readonly actor: EntryActor;
}

export interface ReadResult {
  readonly rows: number;
  readonly masked: MaskedCounts;
  /** SQLSTATE; absent when it went well. */
  readonly error?: string;
  readonly durationMs: number;
}

interface Shape {
  readonly id: string;
  readonly head: ShapeHead;
  /** Number within the batch; -1 while it is not part of one. */
  token: number;
  count: number;
  done: number;
  rows: number;
  errors: number;
  durationMs: number;
  masked: Map<string, number>;
}

/** Collects reads until they are written as one entry. Memory is bounded: the caller empties it when it is full. */
export interface ReadsBatch {
  /** Notes one read in the buffer file, then counts it. Returns the id under which its result is noted: one for all reads of this shape. */
  note(read: ReadNote): string;
  /** False when `id` is no read's (or a long forgotten one's). */
  result(id: string, result: ReadResult): boolean;
  readonly isFull: boolean;
  readonly isEmpty: boolean;
  /** How many reads the batch holds. */
  readonly count: number;
  /** True when a read of this actor can't be part of the batch. */
  isOther(actor: EntryActor): boolean;
  body(): ReadsBody | undefined;
  /** The batch stands in the log. */
  clear(): void;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((one, index) => one === b[index]));
}

function isOf(shape: Shape, read: ReadNote): boolean {
  const { head } = shape;
  return (
    head.rule === read.rule &&
    head.target === read.target &&
    sameList(head.tables, read.tables) &&
    sameList(head.classes, read.classes)
  );
}

function shapeEntry({ head, count, done, rows, errors, durationMs, masked }: Shape): ReadShape {
  return {
    ...head,
    count,
    done,
    rows,
    errors,
    masked: Object.fromEntries(masked),
    dur_ms: Math.round(durationMs),
  };
}

class Batch implements ReadsBatch {
  readonly #buffer: ReadsBuffer;
  readonly #name: string;
  #shapes: Shape[] = [];
  #actor: EntryActor | undefined;
  #lastActor: EntryActor | undefined;
  #text = 0;
  #made = 0;
  #known = new Map<string, Shape>();
  #byId = new Map<string, Shape>();
  #byOlderId = new Map<string, Shape>();
  count = 0;

  constructor(buffer: ReadsBuffer, name: string) {
    this.#buffer = buffer;
    this.#name = name;
  }

  get isFull(): boolean {
    return this.#shapes.length >= MAX_SHAPES || this.#text >= MAX_TEXT;
  }

  get isEmpty(): boolean {
    return this.#shapes.length === 0;
  }

  isOther(actor: EntryActor): boolean {
    const own = this.#actor;
    return own !== undefined && own !== actor && (own.kind !== actor.kind || own.id !== actor.id);
  }

  note(read: ReadNote): string {
    const shape = this.#shapeOf(read);
    this.#actor ??= this.#begin(read.actor);
    if (shape.token < 0) this.#join(shape, true);
    this.#buffer.count(shape.token);
    shape.count += 1;
    this.count += 1;
    return shape.id;
  }

  result(id: string, result: ReadResult): boolean {
    const shape = this.#byId.get(id) ?? this.#byOlderId.get(id);
    if (shape === undefined) return false;
    if (shape.token < 0) this.#join(shape, this.#actor !== undefined);
    shape.done += 1;
    shape.rows += result.rows;
    shape.durationMs += result.durationMs;
    if (result.error !== undefined) shape.errors += 1;
    for (const [name, times] of Object.entries(result.masked))
      shape.masked.set(name, (shape.masked.get(name) ?? 0) + times);
    return true;
  }

  body(): ReadsBody | undefined {
    const actor = this.#actor ?? this.#lastActor;
    if (this.isEmpty || actor === undefined) return undefined;
    return { type: 'reads', actor, count: this.count, shapes: this.#shapes.map(shapeEntry) };
  }

  clear(): void {
    if (this.#actor !== undefined) this.#buffer.empty();
    for (const shape of this.#shapes)
      Object.assign(shape, {
        token: -1,
        count: 0,
        done: 0,
        rows: 0,
        errors: 0,
        durationMs: 0,
        masked: new Map(),
      });
    this.#shapes = [];
    this.#text = 0;
    this.count = 0;
    this.#lastActor = this.#actor ?? this.#lastActor;
    this.#actor = undefined;
    if (this.#known.size > MAX_KNOWN) this.#age();
  }

  #age(): void {
    this.#byOlderId = this.#byId;
    this.#byId = new Map();
    this.#known = new Map();
  }

  #begin(actor: EntryActor): EntryActor {
    this.#buffer.begin(actor);
    // Results that came before the first read of this batch have shapes, too.
    for (const shape of this.#shapes) this.#buffer.define(shape.head);
    return actor;
  }

  #join(shape: Shape, define: boolean): void {
    if (define) this.#buffer.define(shape.head);
    shape.token = this.#shapes.push(shape) - 1;
    this.#text += SHAPE_COST + shape.head.shape.length + shape.head.tables.join().length;
  }

  #shapeOf(read: ReadNote): Shape {
    const key = `${read.sess}\0${read.fingerprint}`;
    const known = this.#known.get(key);
    if (known !== undefined && isOf(known, read)) return known;
    const { actor: _, ...head } = read;
    this.#made += 1;
    const none = { token: -1, count: 0, done: 0, rows: 0, errors: 0, durationMs: 0 };
    const shape: Shape = {
      id: `${READ_ID_HEAD}${this.#name}.${this.#made}`,
      head,
      ...none,
      masked: new Map(),
    };
    this.#known.set(key, shape);
    this.#byId.set(shape.id, shape);
    return shape;
  }
}

/** `name` makes the ids of this batch's reads distinct from all others'. */
export function newReadsBatch(buffer: ReadsBuffer, name: string): ReadsBatch {
  return new Batch(buffer, name);
}
