/** A bounded map that forgets the oldest entry first. Big keys are not kept: they would hold more memory than they save. */
export class EvaluationCache<Value> {
  readonly #entries = new Map<string, Value>();
  readonly #most: number;
  readonly #longestKey: number;
  readonly #mostOfAll: number;
  #length = 0;

  /** `most`: entries; `longestKey`, and `mostOfAll` for all keys together: UTF-16 code units. */
  constructor(most: number, longestKey: number, mostOfAll: number = Number.POSITIVE_INFINITY) {
    this.#most = most;
    this.#longestKey = longestKey;
    this.#mostOfAll = mostOfAll;
  }

  find(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  get(key: string, make: () => Value): Value {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const value = make();
    if (key.length > this.#longestKey) return value;
    if (this.#entries.size >= this.#most) this.#forgetOldest();
    this.#entries.set(key, value);
    this.#length += key.length;
    while (this.#length > this.#mostOfAll) this.#forgetOldest();
    return value;
  }

  #forgetOldest(): void {
    const [oldest = ''] = this.#entries.keys();
    if (this.#entries.delete(oldest)) this.#length -= oldest.length;
    else this.#length = 0;
  }
}
