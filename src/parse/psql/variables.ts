/** What a variable's name is looked up to. */
export type Looked =
  | { readonly kind: 'known'; readonly value: string }
  | { readonly kind: 'unset' }
  /** Decided at run time. */
  | { readonly kind: 'unknown' };

const UNSET: Looked = { kind: 'unset' };
const UNKNOWN: Looked = { kind: 'unknown' };
/** Nobody names a variable with digits alone; `[1:2]` is written every day. */
const ONLY_DIGITS = /^\d+$/;

/** psql's variables as far as a script tells. */
export class Variables {
  readonly #known: Map<string, Looked>;
  #others: Looked;
  #digits: Looked = UNSET;

  /** `complete`: there are no others than these. */
  constructor(values: Readonly<Record<string, string>> = {}, complete = false) {
    this.#known = new Map(Object.entries(values).map(([name, value]) => [name, { kind: 'known', value }]));
    this.#others = complete ? UNSET : UNKNOWN;
  }

  look(name: string): Looked {
    return this.#known.get(name) ?? (ONLY_DIGITS.test(name) ? this.#digits : this.#others);
  }

  set(name: string, value: string): void {
    this.#known.set(name, { kind: 'known', value });
  }

  unset(name: string): void {
    this.#known.set(name, UNSET);
  }

  /** Its value is decided at run time from here on. */
  forget(name: string): void {
    this.#known.set(name, UNKNOWN);
  }

  /** Every variable may have been set anew. */
  forgetAll(): void {
    this.#known.clear();
    this.#others = UNKNOWN;
    this.#digits = UNKNOWN;
  }
}
