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

/** Cells looked at for one output column; a statement that needs more is not followed. */
const MAX_CELLS = 200_000;

class Collection {
  readonly origins = new Map<string, ColumnOrigin>();
  readonly classes = new Set<DataClass>();
  opaque = false;

  add(leaf: Leaf): void {
    if (leaf.how === 'opaque') this.opaque = true;
    for (const origin of leaf.origins) this.origins.set(`${origin.relation}.${origin.column}`, origin);
    for (const each of leaf.classes) this.classes.add(each);
  }
}

/** What a cell's value can show, once the whole statement was seen. */
export function resolve(cell: Cell): Leaf {
  if (cell.leaf !== undefined) return cell.leaf;
  const plain = plainLeaf(cell);
  const found = new Collection();
  collect(cell, found, 0);
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
  for (let step = 0; step < MAX_CELLS; step += 1) {
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

function collect(start: Cell, found: Collection, nesting: number): void {
  const seen = new Set<Cell>([start]);
  // A set gives what is added while it is walked.
  for (const cell of seen) {
    if (seen.size > MAX_CELLS || nesting > MAX_NESTING) {
      found.opaque = true;
      return;
    }
    if (cell.leaf !== undefined) found.add(cell.leaf);
    else if (cell.kind === 'summary') collectSummary(cell, found, nesting);
    else if (cell.kind !== 'measure' || !cell.sources.every(isPlain)) addAll(seen, cell.sources);
    addAll(seen, cell.taints ?? NO_CELLS);
  }
}

const NO_CELLS: readonly Cell[] = [];

function addAll(seen: Set<Cell>, cells: readonly Cell[]): void {
  for (const cell of cells) seen.add(cell);
}

function collectSummary(cell: Cell, found: Collection, nesting: number): void {
  const inner = new Collection();
  collect(new Cell('derived', cell.sources), inner, nesting + 1);
  const classes = [...inner.classes].filter((each) => !READABLE_IN_GROUPS.has(each));
  if (inner.opaque) found.opaque = true;
  if (classes.length === 0) return;
  for (const each of classes) found.classes.add(each);
  for (const [key, origin] of inner.origins) found.origins.set(key, origin);
}

function isPlain(cell: Cell): boolean {
  const how = plainLeaf(cell)?.how;
  return how === 'direct' || how === 'harmless';
}
