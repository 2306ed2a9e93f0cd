import type { PurposeFacts } from '../../model/facts.ts';
import type { PurposeField } from './own-statement.ts';

/** Why this work is done; people may say it during the session (SET guard.ticket), agents only at the start. */
export class Purpose {
  #facts: PurposeFacts;

  constructor(facts: PurposeFacts) {
    this.#facts = facts;
  }

  get facts(): PurposeFacts {
    return this.#facts;
  }

  get(field: PurposeField): string {
    return (field === 'ticket' ? this.#facts.ticket : this.#facts.text) ?? '';
  }

  set(field: PurposeField, value: string): void {
    this.#facts = field === 'ticket' ? { ...this.#facts, ticket: value } : { ...this.#facts, text: value };
  }

  reset(field: PurposeField): void {
    const { ticket, text, breakglass } = this.#facts;
    const kept = field === 'ticket' ? { text } : { ticket };
    this.#facts = {
      breakglass,
      ...Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
    };
  }
}
