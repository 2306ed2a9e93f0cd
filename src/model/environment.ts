/** Lax to strict: options may only raise the class of a target. */
export const ENVIRONMENT_CLASSES = ['dev', 'staging', 'prod'] as const;
export type EnvironmentClass = (typeof ENVIRONMENT_CLASSES)[number];

/** Of two classes the one that policy treats with more care. */
export function strictestEnvironment(a: EnvironmentClass, b: EnvironmentClass): EnvironmentClass {
  return ENVIRONMENT_CLASSES.indexOf(a) >= ENVIRONMENT_CLASSES.indexOf(b) ? a : b;
}

/** What is known of the place a command would act on. Belongs to the target, not to the session. */
export interface Environment {
  readonly class: EnvironmentClass;
  /** Name a person knows it by: the registered label, else host/database. */
  readonly name: string;
  readonly host?: string;
  readonly db?: string;
  readonly context?: string;
  readonly namespace?: string;
  /** Why the class is what it is, in one clause: "pinned by you on 2026-11-20", "unknown remote target". */
  readonly because: string;
  /** `data: synthetic` on a pinned non-prod target lifts PHI masking, never credentials. */
  readonly synthetic: boolean;
  /** A throw-away local database or cluster. */
  readonly throwaway: boolean;
  /** Nobody has said yet what this target is; it counts as prod until a person does. */
  readonly unlabelled?: boolean;
}
