import type { ActorKind } from './actor.ts';
import type { DataClass } from './data-class.ts';
import type { EnvironmentClass } from './environment.ts';
import type { MaskStyles } from './mask-style.ts';
import type { Obligations } from './obligation.ts';
import type { Verdict } from './verdict.ts';

/** Version of the compiled form; a file with another one is compiled again from its source. */
export const POLICY_FORMAT = 2;

/** Most authority to least. `default` is what guard ships; a layer after `org` can only tighten. */
export const POLICY_LAYERS = ['default', 'org', 'environment', 'team', 'user'] as const;
export type PolicyLayer = (typeof POLICY_LAYERS)[number];

/** A fact with one value, compared with a list of globs. */
export const WORD_KEYS = [
  'actor.kind',
  'actor.id',
  'intent',
  'rule',
  'environment.class',
  'environment.name',
  'data.scale',
  'purpose.ticket',
  'session.transaction',
  'target.kind',
] as const;
export type WordKey = (typeof WORD_KEYS)[number];

/** A fact with many values. */
export const SET_KEYS = [
  'actor.groups',
  'tags',
  'data.tables',
  'data.columns',
  'data.writes',
  'data.classes',
  'session.tainted',
] as const;
export type SetKey = (typeof SET_KEYS)[number];

/** A fact that holds or not; `purpose.ticket` holds when there is one, `data.classed` when there is any class. */
export const FLAG_KEYS = [
  'actor.mfa',
  'environment.synthetic',
  'environment.throwaway',
  'data.hasWhere',
  'data.createdHere',
  'data.classed',
  'workflow.verified',
  'purpose.ticket',
  'purpose.breakglass',
  'session.attended',
] as const;
export type FlagKey = (typeof FLAG_KEYS)[number];

/** A fact that is a number. `session.probes` counts statements that tell masked values apart, with the one being judged. */
export const NUMBER_KEYS = ['data.rows', 'session.probes'] as const;
export type NumberKey = (typeof NUMBER_KEYS)[number];

/**
 * One line of `match` or `unless`. Globs know `*` only. In `intent` a plain name means exactly that name,
 * `prefix.*` the prefix itself and everything below it.
 */
export type Condition =
  | { readonly kind: 'words'; readonly key: WordKey; readonly oneOf: readonly string[] }
  | {
      readonly kind: 'set';
      readonly key: SetKey;
      /** At least one value matches one of these. */
      readonly any?: readonly string[];
      /** There are values, and each of them matches one of these. */
      readonly all?: readonly string[];
      /** No value matches one of these. */
      readonly none?: readonly string[];
    }
  | { readonly kind: 'flag'; readonly key: FlagKey; readonly is: boolean }
  | {
      readonly kind: 'number';
      readonly key: NumberKey;
      readonly lt?: number;
      readonly lte?: number;
      readonly gt?: number;
      readonly gte?: number;
    };

export interface CompiledRule {
  readonly id: string;
  readonly layer: PolicyLayer;
  /**
   * True where a match takes the place of `noMatch`: the rule stands in a layer that may grant and names an
   * intent or a finding. A match of any other rule is added to what those say, so that it can only tighten.
   */
  readonly grants: boolean;
  readonly description?: string;
  /** All must hold; the file's selector included. */
  readonly match: readonly Condition[];
  /** When not empty and all hold, the rule does not apply. */
  readonly unless: readonly Condition[];
  readonly decision: Verdict;
  readonly obligations: Obligations;
  readonly reason?: string;
  readonly fix?: string;
  readonly controls: readonly string[];
}

/** What a finding gets that no granting rule speaks of. */
export interface NoMatch {
  readonly layer: PolicyLayer;
  /** False: it is added to what the granting layers, or guard itself, would say. */
  readonly grants: boolean;
  readonly when: readonly Condition[];
  readonly verdicts: Readonly<Partial<Record<ActorKind, Verdict>>>;
}

/** `none` says that a column holds nothing to protect, whatever its name suggests. */
export interface CatalogLabel {
  readonly layer: PolicyLayer;
  /** `table.column` or `schema.table.column`, with `*`. */
  readonly pattern: string;
  readonly class: DataClass | 'none';
  /** Where it was said, for `guard catalog show`. */
  readonly source: string;
}

/** What a target is. Each given field must match one of its globs. */
export interface EnvironmentLabel {
  readonly layer: PolicyLayer;
  /** False: it can raise the class of a target, never lower it (an unknown remote target counts as prod). */
  readonly grants: boolean;
  readonly class: EnvironmentClass;
  readonly name?: string;
  readonly host?: readonly string[];
  readonly database?: readonly string[];
  readonly service?: readonly string[];
  readonly context?: readonly string[];
  /** Synthetic records only: lifts PHI masking on a pinned dev or staging target, never credentials. */
  readonly synthetic: boolean;
  readonly throwaway: boolean;
  /** Where it was said, for `guard status`. */
  readonly source: string;
}

/** What happens to a column nobody could classify; lax to strict. */
export const UNCLASSIFIED = ['pass', 'scan', 'mask'] as const;
export type Unclassified = (typeof UNCLASSIFIED)[number];
export type UnclassifiedTable = Readonly<Record<ActorKind, Readonly<Record<EnvironmentClass, Unclassified>>>>;

/** Lax to strict: may allowed unclassed reads be signed in batches, or is every one of them durable first? */
export const AUDIT_PACES = ['batched', 'every'] as const;
export type AuditPace = (typeof AUDIT_PACES)[number];

/** Lax to strict: does a command run when its entry can't be written? */
export const AUDIT_MODES = ['best-effort', 'required'] as const;
export type AuditMode = (typeof AUDIT_MODES)[number];

/** How long a question stands and how far an "allow the same shape" reaches. */
export interface PromptLimits {
  readonly timeoutSeconds: number;
  /** While a transaction is open on the server. */
  readonly transactionSeconds: number;
  readonly shapeMinutes: number;
  readonly shapeUses: number;
  /** Inside BEGIN small and medium writes pass, and COMMIT asks once with the exact totals. */
  readonly atCommit: boolean;
}

/** One file that went into a policy. */
export interface PolicyOrigin {
  readonly layer: PolicyLayer;
  readonly name: string;
  readonly version: string;
  readonly owner?: string;
  readonly file: string;
  /** SHA-256 of the file's bytes, hex. */
  readonly sha256: string;
}

/** A policy ready to be decided with: plain JSON, every name checked, every layer merged. */
export interface CompiledPolicy {
  readonly format: typeof POLICY_FORMAT;
  /** Names of all files, most authority first, joined by `+`. */
  readonly name: string;
  readonly version: string;
  /** SHA-256 over everything but file paths, hex: what an audit entry names. */
  readonly digest: string;
  readonly origins: readonly PolicyOrigin[];
  readonly noMatch: readonly NoMatch[];
  readonly rules: readonly CompiledRule[];
  /** Named groups of class patterns, already expanded in `rules`. */
  readonly classes: Readonly<Record<string, readonly string[]>>;
  /** Least authority first: of several labels that match a column the last one counts. */
  readonly labels: readonly CatalogLabel[];
  readonly environments: readonly EnvironmentLabel[];
  readonly unclassified: UnclassifiedTable;
  /** How values of a class are masked, where it is not as guard does it by itself. */
  readonly styles: MaskStyles;
  readonly audit: AuditPace;
  readonly auditMode: Readonly<Record<EnvironmentClass, AuditMode>>;
  readonly prompts: PromptLimits;
}
