import type { Judgement } from '../../model/judge.ts';
import type { RawText } from '../../model/text.ts';

/** What a person said yes to at psql's prompt. */
interface Granted {
  readonly decision: string;
  readonly rule: string;
  readonly text: RawText;
}

/**
 * The COPY statements that an answered `\copy` line sends: the person was asked about the line, with the file in view, and
 * is not asked about its half on the wire again. Each counts once, until the next line.
 */
export class LineCopies {
  #granted: readonly Granted[] = [];

  /** A line begins: what an earlier one was allowed and did not send is over. */
  begin(): void {
    this.#granted = [];
  }

  /** A person said yes to the line. */
  grant({ id, rule, copies = [] }: Judgement): void {
    this.#granted = copies.map((text) => ({ decision: id, rule, text }));
  }

  /** The decision on the line that this very statement is part of, where the same rule asks; it is used up. */
  spend(text: RawText, { rule, verdict }: Judgement): string | undefined {
    const at = this.#granted.findIndex(
      (one) => verdict === 'prompt' && one.rule === rule && one.text === text,
    );
    const found = this.#granted[at];
    if (found === undefined) return undefined;
    this.#granted = this.#granted.filter((_, index) => index !== at);
    return found.decision;
  }
}
