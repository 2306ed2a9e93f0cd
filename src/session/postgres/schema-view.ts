import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { TransactionState } from '../../model/facts.ts';
import type { Probe } from '../../wire/postgres/gate.ts';
import type { Catalogs } from './catalogs.ts';
import type { OpenTransaction } from './open-transaction.ts';

/** A picture younger than this is not looked at again without a reason, in milliseconds. */
const FRESH_MS = 30_000;

/**
 * What one connection may take for its schema. A connection sees its own temporary tables and what its transaction has
 * not committed, so it never borrows the picture of another one that sees something else. While names may mean
 * something guard has not looked at, there is no picture, and nothing passes unmasked.
 */
export class SchemaView {
  readonly #catalogs: Catalogs;
  #key = '';
  #snapshot: CatalogSnapshot | undefined;
  #readAt = 0;
  /** Changes of the database that the picture takes into account. */
  #seen = 0;
  #changedInTransaction = false;

  constructor(catalogs: Catalogs) {
    this.#catalogs = catalogs;
  }

  /** Undefined while it is unknown or in doubt. */
  get catalog(): CatalogSnapshot | undefined {
    return this.#isInDoubt ? undefined : this.#snapshot;
  }

  get isStale(): boolean {
    return this.#isInDoubt || Date.now() - this.#readAt >= FRESH_MS;
  }

  async open(key: string, probe: Probe): Promise<CatalogSnapshot | undefined> {
    this.#key = key;
    return this.#read(probe);
  }

  /** Looks again where that is due and disturbs nobody. */
  async look(probe: Probe, transaction: OpenTransaction): Promise<void> {
    if (this.isStale && (await transaction.mayQuery(probe))) await this.#read(probe);
  }

  /** Tells of the state before each statement. */
  enter(state: TransactionState): void {
    if (state === 'idle') this.#changedInTransaction = false;
  }

  /** A statement that may change what names mean is on its way, or came through. */
  changed(): void {
    this.#changedInTransaction = true;
    this.#catalogs.changed(this.#key);
  }

  /** COMMIT shows to others what the transaction changed, ROLLBACK takes it back. */
  bounded(): void {
    if (this.#changedInTransaction) this.#catalogs.changed(this.#key);
  }

  get #isInDoubt(): boolean {
    return this.#seen !== this.#catalogs.changes(this.#key);
  }

  async #read(probe: Probe): Promise<CatalogSnapshot | undefined> {
    const changes = this.#catalogs.changes(this.#key);
    this.#snapshot = await this.#catalogs.refresh(this.#key, probe);
    this.#readAt = Date.now();
    this.#seen = changes;
    return this.#snapshot;
  }
}
