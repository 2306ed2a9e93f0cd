import { addTaint, type Cell, derived, HARMLESS, OPAQUE, test } from './cell.ts';
import type { Scope } from './scope.ts';
import type { Tracer } from './tracer.ts';

/** The columns that a value is made of, and whether any table's data is among them. */
interface Survey {
  readonly columns: readonly Cell[];
  readonly based: boolean;
}

const NOTHING: Survey = { columns: [], based: false };

/** The cells that `start` is made of, itself included; a test does not pass on what it tested. */
function* walk(tracer: Tracer, start: Cell, descend: (cell: Cell) => boolean): Generator<Cell> {
  const seen = new Set<Cell>([start]);
  // A set gives what is added while it is walked.
  for (const cell of seen) {
    if (!tracer.spend(1)) return;
    yield cell;
    if (cell.kind !== 'test' && descend(cell)) for (const source of cell.sources) seen.add(source);
  }
}

function survey(tracer: Tracer, start: Cell): Survey {
  if (start === HARMLESS) return NOTHING;
  const columns: Cell[] = [];
  let based = false;
  for (const cell of walk(tracer, start, () => true)) {
    if (cell.kind === 'column' || cell.kind === 'row') columns.push(cell);
    if (cell.leaf !== undefined && cell !== HARMLESS) based = true;
  }
  return { columns, based };
}

/** True when an expression names columns of more than one FROM item; what stands behind those does not count. */
function namesSeveral(tracer: Tracer, start: Cell): boolean {
  const owners = new Set<object | undefined>();
  for (const cell of walk(tracer, start, (each) => each.kind !== 'column'))
    if (cell.kind === 'column') owners.add(cell.owner);
  return owners.size > 1;
}

/**
 * Sets values against each other (`=`, `IN`, `LIKE`, `<`, JOIN USING…). Where one side is known, the other side
 * is too: each column gets the taint of the whole comparison. Returns what the comparison's own result may show:
 * true or false, unless a generated value (a series, VALUES) is tried against data, which spells the data out.
 */
export function compare(tracer: Tracer, scope: Scope, sides: readonly Cell[]): Cell {
  const telling = sides.filter((side) => side !== HARMLESS);
  const [only] = telling;
  if (only === undefined) return HARMLESS;
  const mix = telling.length === 1 ? only : derived(telling);
  tracer.conditions.push(mix);
  // Columns of one row against a constant say nothing of any other row.
  if (telling.length === 1 && !namesSeveral(tracer, only)) return test([mix]);
  const surveys = telling.map((side) => survey(tracer, side));
  for (const { columns } of surveys) for (const column of columns) addTaint(column, mix);
  if (tracer.lost) return OPAQUE;
  const generated = surveys.some((each) => each.columns.length > 0 && !each.based);
  if (!generated || !surveys.some((each) => each.based)) return test([mix]);
  scope.counts.push(mix);
  return mix;
}

/** A condition that is no comparison (`f(a, b)`, `a @@ b` inside a function…): all its columns know of each other. */
export function condition(tracer: Tracer, scope: Scope, cell: Cell): void {
  if (cell !== HARMLESS && cell.kind !== 'test') compare(tracer, scope, [cell]);
}

/** Values generated in a row that is chosen by data: `or`-ed conditions pick rows of a series or of VALUES. */
export function choose(tracer: Tracer, cells: readonly Cell[]): void {
  const surveys = cells.map((cell) => survey(tracer, cell));
  if (surveys.every((each) => each.based || each.columns.length === 0)) return;
  const mix = derived(cells);
  for (const each of surveys) {
    if (each.based) continue;
    for (const column of each.columns) addTaint(column, mix);
  }
}
