/** Trusted to suspect: evidence can only move an actor to the right. */
export const ACTOR_KINDS = ['human', 'agent', 'ci'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** How well a fact is founded: said by the environment or an option, told by the kernel, or proven by a signature. */
export type Strength = 'claimed' | 'os' | 'signed';

/** One fact with where it came from; `source` is shown by `guard status`. */
export interface Sourced<T> {
  readonly value: T;
  readonly source: string;
  readonly strength: Strength;
}

export interface AgentIdentity {
  readonly name: string;
  readonly version?: string;
  readonly session?: string;
}

export interface Actor {
  readonly kind: ActorKind;
  readonly id: string;
  readonly uid: number;
  readonly groups: readonly string[];
  readonly mfa: boolean;
  readonly onBehalfOf?: string;
  readonly agent?: AgentIdentity;
  /** Every piece of evidence the kind was decided on, strictest first. */
  readonly evidence: readonly Sourced<ActorKind>[];
}

/**
 * Every kind the evidence speaks for. Where it speaks for more than one (an agent in a CI job, a person who says
 * `--actor ci`), a policy row may be milder for either: the verdict is the strictest of all of them.
 */
export function suspectedKinds(actor: Actor): readonly ActorKind[] {
  const kinds = new Set([actor.kind, ...actor.evidence.map((piece) => piece.value)]);
  return ACTOR_KINDS.filter((kind) => kinds.has(kind));
}
