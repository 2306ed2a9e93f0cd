import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { type Clock, systemClock } from '../host/clock.ts';
import { ensurePrivateFolder, isErrno, ownUid } from '../host/private-folder.ts';
import type { EntryBody } from '../model/audit-entry.ts';
import { GuardError } from '../model/errors.ts';
import type { RawText } from '../model/text.ts';
import type { SigningKey } from '../sign/signing-key.ts';
import type { TagSecret } from '../sign/tag-secret.ts';
import type { VerificationKey } from '../sign/verification-key.ts';
import { newEntryId } from './entry-id.ts';
import { journalKey, journalTagSecret } from './journal-key.ts';
import { openPages, type Pages } from './pages.ts';
import type { ReadNote, ReadResult } from './reads-batch.ts';

/** `required`: what can't be recorded may not happen. `best-effort`: it may, and the log says later how much is missing. */
export type AuditMode = 'required' | 'best-effort';

/** `durable`: on disk before the call returns. `batched`: written before it returns, synced at most 100 ms later. */
export type Durability = 'durable' | 'batched';

export interface JournalOptions {
  /** The log's folder, made 0700. */
  readonly folder: string;
  /** Where signing key and tag secret live; `keys` beside `folder` unless told otherwise. */
  readonly keysFolder?: string;
  readonly key?: SigningKey;
  readonly clock?: Clock;
  /** For calls that don't say; `required` unless told otherwise. */
  readonly mode?: AuditMode;
  readonly host?: string;
  /** Which log this is among many: host and user id unless told otherwise. */
  readonly origin?: string;
}

export interface Recorded {
  readonly id: string;
  /** Undefined when a best-effort entry could not be written. */
  readonly seq: number | undefined;
}

/**
 * The signed, chained log. Synchronous, made for many processes and threads at once. Opened at the first entry, so
 * that `required` and `best-effort` calls can each decide what an unwritable folder means.
 */
export interface Journal extends Disposable {
  /** Throws AUDIT_UNWRITABLE in `required` mode. Pending reads are written before it, in the same piece. */
  append(body: EntryBody, durability: Durability, mode?: AuditMode): Recorded;
  /**
   * Notes an allowed read before it is forwarded: survives guard being killed; signed and synced as part of one `reads`
   * entry at most 100 ms later. The id is shared by all reads of the shape. Throws AUDIT_UNWRITABLE in `required` mode.
   */
  noteRead(read: ReadNote, mode?: AuditMode): string;
  /** What became of a read; false when `id` did not come from `noteRead`. Never throws. */
  noteReadResult(id: string, result: ReadResult): boolean;
  /** The keyed mark of a text, for `cmd.tag`. Throws KEY_UNREADABLE, AUDIT_UNWRITABLE. */
  tag(text: RawText): string;
  /** Writes and syncs what is pending. Throws AUDIT_UNWRITABLE. */
  flush(): void;
  /** The key that verifies what this journal writes. Throws KEY_UNREADABLE. */
  publicKey(): VerificationKey;
}

const BATCH_MS = 100;

function unwritable(folder: string, cause: unknown): GuardError {
  if (cause instanceof GuardError && cause.code === 'AUDIT_UNWRITABLE') return cause;
  if (cause instanceof GuardError)
    return new GuardError('AUDIT_UNWRITABLE', `the audit log can't be written: ${cause.message}`, {
      cause,
      ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    });
  const full = isErrno(cause, 'ENOSPC', 'EDQUOT', 'EFBIG');
  const why = full ? 'there is no room left' : 'it can not be written';
  return new GuardError('AUDIT_UNWRITABLE', `the audit log in ${folder}: ${why}`, {
    cause,
    hint: full
      ? 'make room on this file system'
      : 'look at owner and mode of this folder, and at guard doctor',
  });
}

class PagedJournal implements Journal {
  readonly #options: JournalOptions;
  readonly #clock: Clock;
  readonly #keysFolder: string;
  readonly #atExit = () => this.#leave();
  #pages: Pages | undefined;
  #key: SigningKey | undefined;
  #secret: TagSecret | undefined;
  #timer: NodeJS.Timeout | undefined;
  #oldest = 0;
  #unsynced = false;
  #lost = 0;
  #trouble: unknown;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#keysFolder = options.keysFolder ?? join(dirname(options.folder), 'keys');
    this.#key = options.key;
    process.once('exit', this.#atExit);
  }

  append(body: EntryBody, durability: Durability, mode?: AuditMode): Recorded {
    const written = this.#attempt(mode, () => {
      const recorded = this.#commit([body]);
      if (durability === 'durable') this.#sync();
      else this.#later();
      return recorded;
    });
    return written ?? { id: newEntryId(this.#clock.wall()), seq: undefined };
  }

  noteRead(read: ReadNote, mode?: AuditMode): string {
    const id = this.#attempt(mode, () => this.#note(read));
    return id ?? newEntryId(this.#clock.wall());
  }

  noteReadResult(id: string, result: ReadResult): boolean {
    try {
      const reads = this.#pages?.reads;
      if (reads?.isFull) this.#settle();
      const noted = reads?.result(id, result) ?? false;
      if (noted) this.#later();
      return noted;
    } catch (error) {
      this.#trouble = error;
      return true;
    }
  }

  tag(text: RawText): string {
    try {
      this.#secret ??= journalTagSecret(ensurePrivateFolder(this.#keysFolder));
    } catch (error) {
      if (error instanceof GuardError) throw error;
      throw unwritable(this.#options.folder, error);
    }
    return this.#secret.tag(text);
  }

  publicKey(): VerificationKey {
    return this.#signingKey().public;
  }

  flush(): void {
    if (this.#pages === undefined) return;
    try {
      this.#settle();
    } catch (error) {
      throw unwritable(this.#options.folder, error);
    }
  }

  [Symbol.dispose](): void {
    process.removeListener('exit', this.#atExit);
    try {
      this.flush();
    } finally {
      this.#close();
    }
  }

  #note(read: ReadNote): string {
    const { reads, reserve } = this.#open();
    if (reads.isOther(read.actor) || reads.isFull || this.#isDue()) this.#settle();
    if (this.#trouble !== undefined) this.#settle();
    if (reads.isEmpty && !reserve.held()) throw unwritable(this.#options.folder, new Error('no reserve'));
    const id = reads.note(read);
    this.#later();
    return id;
  }

  /** Timers don't run while a caller keeps the thread busy: the age of the batch is looked at here, too. */
  #isDue(): boolean {
    return this.#timer !== undefined && performance.now() - this.#oldest > BATCH_MS;
  }

  #attempt<T>(mode: AuditMode | undefined, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if ((mode ?? this.#options.mode ?? 'required') === 'required')
        throw unwritable(this.#options.folder, error);
      this.#lost += 1;
      return undefined;
    }
  }

  #signingKey(): SigningKey {
    this.#key ??= journalKey(ensurePrivateFolder(this.#keysFolder));
    return this.#key;
  }

  #open(): Pages {
    this.#pages ??= openPages({
      folder: ensurePrivateFolder(this.#options.folder),
      key: this.#signingKey(),
      clock: this.#clock,
      host: this.#options.host ?? hostname(),
      origin: this.#options.origin ?? `${this.#options.host ?? hostname()}/uid-${ownUid()}`,
    });
    return this.#pages;
  }

  #commit(bodies: readonly EntryBody[]): Recorded {
    const lost = this.#lost;
    const gap: readonly EntryBody[] = lost > 0 ? [{ type: 'gap', reason: 'lost', entries: lost }] : [];
    const written = this.#open().commit([...gap, ...bodies]);
    this.#lost -= lost;
    this.#trouble = undefined;
    return written ?? { id: '', seq: undefined };
  }

  #sync(): void {
    this.#stopTimer();
    this.#unsynced = true;
    this.#open().log.sync();
    this.#unsynced = false;
  }

  /** Writes and syncs everything now. */
  #settle(): void {
    const pages = this.#open();
    if (!pages.reads.isEmpty || this.#lost > 0) {
      this.#commit([]);
      this.#unsynced = true;
    }
    if (this.#unsynced || this.#trouble !== undefined) this.#sync();
    this.#trouble = undefined;
    this.#stopTimer();
  }

  #later(): void {
    this.#unsynced = true;
    if (this.#timer !== undefined) return;
    this.#oldest = performance.now();
    this.#timer = setTimeout(() => this.#tick(), BATCH_MS).unref();
  }

  /** Like settling, but the disk is waited for elsewhere; what goes wrong is told to the next caller. */
  #tick(): void {
    this.#stopTimer();
    const pages = this.#pages;
    if (pages === undefined) return;
    try {
      if (!pages.reads.isEmpty) this.#commit([]);
      this.#unsynced = false;
      pages.log.syncSoon((error) => {
        if (error !== null && this.#pages === pages) this.#trouble = error;
      });
    } catch (error) {
      this.#trouble = error;
    }
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** At process exit nobody is left to be told: what can't be written stays in the buffer for the next guard. */
  #leave(): void {
    try {
      this[Symbol.dispose]();
    } catch {
      this.#pages = undefined;
    }
  }

  #close(): void {
    this.#stopTimer();
    this.#pages?.[Symbol.dispose]();
    this.#pages = undefined;
  }
}

/** Never touches the disk itself: the first call does. */
export function openJournal(options: JournalOptions): Journal {
  return new PagedJournal(options);
}
