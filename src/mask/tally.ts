import type { DataClass } from '../model/data-class.ts';

/** Counts masked cells by class; a slot is taken once per column, so that a cell costs one addition. */
export class Tally {
  readonly #slots = new Map<DataClass | 'opaque', { count: number }>();

  slot(name: DataClass | 'opaque'): { count: number } {
    const slot = this.#slots.get(name) ?? { count: 0 };
    this.#slots.set(name, slot);
    return slot;
  }

  /** Classes with at least one masked cell. */
  counts(): ReadonlyMap<DataClass | 'opaque', number> {
    return new Map([...this.#slots].flatMap(([name, { count }]) => (count === 0 ? [] : [[name, count]])));
  }
}
