import { createHash } from 'node:crypto';
import type { ActorKind } from '../model/actor.ts';
import { DATA_CLASSES } from '../model/data-class.ts';
import { ENVIRONMENT_CLASSES, type EnvironmentClass } from '../model/environment.ts';
import { MASK_STYLES, type MaskStyles, styleOf } from '../model/mask-style.ts';
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
  readonly styles?: MaskStyles;
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
  atCommit: true,
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

/** Parts that may set a value, and those that may only make it stricter. */
interface Voices {
  readonly granting: readonly PolicyPart[];
  readonly others: readonly PolicyPart[];
}

/** What the granting parts say (the strictest of it), else the fallback; made stricter by any other part. */
function settle<T>(voices: Voices, said: (part: PolicyPart) => T | undefined, scale: Scale<T>): T {
  const values = (parts: readonly PolicyPart[]) => parts.flatMap((part) => said(part) ?? []);
  const [first = scale.fallback, ...rest] = values(voices.granting);
  return [...rest, ...values(voices.others)].reduce((a, b) => scale.stricter(a, b), first);
}

interface Scale<T> {
  readonly fallback: T;
  stricter(a: T, b: T): T;
}

/** A scale from lax to strict. */
function scaleOf<T>(order: readonly T[], fallback: T): Scale<T> {
  return { fallback, stricter: (a, b) => (order.indexOf(a) >= order.indexOf(b) ? a : b) };
}

function perEnvironment<T>(value: (environment: EnvironmentClass) => T): Record<EnvironmentClass, T> {
  const [dev, staging, prod] = ENVIRONMENT_CLASSES;
  return { dev: value(dev), staging: value(staging), prod: value(prod) };
}

function unclassifiedTable(voices: Voices): UnclassifiedTable {
  const cell = (kind: ActorKind, environment: EnvironmentClass) => {
    const guarded = kind === 'agent' && environment === 'prod';
    const fallback = guarded ? UNCLASSIFIED_AGENT_IN_PROD : UNCLASSIFIED_DEFAULT;
    return settle(
      voices,
      (part) => part.unclassified?.[kind]?.[environment],
      scaleOf(UNCLASSIFIED, fallback),
    );
  };
  const row = (kind: ActorKind) => perEnvironment((environment) => cell(kind, environment));
  return { human: row('human'), agent: row('agent'), ci: row('ci') };
}

/** Of each class that any part speaks of. */
function maskStyles(voices: Voices): MaskStyles {
  const parts = [...voices.granting, ...voices.others];
  const said = DATA_CLASSES.filter((each) => parts.some(({ styles }) => styles?.[each] !== undefined));
  return Object.fromEntries(
    said.map((each) => [
      each,
      settle(voices, (part) => part.styles?.[each], scaleOf(MASK_STYLES, styleOf(each))),
    ]),
  );
}

function promptLimits(voices: Voices): PromptLimits {
  const least = (key: Exclude<keyof PromptLimits, 'atCommit'>) =>
    settle(voices, (part) => part.prompts?.[key], { fallback: PROMPTS_DEFAULT[key], stricter: Math.min });
  return {
    timeoutSeconds: least('timeoutSeconds'),
    transactionSeconds: least('transactionSeconds'),
    shapeMinutes: least('shapeMinutes'),
    shapeUses: least('shapeUses'),
    atCommit: settle(
      voices,
      (part) => part.prompts?.atCommit,
      scaleOf([true, false], PROMPTS_DEFAULT.atCommit),
    ),
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

function voicesOf(parts: readonly PolicyPart[], layers: ReadonlySet<PolicyLayer>): Voices {
  const grants = (part: PolicyPart) => part.origins.some(({ layer }) => layers.has(layer));
  return { granting: parts.filter(grants), others: parts.filter((part) => !grants(part)) };
}

function settingsOf(voices: Voices) {
  return {
    unclassified: unclassifiedTable(voices),
    styles: maskStyles(voices),
    audit: settle(voices, (part) => part.audit, scaleOf(AUDIT_PACES, AUDIT_DEFAULT)),
    auditMode: perEnvironment((environment) =>
      settle(voices, (part) => part.auditMode?.[environment], scaleOf(AUDIT_MODES, AUDIT_MODE_DEFAULT)),
    ),
    prompts: promptLimits(voices),
  };
}

function undigested(parts: readonly PolicyPart[]): Undigested {
  const origins = parts.flatMap((part) => part.origins);
  const granting = grantingLayers(origins.map(({ layer }) => layer));
  const mayGrant = <T extends { readonly layer: PolicyLayer }>(said: T) => ({
    ...said,
    grants: granting.has(said.layer),
  });
  return {
    format: POLICY_FORMAT,
    name: origins.map(({ name }) => name).join('+'),
    version: origins.map(({ version }) => version).join('+'),
    origins,
    noMatch: parts.flatMap((part) => part.noMatch.map(mayGrant)),
    rules: parts.flatMap((part) =>
      part.rules.map((rule) => ({ ...rule, grants: granting.has(rule.layer) && namesFinding(rule) })),
    ),
    classes: Object.assign({}, ...parts.map((part) => part.classes)),
    // Of several labels the last counts, so that authority has the last word.
    labels: parts.toReversed().flatMap((part) => part.labels),
    environments: parts.flatMap((part) => part.environments.map(mayGrant)),
    ...settingsOf(voicesOf(parts, granting)),
  };
}

/** Merges what the files say into one policy: rules add up, of two settings the stricter one holds. */
export function assemblePolicy(parts: readonly PolicyPart[]): CompiledPolicy {
  const first = (part: PolicyPart) => Math.min(...part.origins.map(({ layer }) => rank(layer)));
  const policy = undigested([...parts].sort((a, b) => first(a) - first(b)));
  return { ...policy, digest: digestOf(policy) };
}
