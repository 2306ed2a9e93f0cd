import type { DataClass } from '../../../model/data-class.ts';
import type { ColumnOrigin } from '../../../model/lineage.ts';
import { Cell, HARMLESS, type Leaf } from './cell.ts';

/**
 * Classes a number over a group does not give away: ages and durations are made of dates, and nobody is found by
 * the average of one. A group of a single row does show it: that is the price of readable statistics.
 */
const READABLE_IN_GROUPS: ReadonlySet<DataClass> = new Set(['phi.date', 'pii.date']);

/** Summaries within summaries deeper than this are not followed. */
const MAX_NESTING = 40;

/** Tests of classed values that one value may be made of and stay readable. */
const MAX_TESTS = 4;

/** Steps along which a value is followed unchanged. */
const MAX_STEPS = 10_000;

class Collection {
  readonly origins = new Map<string, ColumnOrigin>();
  readonly classes = new Set<DataClass>();
  opaque = false;
  /** Tests whose results are in it. */
  readonly tests = new Set<Cell>();

  add(leaf: Leaf): void {
    if (leaf.how === 'opaque') this.opaque = true;
    for (const origin of leaf.origins) this.origins.set(`${origin.relation}.${origin.column}`, origin);
    for (const each of leaf.classes) this.classes.add(each);
  }

  merge(other: Collection): void {
    if (other.opaque) this.opaque = true;
    for (const [key, origin] of other.origins) this.origins.set(key, origin);
    for (const each of other.classes) this.classes.add(each);
  }
}

/** Counts the cells that are looked at; false when a statement needs too many. */
interface Work {
  spend(cells: number): boolean;
}

/** What a cell's value can show, once the whole statement was seen. */
export function resolve(work: Work, cell: Cell): Leaf {
  if (cell.leaf !== undefined) return cell.leaf;
  const plain = plainLeaf(cell);
  const found = new Collection();
  collect(work, cell, { found, nesting: 0 });
  if (found.opaque) return finish('opaque', found);
  if (plain !== undefined && plain.how === 'direct' && found.classes.size === plain.classes.length)
    return plain;
  if (found.origins.size === 0 && found.classes.size === 0) return HARMLESS.leaf ?? finish('opaque', found);
  return finish('derived', found);
}

function finish(how: Leaf['how'], found: Collection): Leaf {
  return { how, origins: [...found.origins.values()], classes: [...found.classes].sort() };
}

/** The leaf whose value the cell passes on unchanged, taints left aside; undefined when it is computed. */
function plainLeaf(cell: Cell): Leaf | undefined {
  let at = cell;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    if (at.kind === 'leaf') return at.leaf;
    if (at.kind === 'union') return commonLeaf(at.sources);
    const [source] = at.sources;
    if (at.kind !== 'column' || source === undefined) return undefined;
    at = source;
  }
  return undefined;
}

/** The one base column that all of `cells` pass on unchanged. */
function commonLeaf(cells: readonly Cell[]): Leaf | undefined {
  let common: Leaf | undefined;
  for (const cell of cells) {
    // A union within a union may be a recursive query: computed.
    const leaf = cell.kind === 'column' || cell.kind === 'leaf' ? columnLeaf(cell) : undefined;
    if (leaf === undefined || (common !== undefined && !sameOrigin(common, leaf))) return undefined;
    common = leaf;
  }
  return common;
}

function columnLeaf(cell: Cell): Leaf | undefined {
  let at = cell;
  for (let step = 0; step < MAX_NESTING; step += 1) {
    if (at.kind === 'leaf') return at.leaf;
    const [source] = at.sources;
    if (at.kind !== 'column' || source === undefined) return undefined;
    at = source;
  }
  return undefined;
}

function sameOrigin(a: Leaf, b: Leaf): boolean {
  const [x] = a.origins;
  const [y] = b.origins;
  if (a.how !== b.how) return false;
  return x?.relation === y?.relation && x?.column === y?.column;
}

interface Into {
  readonly found: Collection;
  readonly nesting: number;
}

function collect(work: Work, start: Cell, into: Into): void {
  const { found, nesting } = into;
  const seen = new Set<Cell>([start]);
  // A set gives what is added while it is walked.
  for (const cell of seen) {
    if (!work.spend(1) || nesting > MAX_NESTING) {
      found.opaque = true;
      return;
    }
    if (cell.leaf !== undefined) found.add(cell.leaf);
    else collectParts(work, cell, { ...into, seen });
    addAll(seen, cell.taints ?? NO_CELLS);
  }
  if (found.tests.size > MAX_TESTS) collectTests(work, into);
}

function collectParts(work: Work, cell: Cell, into: Into & { readonly seen: Set<Cell> }): void {
  const { found, seen } = into;
  if (cell.kind === 'summary') collectSummary(work, cell, into);
  else if (cell.kind === 'test') found.tests.add(cell);
  else if (cell.kind !== 'measure' || !cell.sources.every(isPlain)) addAll(seen, cell.sources);
}

const NO_CELLS: readonly Cell[] = [];

function addAll(seen: Set<Cell>, cells: readonly Cell[]): void {
  for (const cell of cells) seen.add(cell);
}

/** Everything that `sources` may show. */
function partOf(work: Work, sources: readonly Cell[], nesting: number): Collection {
  const found = new Collection();
  collect(work, new Cell('derived', [...sources]), { found, nesting: nesting + 1 });
  return found;
}

function collectSummary(work: Work, cell: Cell, into: Into): void {
  const inner = partOf(work, cell.sources, into.nesting);
  const { found } = into;
  const classes = [...inner.classes].filter((each) => !READABLE_IN_GROUPS.has(each));
  if (inner.opaque) found.opaque = true;
  if (classes.length === 0) return;
  for (const each of classes) found.classes.add(each);
  for (const [key, origin] of inner.origins) found.origins.set(key, origin);
}

/** Many tests of classed values in one value. */
function collectTests(work: Work, into: Into): void {
  const telling = [...into.found.tests]
    .map((cell) => partOf(work, cell.sources, into.nesting))
    .filter((each) => each.opaque || each.classes.size > 0);
  if (telling.length > MAX_TESTS) for (const each of telling) into.found.merge(each);
}

function isPlain(cell: Cell): boolean {
  const how = plainLeaf(cell)?.how;
  return how === 'direct' || how === 'harmless';
}
