import { findRelation } from '../../judge/catalog-lookup.ts';
import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { TransactionState } from '../../model/facts.ts';
import type { FilledColumn } from '../../model/judge.ts';
import type { ColumnOrigin } from '../../model/lineage.ts';
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
  #made: MadeColumn[] = [];
  /** Relations before code ran that may have made others of classed values. */
  #before: ReadonlySet<number> | undefined;

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
  async look(probe: Probe, transaction: OpenTransaction, next?: string): Promise<void> {
    if (this.isStale && (await transaction.mayQuery(probe, next))) await this.#read(probe);
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

  /** A statement that fills columns with classed values is on its way. New tables get their numbers at the next look. */
  filled(columns: readonly FilledColumn[]): void {
    const known = columns.flatMap((each) => (each.kind === 'known' ? [each] : []));
    this.#catalogs.fill(this.#key, known);
    if (columns.some(({ kind }) => kind === 'new'))
      this.#before ??= new Set((this.#snapshot?.relations ?? []).map(({ oid }) => oid));
    this.#made.push(...columns.flatMap((each) => (each.kind === 'made' ? [each] : [])));
  }

  /** COMMIT shows to others what the transaction changed, ROLLBACK takes it back. */
  bounded(): void {
    if (this.#changedInTransaction) this.#catalogs.changed(this.#key);
  }

  get #isInDoubt(): boolean {
    return this.#seen !== this.#catalogs.changes(this.#key);
  }

  async #read(probe: Probe): Promise<CatalogSnapshot | undefined> {
    let changes = this.#catalogs.changes(this.#key);
    let snapshot = await this.#catalogs.refresh(this.#key, probe);
    if ((this.#made.length > 0 || this.#before !== undefined) && snapshot !== undefined) {
      const known = snapshot;
      const columns = [
        ...this.#made.flatMap((column) => columnsMade(known, column)),
        ...columnsSince(known, this.#before),
      ];
      this.#made = [];
      this.#before = undefined;
      this.#catalogs.fill(this.#key, columns);
      changes = this.#catalogs.changes(this.#key);
      snapshot = await this.#catalogs.refresh(this.#key, probe);
    }
    this.#snapshot = snapshot;
    this.#readAt = Date.now();
    this.#seen = changes;
    return snapshot;
  }
}

type MadeColumn = Extract<FilledColumn, { kind: 'made' }>;

function columnsMade(
  catalog: CatalogSnapshot,
  { schema, name, position }: MadeColumn,
): readonly ColumnOrigin[] {
  const relation = findRelation(catalog, schema === undefined ? { name } : { schema, name });
  if (relation === undefined) return [];
  const columns = position === 'all' ? relation.columns : relation.columns.slice(position, position + 1);
  return columns.map(({ number }) => ({ relation: relation.oid, column: number }));
}

/** Every column of the relations that were not there before. */
function columnsSince(
  catalog: CatalogSnapshot,
  before: ReadonlySet<number> | undefined,
): readonly ColumnOrigin[] {
  if (before === undefined) return [];
  return catalog.relations
    .filter(({ oid }) => !before.has(oid))
    .flatMap(({ oid, columns }) => columns.map(({ number }) => ({ relation: oid, column: number })));
}
