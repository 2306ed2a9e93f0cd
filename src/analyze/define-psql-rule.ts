import type { Intent } from '../model/intent.ts';
import type { PsqlCommand } from '../model/psql.ts';
import type { Examples, FindingPart } from './define-rule.ts';

/** What a rule may know beside the command itself. */
export interface PsqlSetting {
  /** The command is one line at a prompt, not a part of a script. */
  readonly typed: boolean;
  /** The caller reads files that are included, and texts that come out of an editor, and judges them by themselves. */
  readonly reads: boolean;
  /** Keys of every `\restrict` of the text that it also lifts itself. */
  readonly ownRestrictions: ReadonlySet<string>;
}

/** A rule about backslash commands. */
export interface PsqlRule {
  /** `psql.` and the name of its file. */
  readonly id: string;
  readonly intent: Intent;
  /** Commands it is asked about, by their long names; `any` for all, those included that psql does not know. */
  readonly on: readonly string[] | 'any';
  /** Texts in which the rule finds something. */
  readonly hits: Examples;
  /** Texts near to it in which it finds nothing. */
  readonly misses: Examples;
  readonly check: (command: PsqlCommand, setting: PsqlSetting) => FindingPart | undefined;
}

/** Defines a rule; messages name files, programs and variables, never their values. */
export function definePsqlRule(rule: PsqlRule): PsqlRule {
  return rule;
}
