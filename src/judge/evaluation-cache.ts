/** A bounded map that forgets the oldest entry first. Big keys are not kept: they would hold more memory than they save. */
export class EvaluationCache<Value> {
  readonly #entries = new Map<string, Value>();
  readonly #most: number;
  readonly #longestKey: number;

  /** `most`: entries; `longestKey`: UTF-16 code units. */
  constructor(most: number, longestKey: number) {
    this.#most = most;
    this.#longestKey = longestKey;
  }

  get(key: string, make: () => Value): Value {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const value = make();
    if (key.length > this.#longestKey) return value;
    if (this.#entries.size >= this.#most) this.#forgetOldest();
    this.#entries.set(key, value);
    return value;
  }

  #forgetOldest(): void {
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }
}
