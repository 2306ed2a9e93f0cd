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
  readonly #others: Looked;
  /** Beginnings of names that have any value since. */
  readonly #forgotten: string[] = [];

  /** `complete`: there are no others than these. */
  constructor(values: Readonly<Record<string, string>> = {}, complete = false) {
    this.#known = new Map(Object.entries(values).map(([name, value]) => [name, { kind: 'known', value }]));
    this.#others = complete ? UNSET : UNKNOWN;
  }

  look(name: string): Looked {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    if (this.#forgotten.some((prefix) => name.startsWith(prefix))) return UNKNOWN;
    return ONLY_DIGITS.test(name) ? UNSET : this.#others;
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

  /** Every variable whose name begins so may have been set anew. */
  forgetAll(prefix = ''): void {
    for (const name of this.#known.keys()) if (name.startsWith(prefix)) this.#known.delete(name);
    if (!this.#forgotten.some((known) => prefix.startsWith(known))) this.#forgotten.push(prefix);
  }
}
