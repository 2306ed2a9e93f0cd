import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  statSync,
  writeSync,
} from 'node:fs';
import type { Clock } from '../host/clock.ts';
import { PRIVATE_FILE_MODE, syncFolder } from '../host/private-file.ts';
import { ENTRY_VERSION, type EntryBody, type GapBody } from '../model/audit-entry.ts';
import { GuardError } from '../model/errors.ts';
import type { SigningKey } from '../sign/signing-key.ts';
import { newEntryId } from './entry-id.ts';
import { sealEntry, sha256 } from './entry-line.ts';
import { type HeadNoteFile, openHeadNote, readHeadNote } from './head-note.ts';
import { listSegments, type Segment, segmentPath } from './segment-name.ts';
import { EMPTY_HEAD, type Head, moveTornTail, readTail } from './tail.ts';

const NEWLINE = Buffer.from('\n');

/** Who writes, and with what. */
export interface Scribe {
  readonly folder: string;
  readonly key: SigningKey;
  readonly clock: Clock;
  readonly host: string;
  readonly origin: string;
}

export interface Written {
  readonly id: string;
  readonly seq: number;
}

/** The newest file of the log, open for appending. Every call of `append` must be made under the log's lock. */
export interface LogFile extends Disposable {
  /**
   * Writes all bodies or none, in one piece, and repairs first what a crash or somebody left behind. The last of
   * the results belongs to the last body. Throws system errors and AUDIT_UNREADABLE.
   */
  append(bodies: readonly EntryBody[]): readonly Written[];
  /** Returns once everything written so far survives a power cut. Outside the lock: the kernel then syncs for all writers at once. */
  sync(): void;
  /** The same without waiting. */
  syncSoon(done: (error: Error | null) => void): void;
}

/** Inside the lock nobody else writes, so a rest may follow a short write; on an error nothing of it stays. */
function writeWhole(fd: number, bytes: Buffer, start: number): void {
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at);
  } catch (error) {
    ftruncateSync(fd, start);
    throw error;
  }
}

class OpenLog implements LogFile {
  readonly #scribe: Scribe;
  readonly #note: HeadNoteFile;
  readonly #segment: Segment;
  #fd: number;
  #head: Head = EMPTY_HEAD;

  constructor(scribe: Scribe) {
    this.#scribe = scribe;
    this.#segment = listSegments(scribe.folder).at(-1) ?? { number: 0, path: segmentPath(scribe.folder, 0) };
    this.#fd = this.#open();
    this.#note = openHeadNote(scribe.folder);
  }

  append(bodies: readonly EntryBody[]): readonly Written[] {
    const before = this.#prepare();
    const lines: Buffer[] = [];
    const written: Written[] = [];
    let head = this.#head;
    for (const body of [...before, ...bodies]) {
      const { line, id } = this.#seal(body, head);
      lines.push(line, NEWLINE);
      head = { ...head, size: head.size + line.length + 1, seq: head.seq + 1, hash: sha256(line) };
      written.push({ id, seq: head.seq });
    }
    writeWhole(this.#fd, Buffer.concat(lines), this.#head.size);
    this.#head = { ...head, keyId: this.#scribe.key.public.id };
    this.#note.write(this.#head);
    return written.slice(before.length);
  }

  sync(): void {
    fdatasyncSync(this.#fd);
  }

  syncSoon(done: (error: Error | null) => void): void {
    fdatasync(this.#fd, done);
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
    this.#note[Symbol.dispose]();
  }

  #open(): number {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
    const fd = openSync(this.#segment.path, flags, PRIVATE_FILE_MODE);
    const stats = fstatSync(fd);
    if (!stats.isFile()) {
      closeSync(fd);
      throw new GuardError('AUDIT_UNREADABLE', 'the audit log is not a regular file');
    }
    if (stats.size === 0) syncFolder(this.#scribe.folder);
    return fd;
  }

  #seal(body: EntryBody, head: Head): { readonly line: Buffer; readonly id: string } {
    const { clock, host, origin, key } = this.#scribe;
    const now = clock.wall();
    const id = newEntryId(now);
    const position = { prev: head.hash, v: ENTRY_VERSION, seq: head.seq + 1, id } as const;
    const when = { ts: new Date(now).toISOString(), mono: clock.monotonic() };
    return { id, line: sealEntry({ ...position, ...when, host, origin }, body, key) };
  }

  /** Brings `#fd` and `#head` up to what is on disk; returns what must be said first. */
  #prepare(): readonly EntryBody[] {
    const known = this.#head;
    const gaps = [...this.#reopenIfReplaced(), ...this.#catchUp(known)];
    const key = this.#scribe.key.public;
    if (this.#head.size === 0)
      return [{ type: 'segment', segment: this.#segment.number, key: key.text }, ...gaps];
    return this.#head.keyId === key.id ? gaps : [{ type: 'key', key: key.text }, ...gaps];
  }

  #reopenIfReplaced(): readonly GapBody[] {
    const named = statSync(this.#segment.path, { throwIfNoEntry: false });
    const open = fstatSync(this.#fd);
    if (named?.ino === open.ino && named.dev === open.dev) return [];
    closeSync(this.#fd);
    this.#fd = this.#open();
    this.#head = EMPTY_HEAD;
    return [{ type: 'gap', reason: 'replaced' }];
  }

  #catchUp(known: Head): readonly GapBody[] {
    const { size } = fstatSync(this.#fd);
    if (size === this.#head.size && size > 0) return [];
    const tail = readTail(this.#fd, size);
    const gaps: GapBody[] = [];
    if (tail.torn > 0) {
      const hash = moveTornTail(this.#fd, tail, `${this.#segment.path}.torn`);
      gaps.push({ type: 'gap', reason: 'torn', bytes: tail.torn, sha256: hash });
    }
    this.#head = this.#continued(tail.head, known);
    const missing = this.#head.seq - tail.head.seq;
    if (missing > 0) gaps.push({ type: 'gap', reason: 'shrunk', entries: missing });
    return gaps;
  }

  /** The file's head, but never counting back behind what is known to have been written. */
  #continued(found: Head, known: Head): Head {
    const note = readHeadNote(this.#scribe.folder);
    const newest = note !== undefined && note.seq > known.seq ? note : known;
    if (newest.seq <= found.seq) return found;
    return { ...found, seq: newest.seq, hash: found.size === 0 ? newest.hash : found.hash };
  }
}

/** Opens the newest file of the log in `scribe.folder` (0600), making the first one where there is none. Throws system errors. */
export function openLogFile(scribe: Scribe): LogFile {
  return new OpenLog(scribe);
}
