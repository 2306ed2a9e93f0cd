import { type Environment, type EnvironmentClass, strictestEnvironment } from '../model/environment.ts';
import type { EnvironmentLabel } from '../model/policy.ts';
import { unreachable } from '../model/unreachable.ts';
import type { Listener } from './listener.ts';
import type { RegisteredTarget, TargetRegistry } from './target-entry.ts';
import { isDescribedBy, isPinned, isRelated, type TargetFacts } from './target-match.ts';
import type { Reach } from './target-reach.ts';

export interface EnvironmentInput {
  readonly facts: TargetFacts;
  readonly reach: Reach;
  readonly registry: TargetRegistry;
  /** `environments:` of all policy and settings files. */
  readonly labels: readonly EnvironmentLabel[];
  /** What this machine was registered as; its local servers are nothing less. */
  readonly machine?: EnvironmentClass;
  /** `--env`: raises, never lowers. */
  readonly option?: EnvironmentClass;
  /** A database of guard's own that lives as long as the session (guard demo). */
  readonly own?: boolean;
}

/** A class with the clause that explains it. */
interface Finding {
  readonly class: EnvironmentClass;
  readonly because: string;
  readonly unlabelled?: true;
}

/** Of two equal classes the one that somebody has said counts: then nobody needs to be asked. */
function raise(finding: Finding, other: Finding | undefined): Finding {
  if (other === undefined) return finding;
  if (other.class === finding.class) return finding.unlabelled === true ? other : finding;
  return strictestEnvironment(finding.class, other.class) === finding.class ? finding : other;
}

function strictest(findings: readonly Finding[]): Finding | undefined {
  const [first, ...rest] = findings;
  return first === undefined ? undefined : rest.reduce(raise, first);
}

function pinnedFinding(entry: RegisteredTarget): Finding {
  return {
    class: entry.class,
    because: `${entry.label}, labelled by ${entry.by} on ${entry.labelled.slice(0, 10)}`,
  };
}

function relatedFinding(entry: RegisteredTarget): Finding {
  return { class: entry.class, because: `same server as ${entry.label} (${entry.class})` };
}

function labelFinding(label: EnvironmentLabel): Finding {
  return { class: label.class, because: `${label.name ?? label.class} in ${label.source}` };
}

function unknownRemote(because: string): Finding {
  return { class: 'prod', because, unlabelled: true };
}

function describeListener({ kind, program }: Listener): string {
  switch (kind) {
    case 'forwarder':
      return `unknown remote target (behind ${program ?? 'a forwarder'} on this machine)`;
    case 'other':
      return `unknown target (${program ?? 'a program'} listens here, not PostgreSQL)`;
    case 'unknown':
      return "unknown target (who listens here can't be seen)";
    case 'postgres':
      return 'PostgreSQL of this machine';
    default:
      return unreachable(kind);
  }
}

/** What a target is that nobody has named: only a PostgreSQL that runs here is less than prod. */
function byReach({ reach, machine, own }: EnvironmentInput): Finding {
  if (own === true) return { class: 'dev', because: "guard's own database for this session" };
  if (reach.kind === 'remote') return unknownRemote('unknown remote target');
  const because = describeListener(reach.listener);
  if (reach.listener.kind !== 'postgres') return unknownRemote(because);
  if (machine === undefined || machine === 'dev') return { class: 'dev', because };
  return { class: machine, because: `${because}, which is registered as ${machine}` };
}

/** Files may name a target first; a file that grants nothing can only raise what is known without it. */
function firstFinding(input: EnvironmentInput, granting: readonly EnvironmentLabel[]): Finding {
  const reached = byReach(input);
  // A name like "localhost" says nothing of what stands behind a forwarded port.
  const named = input.reach.kind === 'remote' ? strictest(granting.map(labelFinding)) : undefined;
  return named ?? reached;
}

/** The strictest of everything that is said of the target. */
function findClass(input: EnvironmentInput, pinned: RegisteredTarget | undefined): Finding {
  const { facts, registry, labels, option } = input;
  const described = labels.filter((label) => isDescribedBy(label, facts));
  const related = registry.targets.filter((entry) => entry !== pinned && isRelated(entry, facts));
  const base =
    pinned === undefined
      ? raise(
          firstFinding(
            input,
            described.filter((label) => label.grants),
          ),
          strictest(related.map(relatedFinding)),
        )
      : pinnedFinding(pinned);
  const raised = raise(base, strictest(described.map(labelFinding)));
  return option === undefined ? raised : raise(raised, { class: option, because: 'raised by --env' });
}

function nameOf(input: EnvironmentInput, pinned: RegisteredTarget | undefined): string {
  const named = input.labels.find((label) => label.name !== undefined && isDescribedBy(label, input.facts));
  return pinned?.label ?? named?.name ?? `${input.facts.host}/${input.facts.database}`;
}

/**
 * Which environment a PostgreSQL target belongs to. A label that is pinned to the server's identity holds however the
 * server is reached; a server that shares an identity with a labelled one is at least that; anything unknown that is not
 * a PostgreSQL of this machine counts as prod, also behind localhost. Files and `--env` only raise, but for the first
 * name of a remote target by a file that may grant. Pure.
 */
export function environmentOf(input: EnvironmentInput): Environment {
  const { facts, registry, labels } = input;
  const pinned = registry.targets.find((entry) => isPinned(entry, facts));
  const found = findClass(input, pinned);
  const described = labels.filter((label) => isDescribedBy(label, facts));
  const isPinnedBelowProd = pinned !== undefined && found.class !== 'prod';
  const isSynthetic = pinned?.data === 'synthetic' || described.some((label) => label.synthetic);
  const isThrowaway =
    input.own === true ||
    pinned?.throwaway === true ||
    described.some((label) => label.throwaway && label.grants);
  return {
    class: found.class,
    name: nameOf(input, pinned),
    host: facts.host,
    db: facts.database,
    because: found.because,
    synthetic: isPinnedBelowProd && isSynthetic,
    throwaway: found.class !== 'prod' && isThrowaway,
    ...(found.unlabelled === true ? { unlabelled: true } : {}),
  };
}

/** True when a person should be asked once what this target is; nobody else can answer. */
export function needsLabel(environment: Environment): boolean {
  return environment.unlabelled === true;
}
