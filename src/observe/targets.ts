import { dirname, join } from 'node:path';
import { withLock } from '../host/lock.ts';
import { readPrivateFile, writePrivateFile } from '../host/private-file.ts';
import { ensurePrivateFolder } from '../host/private-folder.ts';
import type { Actor } from '../model/actor.ts';
import { type EnvironmentClass, strictestEnvironment } from '../model/environment.ts';
import { EMPTY_REGISTRY, parseRegistry, type RegisteredTarget, type TargetRegistry } from './target-entry.ts';
import { identityOf, isPinned, routeOf, type TargetFacts } from './target-match.ts';

/** What somebody wants to say of a target. */
export interface LabelRequest {
  readonly facts: TargetFacts;
  readonly class: EnvironmentClass;
  readonly label: string;
  readonly throwaway?: boolean;
  readonly actor: Actor;
  /** The class the target counts as until now. */
  readonly until: EnvironmentClass;
  /** ISO 8601. */
  readonly time: string;
}

/** A refusal is a value. */
export interface TargetRefusal {
  readonly kind: 'refused';
  readonly why: string;
  readonly instead: string;
}

export interface TargetChange {
  readonly kind: 'changed';
  readonly registry: TargetRegistry;
  readonly entry: RegisteredTarget;
  /** True when the target is treated with less care from now on: goes to the audit log as such. */
  readonly loosened: boolean;
}

export type TargetOutcome = TargetChange | TargetRefusal;

const LABEL = /^[\p{L}\p{N}][\p{L}\p{N} ._:/@-]{0,79}$/u;

function refuse(why: string, instead: string): TargetRefusal {
  return { kind: 'refused', why, instead };
}

function isLooser(from: EnvironmentClass, to: EnvironmentClass): boolean {
  return from !== to && strictestEnvironment(from, to) === from;
}

function onlyPeople(actor: Actor, what: string): TargetRefusal | undefined {
  if (actor.kind === 'human') return undefined;
  return refuse(
    `only a person can ${what}, and this is ${actor.kind === 'ci' ? 'a CI job' : 'an agent'}`,
    'ask a person to run: guard targets',
  );
}

/** Known targets, strictest class first, then by label. */
export function listTargets(registry: TargetRegistry): readonly RegisteredTarget[] {
  return [...registry.targets].sort(
    (a, b) =>
      Number(isLooser(b.class, a.class)) - Number(isLooser(a.class, b.class)) ||
      a.label.localeCompare(b.label),
  );
}

/** The registry without what it says of exactly this target; other ways to the same server keep their label. */
function withoutPin(registry: TargetRegistry, facts: TargetFacts): readonly RegisteredTarget[] {
  return registry.targets.flatMap((entry) => {
    if (!isPinned(entry, facts)) return [entry];
    const routes =
      entry.certificate === undefined ? entry.routes.filter((route) => route !== routeOf(facts)) : [];
    return routes.length === 0 ? [] : [{ ...entry, routes }];
  });
}

function newEntry(
  identity: string,
  request: LabelRequest,
  old: RegisteredTarget | undefined,
): RegisteredTarget {
  const { facts, time } = request;
  return {
    identity,
    ...(facts.certificate === undefined ? {} : { certificate: facts.certificate }),
    label: request.label,
    class: request.class,
    throwaway: request.throwaway === true && request.class !== 'prod',
    routes: [routeOf(facts)],
    firstSeen: old?.firstSeen ?? time,
    labelled: time,
    by: request.actor.id,
    source: 'person',
  };
}

/**
 * Pins a label to a target's identity, its certificate and the way it was reached. The target must have been reached:
 * there is nothing to pin otherwise. Only a person can say what a target is. Pure.
 */
export function labelTarget(registry: TargetRegistry, request: LabelRequest): TargetOutcome {
  const { facts, actor } = request;
  const refusal = onlyPeople(actor, 'say what a target is');
  if (refusal !== undefined) return refusal;
  if (!LABEL.test(request.label))
    return refuse('that is no name for a target', 'use letters, digits, spaces and . _ : / @ - (80 at most)');
  const identity = identityOf(facts);
  if (identity === undefined)
    return refuse(
      'the server does not say who it is: no system identifier and no certificate',
      'connect with TLS, or name it in /etc/guard/guard.yaml by its host',
    );
  const old = registry.targets.find((entry) => isPinned(entry, facts));
  const from = old === undefined ? request.until : strictestEnvironment(old.class, request.until);
  const entry = newEntry(identity, request, old);
  return {
    kind: 'changed',
    registry: { ...registry, targets: [...withoutPin(registry, facts), entry] },
    entry,
    loosened: isLooser(from, request.class),
  };
}

/** Forgets one label, by identity or name: what was prod or staging may count as dev afterwards. Only a person can. Pure. */
export function forgetTarget(registry: TargetRegistry, name: string, actor: Actor): TargetOutcome {
  const refusal = onlyPeople(actor, 'make guard forget a target');
  if (refusal !== undefined) return refusal;
  const found = registry.targets.filter((entry) => entry.identity === name || entry.label === name);
  const [entry, ...others] = found;
  if (entry === undefined) return refuse('no target is known by that name', 'see: guard targets');
  if (others.length > 0)
    return refuse('several targets have that name', 'use the identity that guard targets shows');
  const targets = registry.targets.filter((other) => other !== entry);
  return { kind: 'changed', registry: { ...registry, targets }, entry, loosened: entry.class !== 'dev' };
}

/** The registry in a file of the state folder, shared by all of this user's guards. */
export class TargetStore {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws CONFIG_INVALID, STATE_TOO_NEW or KEY_UNREADABLE; a missing file is an empty registry. */
  read(): TargetRegistry {
    const content = readPrivateFile(this.#path);
    return content === undefined ? EMPTY_REGISTRY : parseRegistry(content.toString('utf8'), this.#path);
  }

  /** Reads, changes and writes under the lock; a refusal changes nothing. */
  change(decide: (registry: TargetRegistry) => TargetOutcome): TargetOutcome {
    const folder = ensurePrivateFolder(dirname(this.#path));
    return withLock(join(folder, 'targets.lock'), () => {
      const outcome = decide(this.read());
      if (outcome.kind === 'changed') writePrivateFile(this.#path, `${JSON.stringify(outcome.registry)}\n`);
      return outcome;
    });
  }
}
