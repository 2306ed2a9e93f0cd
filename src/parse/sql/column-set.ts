/** Columns of one relation that a statement uses; `all` once a whole row or something unclear was seen. */
export class ColumnSet {
  readonly #names = new Set<string>();
  #all = false;

  add(name: string): void {
    this.#names.add(name);
  }

  addAll(): void {
    this.#all = true;
  }

  addFrom(other: ColumnSet): void {
    if (other.#all) this.#all = true;
    for (const name of other.#names) this.#names.add(name);
  }

  remove(names: Iterable<string>): void {
    for (const name of names) this.#names.delete(name);
  }

  get empty(): boolean {
    return !this.#all && this.#names.size === 0;
  }

  get names(): readonly string[] {
    return [...this.#names];
  }

  columns(): readonly string[] | 'all' {
    return this.#all ? 'all' : [...this.#names];
  }
}
