import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { Judge } from '../../model/judge.ts';
import type { CatalogLabel } from '../../model/policy.ts';
import { CATALOG_SQL, CATALOG_VERSION_SQL, readCatalog } from '../../observe/catalog.ts';
import type { Probe } from '../../wire/postgres/gate.ts';

/** A snapshot younger than this is not looked at again without a reason, in milliseconds. */
const FRESH_MS = 30_000;

interface Known {
  readonly snapshot: CatalogSnapshot;
  readonly mark: string | undefined;
  readonly readAt: number;
}

/** The schema pictures of one session, shared by all connections to the same database as the same user. */
export class Catalogs {
  readonly #judge: Judge;
  readonly #labels: readonly CatalogLabel[];
  readonly #known = new Map<string, Known>();

  constructor(judge: Judge, labels: readonly CatalogLabel[]) {
    this.#judge = judge;
    this.#labels = labels;
  }

  /** The picture for `key` (identity, user): a fresh known one, or read now. Undefined when the server won't tell. */
  async get(key: string, probe: Probe): Promise<CatalogSnapshot | undefined> {
    const known = this.#known.get(key);
    if (known !== undefined && Date.now() - known.readAt < FRESH_MS) return known.snapshot;
    return this.refresh(key, probe);
  }

  /** Reads it again when the server's version mark says that something changed. */
  async refresh(key: string, probe: Probe): Promise<CatalogSnapshot | undefined> {
    const known = this.#known.get(key);
    const mark = await readMark(probe);
    if (known !== undefined && mark !== undefined && mark === known.mark) {
      this.#known.set(key, { ...known, readAt: Date.now() });
      return known.snapshot;
    }
    const answer = await probe.simple(CATALOG_SQL);
    if (answer.kind === 'error') {
      this.#known.delete(key);
      return undefined;
    }
    const snapshot = readCatalog(answer.results, this.#labels);
    if (snapshot.version !== known?.snapshot.version) await this.#judge.learn(snapshot);
    this.#known.set(key, { snapshot, mark, readAt: Date.now() });
    return snapshot;
  }

  /** True when the picture is old enough to be worth a look while the connection is idle. */
  isStale(key: string): boolean {
    const known = this.#known.get(key);
    return known === undefined || Date.now() - known.readAt >= FRESH_MS;
  }
}

async function readMark(probe: Probe): Promise<string | undefined> {
  const answer = await probe.simple(CATALOG_VERSION_SQL);
  return answer.kind === 'rows' ? (answer.results[0]?.[0]?.[0] ?? undefined) : undefined;
}
