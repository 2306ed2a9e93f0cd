import type { Actor } from '../model/actor.ts';
import { type EnvironmentClass, strictestEnvironment } from '../model/environment.ts';
import type { RegisteredTarget, TargetRegistry } from '../observe/target-entry.ts';
import type { TargetOutcome, TargetRefusal } from '../observe/targets.ts';

/** What a person says of a target that guard knows already. */
export interface RelabelWish {
  /** Its label or identity. */
  readonly target: string;
  readonly class: EnvironmentClass;
  readonly label?: string;
  readonly actor: Actor;
  /** ISO 8601. */
  readonly time: string;
}

const LABEL = /^[\p{L}\p{N}][\p{L}\p{N} ._:/@-]{0,79}$/u;

function refuse(why: string, instead: string): TargetRefusal {
  return { kind: 'refused', why, instead };
}

/** The one target of that label or identity; a refusal where there is none, or more than one. */
export function findTarget(registry: TargetRegistry, name: string): RegisteredTarget | TargetRefusal {
  const [entry, ...others] = registry.targets.filter(
    ({ identity, label }) => identity === name || label === name,
  );
  if (entry === undefined)
    return refuse(
      'no target is known by that name',
      'see guard targets; a new one is asked about when you connect',
    );
  if (others.length > 0)
    return refuse('several targets have that name', 'use the identity that guard targets shows');
  return entry;
}

export function isRefusal(found: RegisteredTarget | TargetRefusal): found is TargetRefusal {
  return 'kind' in found;
}

/** Forgetting a target counts as calling it dev: a server of this machine would. */
export function isLooser(from: EnvironmentClass, to: EnvironmentClass): boolean {
  return from !== to && strictestEnvironment(from, to) === from;
}

/** Gives a known target another class or label; its identity, certificate and routes stay. Only a person can. Pure. */
export function relabelTarget(registry: TargetRegistry, wish: RelabelWish): TargetOutcome {
  const { actor } = wish;
  if (actor.kind !== 'human')
    return refuse(
      `only a person can say what a target is, and this is ${actor.kind === 'ci' ? 'a CI job' : 'an agent'}`,
      'ask a person to run the same command in a terminal',
    );
  const old = findTarget(registry, wish.target);
  if (isRefusal(old)) return old;
  const label = wish.label ?? old.label;
  if (!LABEL.test(label))
    return refuse('that is no name for a target', 'use letters, digits, spaces and . _ : / @ - (80 at most)');
  const entry: RegisteredTarget = {
    ...old,
    label,
    class: wish.class,
    throwaway: old.throwaway && wish.class !== 'prod',
    labelled: wish.time,
    by: actor.id,
    source: 'person',
  };
  return {
    kind: 'changed',
    registry: { ...registry, targets: registry.targets.map((each) => (each === old ? entry : each)) },
    entry,
    loosened: isLooser(old.class, wish.class),
  };
}
