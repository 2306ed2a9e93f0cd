import { createHash } from 'node:crypto';
import type { ActorKind } from '../model/actor.ts';
import { ENVIRONMENT_CLASSES, type EnvironmentClass } from '../model/environment.ts';
import {
  AUDIT_MODES,
  AUDIT_PACES,
  type AuditMode,
  type AuditPace,
  type CompiledPolicy,
  type CompiledRule,
  POLICY_FORMAT,
  POLICY_LAYERS,
  type PolicyLayer,
  type PromptLimits,
  UNCLASSIFIED,
  type Unclassified,
  type UnclassifiedTable,
} from '../model/policy.ts';

type ByEnvironment<T> = Readonly<Partial<Record<EnvironmentClass, T | undefined>>>;

/** What one file says. A compiled policy is one too: the most complete. */
export interface PolicyPart
  extends Pick<CompiledPolicy, 'origins' | 'noMatch' | 'rules' | 'classes' | 'labels' | 'environments'> {
  readonly unclassified?: Readonly<Partial<Record<ActorKind, ByEnvironment<Unclassified> | undefined>>>;
  readonly audit?: AuditPace;
  readonly auditMode?: ByEnvironment<AuditMode>;
  readonly prompts?: Readonly<Partial<{ [Key in keyof PromptLimits]: PromptLimits[Key] | undefined }>>;
}

/** What holds where no file says anything. */
const UNCLASSIFIED_DEFAULT: Unclassified = 'scan';
const UNCLASSIFIED_AGENT_IN_PROD: Unclassified = 'mask';
const AUDIT_DEFAULT: AuditPace = 'batched';
const AUDIT_MODE_DEFAULT: AuditMode = 'required';
const PROMPTS_DEFAULT: PromptLimits = {
  timeoutSeconds: 300,
  transactionSeconds: 60,
  shapeMinutes: 15,
  shapeUses: 20,
};

const OWN_LAYERS: readonly PolicyLayer[] = ['default', 'org'];

function rank(layer: PolicyLayer): number {
  return POLICY_LAYERS.indexOf(layer);
}

/**
 * The layers that may grant: guard's default and the organisation; without either the one with the most
 * authority. All others only add restrictions.
 */
export function grantingLayers(layers: readonly PolicyLayer[]): ReadonlySet<PolicyLayer> {
  if (layers.some((layer) => OWN_LAYERS.includes(layer))) return new Set(OWN_LAYERS);
  return new Set([...layers].sort((a, b) => rank(a) - rank(b)).slice(0, 1));
}

/** The strictest that anyone said, or the fallback where nobody said anything. */
function strictestOf<T>(order: readonly T[], said: readonly (T | undefined)[], fallback: T): T {
  const known = said.flatMap((value) => (value === undefined ? [] : [order.indexOf(value)]));
  return known.length === 0 ? fallback : (order[Math.max(...known)] ?? fallback);
}

function perEnvironment<T>(value: (environment: EnvironmentClass) => T): Record<EnvironmentClass, T> {
  const [dev, staging, prod] = ENVIRONMENT_CLASSES;
  return { dev: value(dev), staging: value(staging), prod: value(prod) };
}

function unclassifiedTable(parts: readonly PolicyPart[]): UnclassifiedTable {
  const cell = (kind: ActorKind, environment: EnvironmentClass) =>
    strictestOf(
      UNCLASSIFIED,
      parts.map((part) => part.unclassified?.[kind]?.[environment]),
      kind === 'agent' && environment === 'prod' ? UNCLASSIFIED_AGENT_IN_PROD : UNCLASSIFIED_DEFAULT,
    );
  const row = (kind: ActorKind) => perEnvironment((environment) => cell(kind, environment));
  return { human: row('human'), agent: row('agent'), ci: row('ci') };
}

function promptLimits(parts: readonly PolicyPart[]): PromptLimits {
  const least = (key: keyof PromptLimits) => {
    const said = parts.flatMap(({ prompts }) => prompts?.[key] ?? []);
    return said.length === 0 ? PROMPTS_DEFAULT[key] : Math.min(...said);
  };
  return {
    timeoutSeconds: least('timeoutSeconds'),
    transactionSeconds: least('transactionSeconds'),
    shapeMinutes: least('shapeMinutes'),
    shapeUses: least('shapeUses'),
  };
}

const EVERYTHING = '*';

/**
 * A rule that says nothing about what is done (all of prod, all classed data) adds to other rules; it can not
 * be meant as the answer to a command that no rule names.
 */
function namesFinding({ match }: CompiledRule): boolean {
  return match.some(
    (condition) =>
      condition.kind === 'words' &&
      (condition.key === 'intent' || condition.key === 'rule') &&
      !condition.oneOf.includes(EVERYTHING),
  );
}

type Undigested = Omit<CompiledPolicy, 'digest'>;

/** The paths of files differ from machine to machine; what they say does not. */
function digestOf(policy: Undigested): string {
  const origins = policy.origins.map(({ file: _, ...origin }) => origin);
  const environments = policy.environments.map(({ source: _, ...label }) => label);
  const labels = policy.labels.map(({ source: _, ...label }) => label);
  const content = JSON.stringify({ ...policy, origins, environments, labels });
  return createHash('sha256').update(content).digest('hex');
}

function undigested(parts: readonly PolicyPart[]): Undigested {
  const origins = parts.flatMap((part) => part.origins);
  const granting = grantingLayers(origins.map(({ layer }) => layer));
  return {
    format: POLICY_FORMAT,
    name: origins.map(({ name }) => name).join('+'),
    version: origins.map(({ version }) => version).join('+'),
    origins,
    noMatch: parts.flatMap((part) => part.noMatch),
    rules: parts.flatMap((part) =>
      part.rules.map((rule) => ({ ...rule, grants: granting.has(rule.layer) && namesFinding(rule) })),
    ),
    classes: Object.assign({}, ...parts.map((part) => part.classes)),
    labels: parts.flatMap((part) => part.labels),
    environments: parts.flatMap((part) =>
      part.environments.map((label) => ({ ...label, grants: granting.has(label.layer) })),
    ),
    unclassified: unclassifiedTable(parts),
    audit: strictestOf(
      AUDIT_PACES,
      parts.map((part) => part.audit),
      AUDIT_DEFAULT,
    ),
    auditMode: perEnvironment((environment) =>
      strictestOf(
        AUDIT_MODES,
        parts.map((part) => part.auditMode?.[environment]),
        AUDIT_MODE_DEFAULT,
      ),
    ),
    prompts: promptLimits(parts),
  };
}

/** Merges what the files say into one policy: rules add up, of two settings the stricter one holds. */
export function assemblePolicy(parts: readonly PolicyPart[]): CompiledPolicy {
  const first = (part: PolicyPart) => Math.min(...part.origins.map(({ layer }) => rank(layer)));
  const policy = undigested([...parts].sort((a, b) => first(a) - first(b)));
  return { ...policy, digest: digestOf(policy) };
}
