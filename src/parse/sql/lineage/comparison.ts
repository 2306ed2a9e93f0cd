import { addTaint, type Cell, derived, HARMLESS } from './cell.ts';
import type { Scope } from './scope.ts';
import type { Tracer } from './tracer.ts';

/** The columns that a value is made of, and whether any table's data is among them. */
interface Survey {
  readonly columns: readonly Cell[];
  /** How many columns the expression itself names; the others stand behind those. */
  readonly named: number;
  readonly based: boolean;
}

const NOTHING: Survey = { columns: [], named: 0, based: false };

/** Cells looked at for one side of a comparison; what lies further down is not tainted by it. */
const MAX_SURVEY = 20_000;

function survey(start: Cell): Survey {
  if (start === HARMLESS) return NOTHING;
  const columns: Cell[] = [];
  let based = false;
  const seen = new Set<Cell>([start]);
  // A set gives what is added while it is walked.
  for (const cell of seen) {
    if (seen.size > MAX_SURVEY) break;
    if (cell.kind === 'column' || cell.kind === 'row') columns.push(cell);
    if (cell.leaf !== undefined && cell !== HARMLESS) based = true;
    for (const source of cell.sources) seen.add(source);
  }
  return { columns, named: namedColumns(start), based };
}

function namedColumns(start: Cell): number {
  let named = 0;
  const seen = new Set<Cell>([start]);
  for (const cell of seen) {
    if (cell.kind === 'column') named += 1;
    else if (seen.size <= MAX_SURVEY) for (const source of cell.sources) seen.add(source);
  }
  return named;
}

/**
 * Sets values against each other (`=`, `IN`, `LIKE`, `<`, JOIN USING…). Where one side is known, the other side
 * is too: each column gets the taint of the whole comparison. Returns what the comparison's own result may show:
 * nothing, unless a generated value (a series, VALUES) is tried against data, which spells the data out.
 */
export function compare(tracer: Tracer, scope: Scope, sides: readonly Cell[]): Cell {
  const telling = sides.filter((side) => side !== HARMLESS);
  const [only] = telling;
  if (only === undefined) return HARMLESS;
  const mix = telling.length === 1 ? only : derived(telling);
  tracer.conditions.push(mix);
  const surveys = telling.map(survey);
  const columns = surveys.flatMap((each) => each.columns);
  // One column against a constant says nothing of any other column.
  const named = surveys.reduce((sum, each) => sum + each.named, 0);
  if (columns.length === 0 || (telling.length === 1 && named < 2)) return HARMLESS;
  for (const column of columns) addTaint(column, mix);
  const generated = surveys.some((each) => each.columns.length > 0 && !each.based);
  if (!generated || !surveys.some((each) => each.based)) return HARMLESS;
  scope.counts.push(mix);
  return mix;
}

/** A condition that is no comparison (`f(a, b)`, `a @@ b` inside a function…): all its columns know of each other. */
export function condition(tracer: Tracer, scope: Scope, cell: Cell): void {
  if (cell !== HARMLESS) compare(tracer, scope, [cell]);
}

/** Values generated in a row that is chosen by data: `or`-ed conditions pick rows of a series or of VALUES. */
export function choose(cells: readonly Cell[]): void {
  const surveys = cells.map(survey);
  const mix = derived(cells);
  for (const each of surveys) {
    if (each.based) continue;
    for (const column of each.columns) addTaint(column, mix);
  }
}
