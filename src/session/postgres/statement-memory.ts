import type { MemoryChange, StatementMemory } from '../../model/judge.ts';
import type { RawText } from '../../model/text.ts';
import { unreachable } from '../../model/unreachable.ts';

/** More names than this and the oldest are forgotten: an unknown name is treated as opaque, never as harmless. */
const MOST_NAMES = 1_000;
/** Longer statements are not remembered (UTF-16 code units). */
const LONGEST_TEXT = 100_000;

/** One object for all sessions that remember nothing: what was found for one of them holds for the others. */
const EMPTY: StatementMemory = { prepared: {}, cursors: {}, created: [] };

/** What names stand for in one database session. */
export class SessionMemory {
  readonly #prepared = new Map<string, RawText>();
  readonly #cursors = new Map<string, RawText>();
  readonly #created = new Set<string>();
  #picture: StatementMemory | undefined;

  /** As JSON for the judge; the same object until something changes. */
  get picture(): StatementMemory {
    const names = this.#prepared.size + this.#cursors.size + this.#created.size;
    if (names === 0) return EMPTY;
    const picture = this.#picture ?? {
      prepared: Object.fromEntries(this.#prepared),
      cursors: Object.fromEntries(this.#cursors),
      created: [...this.#created],
    };
    this.#picture = picture;
    return picture;
  }

  apply(change: MemoryChange): void {
    switch (change.kind) {
      case 'prepare':
        remember(this.#prepared, change.name, change.text);
        break;
      case 'cursor':
        remember(this.#cursors, change.name, change.text);
        break;
      case 'deallocate':
        forget(this.#prepared, change.name);
        break;
      case 'close':
        forget(this.#cursors, change.name);
        break;
      case 'created':
        this.#created.add(change.name);
        break;
      case 'forget-all':
        this.#prepared.clear();
        this.#cursors.clear();
        break;
      default:
        unreachable(change);
    }
    this.#picture = undefined;
  }
}

function remember(names: Map<string, RawText>, name: string, text: RawText): void {
  names.delete(name);
  if (text.length > LONGEST_TEXT) return;
  if (names.size >= MOST_NAMES) forget(names, names.keys().next().value ?? '');
  names.set(name, text);
}

function forget(names: Map<string, RawText>, name: string): void {
  if (name === 'all') names.clear();
  else names.delete(name);
}
