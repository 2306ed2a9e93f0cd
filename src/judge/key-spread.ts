import type { CatalogRelation, CatalogSnapshot, ForeignKey } from '../model/catalog.ts';
import { relationByOid } from './catalog-lookup.ts';

/** Chains of foreign keys longer than this are told as "and further tables". */
const DEEPEST_CASCADE = 8;

/** What happens to rows of a table. */
export type Change = 'insert' | 'update' | 'delete' | 'truncate';

/** A table whose rows change with those of another. */
export interface KeySpread {
  readonly key: ForeignKey;
  readonly relation: CatalogRelation;
  readonly change: Change;
}

/** One change of rows, as a statement or trigger says it. */
export interface RowChange {
  readonly relation: CatalogRelation;
  readonly change: Change;
  /** Columns of an UPDATE; `all` where they are not known. */
  readonly columns: readonly string[] | 'all';
}

const SPREADS: ReadonlySet<string> = new Set(['cascade', 'set null', 'set default']);

/** What the rows that refer to changed ones go through; undefined when nothing or an error. */
function spreadOf(key: ForeignKey, change: Change): Change | undefined {
  if (change === 'truncate') return 'truncate';
  if (change === 'insert') return undefined;
  const action = change === 'update' ? key.onUpdate : key.onDelete;
  if (!SPREADS.has(action)) return undefined;
  return change === 'delete' && action === 'cascade' ? 'delete' : 'update';
}

/** False when an UPDATE surely leaves the columns alone that a key refers to. */
function touchesKey({ referenced }: ForeignKey, { relation, change, columns }: RowChange): boolean {
  if (change !== 'update' || columns === 'all') return true;
  const changed = relation.columns.filter(({ name }) => columns.includes(name));
  if (referenced !== undefined) return changed.some((column) => referenced.includes(column.number));
  return changed.length < columns.length || changed.some((column) => column.primaryKey);
}

/** Names of the referring columns, which are what SET NULL and ON UPDATE CASCADE write. */
export function referringColumns({ key, relation, change }: KeySpread): readonly string[] | 'all' {
  const { columns } = key;
  if (change !== 'update' || columns === undefined) return 'all';
  return relation.columns.filter((column) => columns.includes(column.number)).map(({ name }) => name);
}

const NOTHING_SPREADS = { spread: [], deeper: false } as const;

/** Every table that foreign keys take along, nearest first; `deeper` when there are further ones. */
export function spreadKeys(
  start: RowChange,
  catalog: CatalogSnapshot,
): { readonly spread: readonly KeySpread[]; readonly deeper: boolean } {
  if (keysTo(start.relation.oid, catalog).length === 0) return NOTHING_SPREADS;
  const seen = new Set([start.relation.oid]);
  const spread: KeySpread[] = [];
  let edge: readonly RowChange[] = [start];
  for (let depth = 0; edge.length > 0; depth += 1) {
    if (depth === DEEPEST_CASCADE) return { spread, deeper: true };
    const next = edge.flatMap((from) => referring(from, catalog).filter(({ key }) => !seen.has(key.from)));
    for (const each of next) seen.add(each.key.from);
    spread.push(...next);
    edge = next.map((each) => ({
      relation: each.relation,
      change: each.change,
      columns: referringColumns(each),
    }));
  }
  return { spread, deeper: false };
}

function referring(from: RowChange, catalog: CatalogSnapshot): readonly KeySpread[] {
  const keys = keysTo(from.relation.oid, catalog);
  if (keys.length === 0) return [];
  const taken = new Set<number>();
  return keys.flatMap((key) => {
    const change = spreadOf(key, from.change);
    if (change === undefined || taken.has(key.from)) return [];
    if (!touchesKey(key, from)) return [];
    const relation = relationByOid(catalog, key.from);
    if (relation === undefined) return [];
    taken.add(key.from);
    return [{ key, relation, change }];
  });
}

const NO_KEYS: readonly ForeignKey[] = [];

const byTarget = new WeakMap<CatalogSnapshot, ReadonlyMap<number, readonly ForeignKey[]>>();

/** The foreign keys that refer to a relation, looked up once for each snapshot. */
function keysTo(oid: number, catalog: CatalogSnapshot): readonly ForeignKey[] {
  let known = byTarget.get(catalog);
  if (known === undefined) {
    const made = new Map<number, ForeignKey[]>();
    for (const key of catalog.foreignKeys) {
      const same = made.get(key.to);
      if (same === undefined) made.set(key.to, [key]);
      else same.push(key);
    }
    byTarget.set(catalog, made);
    known = made;
  }
  return known.get(oid) ?? NO_KEYS;
}
