import { randomBytes } from 'node:crypto';
import { closeSync, constants, ftruncateSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PRIVATE_FILE_MODE, readPrivateFile } from '../host/private-file.ts';
import { isErrno } from '../host/private-folder.ts';
import { isAlive, startTime } from '../host/process-identity.ts';
import { ACTOR_KINDS, type ActorKind } from '../model/actor.ts';
import type { EntryActor, EntryBody, ReadShape } from '../model/audit-entry.ts';
import { isDataClass } from '../model/data-class.ts';
import type { MaskedText } from '../model/text.ts';
import { sha256 } from './entry-line.ts';
import { isObject } from './entry-shape.ts';

/**
 * Reads are noted here before they are forwarded: a few unsynced bytes each, so that they survive guard being killed.
 * First line of a batch: the actor. Then a shape (JSON) where it is new, and its number on a line of its own per read.
 * The file is emptied when the batch stands in the log. What a dead guard left is taken into the log by the next one.
 */
const NAME = /^(\d{1,10})-([0-9a-f]{16})-[0-9a-f]{16}\.buf$/;
const START_CHARS = 16;
const NONCE_BYTES = 8;
const MAX_BUFFER_BYTES = 16 * 1024 * 1024;
const MAX_TOKEN_CHARS = 4;

/** What of a read's shape is known when it is forwarded. */
export type ShapeHead = Omit<ReadShape, 'count' | 'done' | 'rows' | 'errors' | 'masked' | 'dur_ms'>;

export interface ReadsBuffer extends Disposable {
  begin(actor: EntryActor): void;
  define(shape: ShapeHead): void;
  /** One read of the shape that was defined as number `token`. */
  count(token: number): void;
  empty(): void;
}

function startMark(pid: number): string {
  return sha256(startTime(pid)).slice(0, START_CHARS);
}

const tokens: Buffer[] = [];

function tokenLine(token: number): Buffer {
  let line = tokens[token];
  if (line === undefined) {
    line = Buffer.from(`${token}\n`);
    tokens[token] = line;
  }
  return line;
}

/** Opens a buffer of this process's own in `folder`. Throws system errors, as its methods do. */
export function openReadsBuffer(folder: string): ReadsBuffer {
  const nonce = randomBytes(NONCE_BYTES).toString('hex');
  const path = join(folder, `${process.pid}-${startMark(process.pid)}-${nonce}.buf`);
  const fd = openSync(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND,
    PRIVATE_FILE_MODE,
  );
  let size = 0;
  const put = (line: Buffer): void => {
    try {
      if (writeSync(fd, line, 0, line.length) !== line.length) throw new Error('no room for a read');
    } catch (error) {
      ftruncateSync(fd, size);
      throw error;
    }
    size += line.length;
  };
  const putJson = (value: unknown): void => put(Buffer.from(`${JSON.stringify(value)}\n`));
  return {
    begin: (actor) => putJson(actor),
    define: (shape) => putJson(shape),
    count: (token) => put(tokenLine(token)),
    empty() {
      ftruncateSync(fd, 0);
      size = 0;
    },
    [Symbol.dispose]() {
      closeSync(fd);
      // What could not be written into the log stays for the next guard.
      if (size === 0) rmSync(path, { force: true });
    },
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function actorKind(value: unknown): ActorKind | undefined {
  return ACTOR_KINDS.find((kind) => kind === value);
}

function actorOf(value: unknown): EntryActor | undefined {
  if (!isObject(value)) return undefined;
  const kind = actorKind(value['kind']);
  return kind === undefined ? undefined : { kind, id: String(value['id']), uid: Number(value['uid']) };
}

function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Text that a guard before us had masked before it wrote it into its 0600 file. */
function maskedBefore(text: string): MaskedText {
  return text as MaskedText;
}

function shapeOf(value: Readonly<Record<string, unknown>>): ShapeHead {
  const text = (name: string): string => String(value[name] ?? '');
  return {
    sess: text('sess'),
    fingerprint: text('fingerprint'),
    shape: maskedBefore(text('shape')),
    target: text('target'),
    tables: words(value['tables']),
    classes: words(value['classes']).filter(isDataClass),
    rule: text('rule'),
  };
}

function countShapes(lines: readonly string[]): readonly ReadShape[] {
  const shapes: { readonly head: ShapeHead; count: number }[] = [];
  for (const line of lines) {
    const shape = line.length <= MAX_TOKEN_CHARS ? shapes[Number(line)] : undefined;
    if (shape !== undefined) shape.count += 1;
    const value = shape === undefined ? parse(line) : undefined;
    if (isObject(value)) shapes.push({ head: shapeOf(value), count: 0 });
  }
  const none = { done: 0, rows: 0, errors: 0, masked: {}, dur_ms: 0 };
  return shapes.map(({ head, count }) => ({ ...head, count, ...none }));
}

function bodyOf(bytes: Buffer): EntryBody {
  const [first = '', ...lines] = bytes.toString('utf8').split('\n');
  const actor = actorOf(parse(first));
  if (actor === undefined)
    return { type: 'gap', reason: 'unsealed', bytes: bytes.length, sha256: sha256(bytes) };
  const shapes = countShapes(lines);
  const count = shapes.reduce((sum, shape) => sum + shape.count, 0);
  return { type: 'reads', actor, count, shapes, recovered: true };
}

function isOrphan(name: string): boolean {
  const [, pid, start] = NAME.exec(name) ?? [];
  if (pid === undefined) return false;
  return !isAlive(Number(pid)) || startMark(Number(pid)) !== start;
}

export interface OrphanedReads {
  readonly bodies: readonly EntryBody[];
  /** To be called once the bodies are in the log. */
  forget(): void;
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

/** The batches that guards left behind when they were killed. Must run under the log's lock, `forget` too. */
export function findOrphanedReads(folder: string): OrphanedReads {
  const paths = listNames(folder)
    .filter(isOrphan)
    .map((name) => join(folder, name));
  const bodies = paths.flatMap((path) => {
    const bytes = readPrivateFile(path, MAX_BUFFER_BYTES);
    return bytes === undefined || bytes.length === 0 ? [] : [bodyOf(bytes)];
  });
  return { bodies, forget: () => paths.forEach((path) => void rmSync(path, { force: true })) };
}
