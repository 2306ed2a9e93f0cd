import { inheritClasses } from '../../catalog/inherit.ts';
import { applyLabels, type ColumnLabel } from '../../catalog/labels.ts';
import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { Judge } from '../../model/judge.ts';
import type { CatalogLabel } from '../../model/policy.ts';
import { CATALOG_SQL, CATALOG_VERSION_SQL, readCatalog } from '../../observe/catalog.ts';
import type { Probe } from '../../wire/postgres/gate.ts';
import { rememberCatalog } from '../known-catalogs.ts';
import { LabelStore, labelsFor } from '../labels.ts';
import { catalogFolder, labelsFile } from '../state-places.ts';
import { trace } from './report-failure.ts';
import type { KnownPlace } from './surroundings.ts';

/** A snapshot younger than this is not looked at again without a reason, in milliseconds. */
const FRESH_MS = 30_000;

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
  readonly mark: string | undefined;
  readonly readAt: number;
}

/** The schema pictures of one session, shared by all connections to the same database as the same user. */
export class Catalogs {
  readonly #setting: CatalogsSetting;
  readonly #store: LabelStore;
  readonly #known = new Map<string, Known>();

  constructor(setting: CatalogsSetting) {
    this.#setting = setting;
    this.#store = new LabelStore(labelsFile(setting.stateFolder));
  }

  /** The picture for `key` (identity, user): a fresh known one, or read now. Undefined when the server won't tell. */
  async get(key: string, probe: Probe): Promise<CatalogSnapshot | undefined> {
    const known = this.#known.get(key);
    if (known !== undefined && Date.now() - known.readAt < FRESH_MS) return known.snapshot;
    return this.refresh(key, probe);
  }

  /**
   * Reads it again when the server's version mark says that something changed; labels that were set meanwhile hold from
   * here on. Rejects with CONFIG_INVALID when the labels can't be read.
   */
  async refresh(key: string, probe: Probe): Promise<CatalogSnapshot | undefined> {
    const known = this.#known.get(key);
    const mark = await readMark(probe);
    const isSame = known !== undefined && mark !== undefined && mark === known.mark;
    const guessed = isSame ? known.guessed : await this.#read(key, probe);
    if (guessed === undefined) {
      this.#known.delete(key);
      return undefined;
    }
    const labelled = inheritClasses(applyLabels(guessed, this.#labels(key)));
    const isKnown = labelled.version === known?.snapshot.version;
    const snapshot = isKnown ? known.snapshot : labelled;
    if (!isKnown) await this.#setting.judge.learn(snapshot);
    this.#known.set(key, { guessed, snapshot, mark, readAt: Date.now() });
    return snapshot;
  }

  /** True when the picture is old enough to be worth a look while the connection is idle. */
  isStale(key: string): boolean {
    const known = this.#known.get(key);
    return known === undefined || Date.now() - known.readAt >= FRESH_MS;
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
