import { notifiesClassed } from '../../catalog/code-fills.ts';
import type { CatalogSnapshot } from '../../model/catalog.ts';
import type { StatementPlan } from '../../model/judge.ts';
import type { RawText } from '../../model/text.ts';

const HIDDEN = '‹hidden›';
/** Statements whose channel names are remembered; the oldest go first. */
const MOST_TEXTS = 500;
const NAMING: ReadonlySet<string> = new Set(['ListenStmt', 'NotifyStmt', 'UnlistenStmt']);

/** What a client has to know to see a notification as it is. */
export class Notifications {
  /** LISTEN and NOTIFY as the client wrote them. */
  readonly #texts = new Set<string>();

  /** A statement that was let through. */
  heard(text: RawText, plans: readonly StatementPlan[]): void {
    if (!plans.some(({ kind }) => NAMING.has(kind))) return;
    this.#texts.add(text.toLowerCase());
    const [oldest] = this.#texts;
    if (this.#texts.size > MOST_TEXTS && oldest !== undefined) this.#texts.delete(oldest);
  }

  /** The channel's name where the client wrote it itself: code may have made it of anything. */
  topic(name: string): string {
    const lower = name.toLowerCase();
    for (const text of this.#texts) if (text.includes(lower)) return name;
    return HIDDEN;
  }

  /** Hidden where code that sees classed values sends notifications, or nobody knows. */
  payload(
    text: string,
    world: { readonly catalog: CatalogSnapshot | undefined; readonly clouded: boolean },
  ): string {
    if (text === '') return text;
    return world.clouded || world.catalog === undefined || notifiesClassed(world.catalog) ? HIDDEN : text;
  }
}
