import { goesOn } from '../model/answer-word.ts';
import type { EntryType } from '../model/audit-entry.ts';
import { isObject } from './entry-shape.ts';
import { isReadId } from './reads-batch.ts';

/** So many decisions are remembered; a result of an older one is believed. */
const MAX_REMEMBERED = 50_000;

type Fields = Readonly<Record<string, unknown>>;

interface Remembered {
  readonly sess: string;
  readonly place: Place;
  open: boolean;
}

export interface Place {
  readonly file: string;
  readonly line: number;
}

/** Matches decisions with what became of them. */
export interface PairTrack {
  /** True when the entry answers or ends a decision that was never made. */
  isStray(type: EntryType, entry: Fields, place: Place): boolean;
  /** Some decisions are known to be missing: from here on a result may belong to one of them. */
  expectMissing(): void;
  /** Decisions without a result so far, in order. */
  open(): readonly Place[];
  /** Those that had to be forgotten while they were open. */
  readonly forgotten: number;
}

class Pairs implements PairTrack {
  readonly #decisions = new Map<string, Remembered>();
  #dropped = 0;
  forgotten = 0;

  isStray(type: EntryType, entry: Fields, place: Place): boolean {
    if (type === 'decision') this.#remember(entry, place);
    if (type !== 'answer' && type !== 'result') return false;
    const parent = String(entry['parent']);
    if (isReadId(parent)) return false;
    const decision = this.#decisions.get(parent);
    if (decision === undefined) return this.#dropped === 0;
    const isOn = type === 'answer' && goesOn(entry['answer']);
    if (!isOn) decision.open = false;
    return decision.sess !== entry['sess'];
  }

  expectMissing(): void {
    this.#dropped += 1;
  }

  open(): readonly Place[] {
    return [...this.#decisions.values()].filter((one) => one.open).map((one) => one.place);
  }

  #remember(entry: Fields, place: Place): void {
    // A blocked command has no result; one that waits for others ends when it is asked again.
    const open = entry['verdict'] === 'allow' || entry['verdict'] === 'prompt';
    this.#decisions.set(String(entry['id']), { sess: String(entry['sess']), place, open });
    if (this.#decisions.size <= MAX_REMEMBERED) return;
    const [oldest] = this.#decisions;
    if (oldest === undefined) return;
    this.#decisions.delete(oldest[0]);
    this.#dropped += 1;
    if (oldest[1].open) this.forgotten += 1;
  }
}

export function trackPairs(): PairTrack {
  return new Pairs();
}

export function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}
