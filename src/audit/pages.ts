import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Lock, openLock } from '../host/lock.ts';
import { ensurePrivateFolder, isErrno } from '../host/private-folder.ts';
import { goesOn } from '../model/answer-word.ts';
import type { EntryBody } from '../model/audit-entry.ts';
import { GuardError } from '../model/errors.ts';
import { type LogFile, openLogFile, type Scribe, type Written } from './log-file.ts';
import { newReadsBatch, type ReadsBatch } from './reads-batch.ts';
import { findOrphanedReads, type OrphanedReads, openReadsBuffer, type ReadsBuffer } from './reads-buffer.ts';
import { openReserve, type Reserve } from './reserve.ts';

const NAME_BYTES = 9;
const LOCK_TIMEOUT_MS = 10_000;
const NO_ORPHANS: OrphanedReads = { bodies: [], forget: () => {} };

/** Everything of an opened log. */
export interface Pages extends Disposable {
  readonly log: LogFile;
  readonly reads: ReadsBatch;
  readonly reserve: Reserve;
  /** Writes pending reads and then `bodies`, under the lock, in one piece; undefined when there was nothing. Throws AUDIT_UNWRITABLE and system errors. */
  commit(bodies: readonly EntryBody[]): Written | undefined;
}

/** Entries after which something may happen. The others only say what happened or was refused, and may use the last space. */
function permits(body: EntryBody): boolean {
  if (body.type === 'decision') return body.verdict !== 'block';
  if (body.type === 'answer') return goesOn(body.answer);
  return body.type === 'session.start';
}

class OpenPages implements Pages {
  readonly log: LogFile;
  readonly reads: ReadsBatch;
  readonly reserve: Reserve;
  readonly #lock: Lock;
  readonly #buffer: ReadsBuffer;
  readonly #buffersFolder: string;
  #lookedForOrphans = false;

  constructor(scribe: Scribe) {
    this.#buffersFolder = ensurePrivateFolder(join(scribe.folder, 'reads'));
    const opened: Disposable[] = [];
    const keep = <T extends Disposable>(one: T): T => {
      opened.push(one);
      return one;
    };
    try {
      this.#lock = keep(openLock(join(scribe.folder, 'lock')));
      this.log = keep(openLogFile(scribe));
      this.#buffer = keep(openReadsBuffer(this.#buffersFolder));
    } catch (error) {
      for (const one of opened) one[Symbol.dispose]();
      throw error;
    }
    this.reads = newReadsBatch(this.#buffer, randomBytes(NAME_BYTES).toString('base64url'));
    this.reserve = openReserve(join(scribe.folder, 'reserve'));
  }

  commit(bodies: readonly EntryBody[]): Written | undefined {
    if (bodies.some(permits) && !this.reserve.held())
      throw new GuardError('AUDIT_UNWRITABLE', 'the audit log has no reserve on a full disk', {
        hint: 'make room on this file system; until then only refusals are recorded',
      });
    return this.#lock.during(() => this.#commitLocked(bodies), LOCK_TIMEOUT_MS);
  }

  [Symbol.dispose](): void {
    this.log[Symbol.dispose]();
    this.#buffer[Symbol.dispose]();
    this.#lock[Symbol.dispose]();
  }

  #commitLocked(bodies: readonly EntryBody[]): Written | undefined {
    const orphans = this.#lookedForOrphans ? NO_ORPHANS : findOrphanedReads(this.#buffersFolder);
    const pending = this.reads.body();
    const all = [...orphans.bodies, ...(pending === undefined ? [] : [pending]), ...bodies];
    const written = all.length === 0 ? [] : this.#appendWithReserve(all);
    orphans.forget();
    this.#lookedForOrphans = true;
    if (pending !== undefined) this.reads.clear();
    return written.at(-1);
  }

  #appendWithReserve(bodies: readonly EntryBody[]): readonly Written[] {
    try {
      return this.log.append(bodies);
    } catch (error) {
      const mayUseReserve = isErrno(error, 'ENOSPC', 'EDQUOT') && !bodies.some(permits);
      if (!mayUseReserve || !this.reserve.spend()) throw error;
      return this.log.append(bodies);
    }
  }
}

/** Opens lock, log, buffer and reserve in `scribe.folder`, which must exist. Throws system errors. */
export function openPages(scribe: Scribe): Pages {
  return new OpenPages(scribe);
}
