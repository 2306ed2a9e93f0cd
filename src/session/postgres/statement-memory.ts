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
  #clouded = false;
  #picture: StatementMemory | undefined;
  /** Which change of a name was let through last: an earlier one that succeeds meanwhile says nothing any more. */
  readonly #latest = new Map<string, number>();
  #latestOfAll = 0;
  #expected = 0;

  /** As JSON for the judge; the same object until something changes. */
  get picture(): StatementMemory {
    const names = this.#prepared.size + this.#cursors.size + this.#created.size;
    if (names === 0 && !this.#clouded) return EMPTY;
    const picture = this.#picture ?? {
      prepared: Object.fromEntries(this.#prepared),
      cursors: Object.fromEntries(this.#cursors),
      created: [...this.#created],
      ...(this.#clouded ? { clouded: true } : {}),
    };
    this.#picture = picture;
    return picture;
  }

  /**
   * A statement that changes a name is on its way to the server: until it succeeds, nobody knows what the name stands
   * for. Gives the number under which it is to be applied.
   */
  expect(change: MemoryChange): number {
    this.#expected += 1;
    if (change.kind === 'created') return this.#expected;
    if (change.kind === 'unmade' || change.kind === 'clouded') {
      this.apply(change);
      return this.#expected;
    }
    if (change.kind === 'forget-all' || change.name === 'all' || this.#latest.size >= MOST_NAMES) {
      this.#latest.clear();
      this.#latestOfAll = this.#expected;
    }
    if (change.kind !== 'forget-all') this.#latest.set(keyOf(change), this.#expected);
    this.apply(undoing(change));
    return this.#expected;
  }

  /** The statement succeeded. `number`: what `expect` gave for it. */
  succeed(change: MemoryChange, number: number): void {
    const overtaken =
      change.kind !== 'created' &&
      change.kind !== 'unmade' &&
      change.kind !== 'clouded' &&
      change.kind !== 'forget-all' &&
      (number < this.#latestOfAll || this.#latest.get(keyOf(change)) !== number);
    this.apply(overtaken ? undoing(change) : change);
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
      case 'unmade':
        for (const name of change.names === 'all' ? [...this.#created] : change.names)
          this.#created.delete(name);
        break;
      case 'clouded':
        this.#clouded = true;
        break;
      case 'forget-all':
        this.#prepared.clear();
        this.#cursors.clear();
        this.#created.clear();
        this.#clouded ||= change.clouded === true;
        break;
      default:
        unreachable(change);
    }
    this.#picture = undefined;
  }
}

type NamedChange = Exclude<MemoryChange, { kind: 'forget-all' | 'created' | 'unmade' | 'clouded' }>;

function keyOf({ kind, name }: NamedChange): string {
  return `${kind === 'prepare' || kind === 'deallocate' ? 'p' : 'c'}${name}`;
}

/** The change that forgets what another one would set. */
function undoing(change: MemoryChange): MemoryChange {
  if (change.kind === 'prepare') return { kind: 'deallocate', name: change.name };
  return change.kind === 'cursor' ? { kind: 'close', name: change.name } : change;
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
