import type { ColumnOrigin } from '../model/lineage.ts';
import type { IssuedValues } from './cells.ts';

/** Columns that are kept apart; what was shown of others counts for all of them. */
const MOST_COLUMNS = 10_000;
/** Small pseudonyms are few: of four-byte ones one in two thousand, and there are 32,768 of two bytes. */
const MOST_SMALL = 100_000;

/** Masks that one column showed in this session and that could be real values elsewhere. */
class ColumnMasks {
  readonly years = new Set<number>();
  readonly small = new Set<number>();
}

/**
 * What a session's results showed in place of values, by the column it stood for, where a mask's shape alone does not tell
 * what it is: years as dates, small numbers, constants. Pseudonyms with a proof need no memory.
 */
export class IssuedMasks {
  readonly #columns = new Map<string, ColumnMasks>();

  /** Values of these columns are about to be shown masked. */
  shows(origins: readonly ColumnOrigin[]): IssuedValues {
    const columns = origins.map((origin) => this.#columnAt(keyOf(origin)));
    return {
      year: (year) => {
        for (const { years } of columns) years.add(year);
      },
      small: (pseudonym) => {
        for (const { small } of columns) if (small.size < MOST_SMALL) small.add(pseudonym);
      },
    };
  }

  /** Whether anything of the column was shown masked. */
  hasShown(origin: ColumnOrigin): boolean {
    return this.#find(origin) !== undefined;
  }

  hasYear(origin: ColumnOrigin, year: number): boolean {
    return this.#find(origin)?.years.has(year) === true;
  }

  /** Beyond the bound every small number counts as issued. */
  hasSmall(origin: ColumnOrigin, pseudonym: number): boolean {
    const small = this.#find(origin)?.small;
    return small !== undefined && (small.size >= MOST_SMALL || small.has(pseudonym));
  }

  #find(origin: ColumnOrigin): ColumnMasks | undefined {
    return this.#columns.get(keyOf(origin)) ?? this.#columns.get(ELSEWHERE);
  }

  #columnAt(key: string): ColumnMasks {
    const kept = this.#columns.size < MOST_COLUMNS ? key : ELSEWHERE;
    const known = this.#columns.get(key) ?? this.#columns.get(kept);
    if (known !== undefined) return known;
    const made = new ColumnMasks();
    this.#columns.set(kept, made);
    return made;
  }
}

/** Stands for all columns beyond the bound. */
const ELSEWHERE = 'elsewhere';

function keyOf({ relation, column }: ColumnOrigin): string {
  return `${relation}.${column}`;
}
