import type { DataClass } from '../../model/data-class.ts';

/** What a session masked so far, on all its connections. */
export interface MaskedSoFar {
  readonly values: number;
  readonly columns: number;
  /** Classes with at least one masked value, the most frequent first. */
  readonly classes: readonly (readonly [name: DataClass | 'opaque', values: number])[];
}

/** Column names beyond these are not told apart. */
const MOST_COLUMNS = 10_000;

/** Adds up what the results of a session had masked. */
export class MaskTotals {
  readonly #classes = new Map<DataClass | 'opaque', number>();
  readonly #columns = new Set<string>();

  add(counts: ReadonlyMap<DataClass | 'opaque', number>, columns: readonly string[]): void {
    if (counts.size === 0) return;
    for (const [name, count] of counts) this.#classes.set(name, (this.#classes.get(name) ?? 0) + count);
    for (const column of columns) if (this.#columns.size < MOST_COLUMNS) this.#columns.add(column);
  }

  get soFar(): MaskedSoFar {
    const classes = [...this.#classes].sort(([, a], [, b]) => b - a);
    const values = classes.reduce((sum, [, count]) => sum + count, 0);
    return { values, columns: this.#columns.size, classes };
  }
}

const NUMBER = new Intl.NumberFormat('en-US');

/** `1,204 values in 3 columns: phi.ssn 402, phi.name 402, phi.mrn 400` */
export function maskedText({ values, columns, classes }: MaskedSoFar): string {
  const plural = (count: number, word: string): string =>
    `${NUMBER.format(count)} ${word}${count === 1 ? '' : 's'}`;
  const shown = classes.map(
    ([name, count]) => `${name === 'opaque' ? 'unknown origin' : name} ${NUMBER.format(count)}`,
  );
  const where = columns === 0 ? '' : ` in ${plural(columns, 'column')}`;
  return `${plural(values, 'value')}${where}: ${shown.join(', ')}`;
}
