import type { DataClass } from '../../../model/data-class.ts';
import type { ColumnOrigin } from '../../../model/lineage.ts';
import { type Cell, HARMLESS, type Leaf } from './cell.ts';

/**
 * Classes a number over a group does not give away: ages and durations are made of dates, and nobody is found by
 * the average of one. A group of a single row does show it: that is the price of readable statistics.
 */
const READABLE_IN_GROUPS: ReadonlySet<DataClass> = new Set(['phi.date', 'pii.date']);

/** Set operations within set operations along which a base column is followed. */
const MAX_UNIONS = 40;

/** Tests of classed values that one value may be made of and stay readable. */
const MAX_TESTS = 4;

/** Steps along which a value is followed unchanged. */
const MAX_STEPS = 10_000;

class Collection {
  readonly origins = new Map<string, ColumnOrigin>();
  readonly classes = new Set<DataClass>();
  opaque = false;

  /** Grows with everything that is added. */
  get size(): number {
    return this.origins.size + this.classes.size + (this.opaque ? 1 : 0);
  }

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

/** What some cells show together: at once (`found`), through numbers over groups, and through tests. */
interface Part {
  readonly found: Collection;
  readonly summaries: readonly Cell[];
  /** Tests whose results are in it; none when they are too few to tell. */
  readonly tests: readonly Cell[];
}

/**
 * Resolves the cells of one statement that was seen whole. What stands behind a test or a summary is gathered once,
 * however many cells show it: comparisons make columns show tests of one another, so that following each would never end.
 */
export class Resolver {
  readonly #work: Work;
  /** What stands behind tests and summaries. */
  readonly #behind = new Map<Cell, Part>();

  constructor(work: Work) {
    this.#work = work;
  }

  /** What the cell's value can show. */
  resolve(cell: Cell): Leaf {
    if (cell.leaf !== undefined) return cell.leaf;
    const plain = plainLeaf(cell);
    const found = this.#collect(cell);
    if (found.opaque) return finish('opaque', found);
    if (plain !== undefined && plain.how === 'direct' && found.classes.size === plain.classes.length)
      return plain;
    if (found.origins.size === 0 && found.classes.size === 0) return HARMLESS.leaf ?? finish('opaque', found);
    return finish('derived', found);
  }

  #collect(cell: Cell): Collection {
    const whole = this.#gather([cell]);
    const added: Part[] = [];
    const waiting = [...whole.summaries, ...whole.tests];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (this.#behind.has(next)) continue;
      const part = this.#gather(next.sources);
      this.#behind.set(next, part);
      added.push(part);
      waiting.push(...part.summaries, ...part.tests);
    }
    this.#settle([whole, ...added]);
    return whole.found;
  }

  /** Everything that `starts` are made of, up to the next tests and summaries. */
  #gather(starts: readonly Cell[]): Part {
    const found = new Collection();
    const summaries: Cell[] = [];
    const tests: Cell[] = [];
    const seen = new Set<Cell>(starts);
    // A set gives what is added while it is walked.
    for (const cell of seen) {
      if (!this.#work.spend(1 + edgesOf(cell))) {
        found.opaque = true;
        break;
      }
      if (cell.leaf !== undefined) found.add(cell.leaf);
      else if (cell.kind === 'summary') summaries.push(cell);
      else if (cell.kind === 'test') tests.push(cell);
      else addAll(seen, shownSources(cell));
      addAll(seen, cell.taints ?? NO_CELLS);
    }
    return { found, summaries, tests: tests.length > MAX_TESTS ? tests : NO_CELLS };
  }

  /** Parts may show one another in circles: they grow until nothing is added to any. */
  #settle(parts: readonly Part[]): void {
    const inwards = [...parts].reverse();
    for (let grown = true; grown; ) {
      grown = false;
      for (const part of inwards) {
        const { size } = part.found;
        this.#grow(part);
        if (part.found.size > size) grown = true;
      }
    }
  }

  #grow({ found, summaries, tests }: Part): void {
    const groups = summaries.flatMap((cell) => this.#behind.get(cell) ?? []);
    const tested = tests.flatMap((cell) => this.#behind.get(cell) ?? []);
    const cost = [...groups, ...tested].reduce((sum, part) => sum + 1 + part.found.size, 0);
    if (!this.#work.spend(cost)) {
      found.opaque = true;
      return;
    }
    for (const part of groups) addSummary(found, part.found);
    const telling = tested.filter(isTelling);
    if (telling.length > MAX_TESTS) for (const part of telling) found.merge(part.found);
  }
}

function isTelling({ found }: Part): boolean {
  return found.opaque || found.classes.size > 0;
}

const NO_CELLS: readonly Cell[] = [];

/** What looking at a cell leads to. */
function edgesOf({ leaf, sources, taints }: Cell): number {
  return (leaf?.origins.length ?? 0) + sources.length + (taints?.length ?? 0);
}

/** The size of a plain column does not show it. */
function shownSources({ kind, sources }: Cell): readonly Cell[] {
  return kind === 'measure' && sources.every(isPlain) ? NO_CELLS : sources;
}

function addAll(seen: Set<Cell>, cells: readonly Cell[]): void {
  for (const cell of cells) seen.add(cell);
}

function addSummary(found: Collection, inner: Collection): void {
  const classes = [...inner.classes].filter((each) => !READABLE_IN_GROUPS.has(each));
  if (inner.opaque) found.opaque = true;
  if (classes.length === 0) return;
  for (const each of classes) found.classes.add(each);
  for (const [key, origin] of inner.origins) found.origins.set(key, origin);
}

function finish(how: Leaf['how'], found: Collection): Leaf {
  return { how, origins: [...found.origins.values()], classes: [...found.classes].sort() };
}

/** The leaf whose value the cell passes on unchanged, taints left aside; undefined when it is computed. */
export function plainLeaf(cell: Cell): Leaf | undefined {
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
  for (let step = 0; step < MAX_UNIONS; step += 1) {
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

function isPlain(cell: Cell): boolean {
  const how = plainLeaf(cell)?.how;
  return how === 'direct' || how === 'harmless';
}
