import type { Intent } from './intent.ts';
import type { Span } from './span.ts';

/** The three parts of every message: what would happen, what is at stake, what to do now. */
export interface Message {
  readonly effect: string;
  readonly why: string;
  readonly instead: string;
}

/** What one rule found in one statement or invocation. Texts name objects, never values. */
export interface Finding extends Message {
  readonly rule: string;
  readonly intent: Intent;
  readonly span: Span;
  /** Tables, files or objects the finding is about, as a person would write them. */
  readonly objects: readonly string[];
  /** Narrows the policy row, for example `no-where`, `program`, `raw`, `created-here`. */
  readonly tags: readonly string[];
}
