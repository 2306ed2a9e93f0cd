import { filledByCode } from '../../catalog/code-fills.ts';
import { applyFilled } from '../../catalog/filled.ts';
import { inheritClasses } from '../../catalog/inherit.ts';
import { applyLabels, type ColumnLabel } from '../../catalog/labels.ts';
import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { Judge } from '../../model/judge.ts';
import type { ColumnOrigin } from '../../model/lineage.ts';
import type { CatalogLabel } from '../../model/policy.ts';
import { CATALOG_SQL, CATALOG_VERSION_SQL, readCatalog } from '../../observe/catalog.ts';
import type { Probe } from '../../wire/postgres/gate.ts';
import { rememberCatalog } from '../known-catalogs.ts';
import { LabelStore, labelsFor } from '../labels.ts';
import { catalogFolder, labelsFile } from '../state-places.ts';
import { trace } from './report-failure.ts';
import type { KnownPlace } from './surroundings.ts';

/** Pictures kept: connections that see something else than the others each have their own. */
const MOST_PICTURES = 16;

const BY_CODE = 'filled from classed columns by a trigger, rule, default or function';
const BY_EARLIER_NAME = 'classed before it, or its table, was called so';
const BY_SESSION = 'filled from classed columns in this session';

export interface CatalogsSetting {
  readonly judge: Pick<Judge, 'learn'>;
  /** Of the policy. */
  readonly labels: readonly CatalogLabel[];
  readonly stateFolder: string;
  placeOf(key: string): KnownPlace | undefined;
  trouble(text: string): void;
}

interface Known {
  /** Without labels. */
  readonly guessed: CatalogSnapshot;
  readonly snapshot: CatalogSnapshot;
}

/** The schema pictures of one session, shared by all connections to the same database as the same user. */
export class Catalogs {
  readonly #setting: CatalogsSetting;
  readonly #store: LabelStore;
  readonly #known = new Map<string, Known>();
  readonly #changes = new Map<string, number>();
  /** Columns that this session filled from classed ones. */
  readonly #filled = new Map<string, readonly ColumnOrigin[]>();

  /** Columns that were classed at some time in this session. */
  readonly #ever = new Map<string, Map<string, ColumnOrigin>>();

  constructor(setting: CatalogsSetting) {
    this.#setting = setting;
    this.#store = new LabelStore(labelsFile(setting.stateFolder));
  }

  /**
   * The picture for `key` (identity, user) as this connection sees it now: a known one when the server's version mark
   * is the same, else read anew. Labels that were set meanwhile hold from here on. Undefined when the server won't
   * tell; rejects with CONFIG_INVALID when the labels can't be read.
   */
  async refresh(key: string, probe: Probe): Promise<CatalogSnapshot | undefined> {
    const mark = await readMark(probe);
    const place = `${key}\0${mark ?? ''}`;
    const known = mark === undefined ? undefined : this.#known.get(place);
    const guessed = known?.guessed ?? (await this.#read(key, probe));
    if (guessed === undefined) return undefined;
    const labelled = this.#completed(key, guessed);
    const isKnown = labelled.version === known?.snapshot.version;
    const snapshot = isKnown ? known.snapshot : labelled;
    if (!isKnown) await this.#setting.judge.learn(snapshot);
    if (mark !== undefined) this.#keep(place, { guessed, snapshot });
    return snapshot;
  }

  /** With labels, what code in the database fills, and what this session did. */
  #completed(key: string, guessed: CatalogSnapshot): CatalogSnapshot {
    const said = inheritClasses(applyLabels(guessed, this.#labels(key)));
    const coded = applyFilled(said, filledByCode(said), BY_CODE);
    const filled = applyFilled(coded, this.#filled.get(key) ?? [], BY_SESSION);
    return inheritClasses(applyFilled(filled, this.#classed(key, filled), BY_EARLIER_NAME));
  }

  /** A column that was classed keeps its class when it, or its table, gets another name. */
  #classed(key: string, snapshot: CatalogSnapshot): readonly ColumnOrigin[] {
    const classed = this.#ever.get(key) ?? new Map<string, ColumnOrigin>();
    this.#ever.set(key, classed);
    for (const relation of snapshot.relations)
      for (const column of relation.columns)
        if (column.class !== undefined && !column.unsure)
          classed.set(`${relation.oid}.${column.number}`, { relation: relation.oid, column: column.number });
    return [...classed.values()];
  }

  /** Some connection of the session ran what may change the schema, or ended the transaction that did. */
  changed(key: string): void {
    this.#changes.set(key, this.changes(key) + 1);
  }

  /** How often that happened. */
  changes(key: string): number {
    return this.#changes.get(key) ?? 0;
  }

  /** From now on these columns count as classed for every connection of the session. */
  fill(key: string, columns: readonly ColumnOrigin[]): void {
    const before = this.#filled.get(key) ?? [];
    const more = columns.filter(
      ({ relation, column }) => !before.some((each) => each.relation === relation && each.column === column),
    );
    if (more.length === 0) return;
    this.#filled.set(key, [...before, ...more]);
    this.changed(key);
  }

  #keep(place: string, known: Known): void {
    this.#known.delete(place);
    this.#known.set(place, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_PICTURES && oldest !== undefined) this.#known.delete(oldest);
  }

  async #read(key: string, probe: Probe): Promise<CatalogSnapshot | undefined> {
    const answer = await probe.simple(CATALOG_SQL);
    if (answer.kind === 'error') return undefined;
    const guessed = readCatalog(answer.results);
    this.#remember(key, guessed);
    return guessed;
  }

  /** For `guard catalog`; a session does not depend on it. */
  #remember(key: string, guessed: CatalogSnapshot): void {
    const { stateFolder, trouble } = this.#setting;
    const place = this.#setting.placeOf(key);
    if (place === undefined) return;
    try {
      rememberCatalog(catalogFolder(stateFolder), place, guessed);
    } catch (error) {
      trouble(`the catalog could not be remembered: ${trace(error)}`);
    }
  }

  #labels(key: string): readonly ColumnLabel[] {
    return labelsFor(this.#setting.placeOf(key)?.identity, this.#setting.labels, this.#store.read());
  }
}

async function readMark(probe: Probe): Promise<string | undefined> {
  const answer = await probe.simple(CATALOG_VERSION_SQL);
  return answer.kind === 'rows' ? (answer.results[0]?.[0]?.[0] ?? undefined) : undefined;
}
