const SECOND_MS = 1_000;

/** The time of day to the second (ISO 8601): the same text for everything that happens within one. */
export class SecondClock {
  #second = -1;
  #text = '';

  now(): string {
    const second = Math.floor(Date.now() / SECOND_MS);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = new Date(second * SECOND_MS).toISOString();
    }
    return this.#text;
  }
}
