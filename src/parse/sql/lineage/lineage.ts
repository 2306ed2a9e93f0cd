import type { FilledColumn } from '../../../model/judge.ts';
import type { Outputs } from '../../../model/lineage.ts';
import type { Node } from '../ast.ts';
import { allCells } from './column-list.ts';
import { outputsOf } from './outputs.ts';
import { type ReadSet, readsOf } from './read-set.ts';
import { newTracer, traceStatement } from './statement.ts';
import { filledOfKnown } from './stored-classes.ts';
import type { LineageWorld } from './tracer.ts';

/** Everything that is read off one trace of a statement. */
interface Lineage {
  readonly outputs: Outputs;
  readonly reads: ReadSet;
  /** Columns of known tables that get values with a class. */
  readonly filled: readonly FilledColumn[];
}

interface Known extends LineageWorld {
  readonly lineage: Lineage;
}

/** The last lineage of each tree: facts and plans ask for the same one. The graph of cells is not kept. */
const lineages = new WeakMap<Node, Known>();

/** The lineage of a statement, traced once for the same catalog and the same remembered texts. */
export function lineageOf(node: Node, world: LineageWorld): Lineage {
  const known = lineages.get(node);
  if (known !== undefined && isSame(known, world)) return known.lineage;
  const lineage = trace(node, world);
  const { catalog, prepared, cursors, clouded = false } = world;
  lineages.set(node, { catalog, prepared, cursors, clouded, lineage });
  return lineage;
}

function isSame(known: LineageWorld, { catalog, prepared, cursors, clouded = false }: LineageWorld): boolean {
  return (
    known.catalog === catalog &&
    known.prepared === prepared &&
    known.cursors === cursors &&
    known.clouded === clouded
  );
}

function trace(node: Node, world: LineageWorld): Lineage {
  const tracer = newTracer(world);
  const table = traceStatement(tracer, node);
  if (table === 'none') return { outputs: NONE, filled: filledOfKnown(tracer), reads: readsOf(tracer, node) };
  // Every column that is returned counts as read, those of an uncounted table too.
  if (table.open !== undefined) allCells(table.columns);
  const outputs = outputsOf(tracer, table);
  return { outputs, filled: filledOfKnown(tracer), reads: readsOf(tracer, node, table.count) };
}

const NONE: Outputs = { kind: 'none' };
