import { type MaskPattern, NO_OBLIGATIONS, type Obligations } from '../model/obligation.ts';

/** Adds up duties; hundreds of rules may have some, so one pass and no copies. */
class Sum {
  readonly #mask = new Set<MaskPattern>();
  readonly #notify = new Set<string>();
  #maxRows: number | undefined;
  #quorum: number | undefined;
  #record: Obligations['record'];
  #purpose = false;
  #typed = false;

  add({ mask, maxRows, record, notify, requirePurpose, typedConfirmation, quorum }: Obligations): void {
    for (const pattern of mask) this.#mask.add(pattern);
    for (const name of notify ?? []) this.#notify.add(name);
    if (maxRows !== undefined) this.#maxRows = Math.min(maxRows, this.#maxRows ?? maxRows);
    if (quorum !== undefined) this.#quorum = Math.max(quorum, this.#quorum ?? quorum);
    // A masked recording is the stricter one: it leaves a trace, and none of the values.
    if (record === 'masked' || this.#record === undefined) this.#record = record;
    this.#purpose ||= requirePurpose === true;
    this.#typed ||= typedConfirmation === true;
  }

  total(): Obligations {
    return {
      mask: [...this.#mask],
      ...(this.#maxRows === undefined ? {} : { maxRows: this.#maxRows }),
      ...(this.#record === undefined ? {} : { record: this.#record }),
      ...(this.#notify.size === 0 ? {} : { notify: [...this.#notify] }),
      ...(this.#purpose ? { requirePurpose: true } : {}),
      ...(this.#typed ? { typedConfirmation: true } : {}),
      ...(this.#quorum === undefined ? {} : { quorum: this.#quorum }),
    };
  }
}

/** Everything that anybody asks for. The order does not matter, and no duty is dropped. */
export function sumObligations(all: readonly Obligations[]): Obligations {
  const [first, ...others] = all;
  if (first === undefined) return NO_OBLIGATIONS;
  if (others.length === 0) return first;
  const sum = new Sum();
  for (const one of all) sum.add(one);
  return sum.total();
}
