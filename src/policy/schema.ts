import { z } from 'zod';
import { ACTOR_KINDS } from '../model/actor.ts';
import { ENVIRONMENT_CLASSES } from '../model/environment.ts';
import { MASK_STYLES } from '../model/mask-style.ts';
import { AUDIT_MODES, AUDIT_PACES, POLICY_LAYERS, UNCLASSIFIED } from '../model/policy.ts';
import { VERDICTS } from '../model/verdict.ts';

// Without this zod compiles validators with `new Function`.
z.config({ jitless: true });

const MAX_GLOB = 200;
const MAX_LIST = 500;
const MAX_SENTENCE = 2_000;
const MAX_RULES = 2_000;
const MAX_LABELS = 20_000;
const MAX_QUORUM = 10;

const glob = z.string().min(1).max(MAX_GLOB);
const sentence = z.string().min(1).max(MAX_SENTENCE);
const flag = z.boolean();

/** `agent` is short for `[agent]`. */
const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(item).min(1).max(MAX_LIST));

const globs = listOf(glob);

const SET_SHAPE = 'expected a map with any, all or none, each a list';
const sets = z
  .strictObject(
    { any: globs.optional(), all: globs.optional(), none: globs.optional() },
    { error: (issue) => (issue.code === 'invalid_type' ? SET_SHAPE : undefined) },
  )
  .refine((value) => Object.keys(value).length > 0, SET_SHAPE);

const bound = z.number().nonnegative();
const NUMBER_SHAPE = 'expected a map with lt, lte, gt or gte';
const numbers = z
  .strictObject(
    { lt: bound.optional(), lte: bound.optional(), gt: bound.optional(), gte: bound.optional() },
    { error: (issue) => (issue.code === 'invalid_type' ? NUMBER_SHAPE : undefined) },
  )
  .refine((value) => Object.keys(value).length > 0, NUMBER_SHAPE);

const ticket = z.union([flag, globs], { error: 'expected true, false or a list of patterns' });

const matchShape = {
  'actor.kind': listOf(z.enum(ACTOR_KINDS)),
  'actor.id': globs,
  'actor.groups': sets,
  'actor.mfa': flag,
  intent: globs,
  'intent.class': globs,
  tags: sets,
  rule: globs,
  'environment.class': listOf(z.enum(ENVIRONMENT_CLASSES)),
  'environment.name': globs,
  'environment.synthetic': flag,
  'environment.throwaway': flag,
  'data.tables': sets,
  'data.columns': sets,
  'data.writes': sets,
  'data.classes': sets,
  'data.rows': numbers,
  'data.scale': listOf(z.enum(['small', 'medium', 'bulk'])),
  'data.hasWhere': flag,
  'data.createdHere': flag,
  'data.classed': flag,
  'workflow.verified': flag,
  'purpose.ticket': ticket,
  'purpose.breakglass': flag,
  'session.transaction': listOf(z.enum(['idle', 'open', 'failed'])),
  'session.attended': flag,
  'session.tainted': sets,
  'session.probes': numbers,
  'target.kind': listOf(z.enum(['postgres', 'shell', 'kubernetes', 'files'])),
};

const match = z.strictObject(matchShape).partial();
export type MatchMap = z.infer<typeof match>;

const obligations = z.strictObject({
  mask: listOf(glob).optional(),
  maxRows: z.int().positive().optional(),
  record: z.enum(['masked', 'none']).optional(),
  notify: listOf(glob).optional(),
  requirePurpose: flag.optional(),
  typedConfirmation: flag.optional(),
  quorum: z.int().min(1).max(MAX_QUORUM).optional(),
});
export type ObligationMap = z.infer<typeof obligations>;

const RULE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const verdict = z.enum(VERDICTS);

const rule = z.strictObject({
  id: z.string().regex(RULE_ID, 'expected letters, digits, dots, dashes and underscores, at most 100'),
  description: sentence.optional(),
  match,
  unless: match.optional(),
  decision: verdict,
  obligations: obligations.optional(),
  reason: sentence.optional(),
  fix: sentence.optional(),
  controls: listOf(glob).optional(),
});
export type RuleMap = z.infer<typeof rule>;

/** One word for every environment class, or a map by class. */
const byEnvironment = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? { dev: value, staging: value, prod: value } : value),
    z.strictObject({ dev: item, staging: item, prod: item }).partial(),
  );

const unclassified = z.preprocess(
  (value) => (typeof value === 'string' ? { human: value, agent: value, ci: value } : value),
  z
    .strictObject({
      human: byEnvironment(z.enum(UNCLASSIFIED)),
      agent: byEnvironment(z.enum(UNCLASSIFIED)),
      ci: byEnvironment(z.enum(UNCLASSIFIED)),
    })
    .partial(),
);

const environment = z.strictObject({
  name: glob.optional(),
  class: z.enum(ENVIRONMENT_CLASSES),
  host: globs.optional(),
  database: globs.optional(),
  service: globs.optional(),
  context: globs.optional(),
  data: z.literal('synthetic').optional(),
  throwaway: flag.optional(),
});
export type EnvironmentMap = z.infer<typeof environment>;

/** The keys that a policy and a settings file share. */
export const sharedShape = {
  catalog: z
    .record(z.string().max(MAX_GLOB), z.string())
    .refine((value) => Object.keys(value).length <= MAX_LABELS, `more than ${MAX_LABELS} labels`)
    .optional(),
  environments: z.array(environment).max(MAX_LIST).optional(),
  masks: z.record(z.string().max(MAX_GLOB), z.enum(MASK_STYLES)).optional(),
  unclassified: unclassified.optional(),
  audit: z.enum(AUDIT_PACES).optional(),
  auditMode: byEnvironment(z.enum(AUDIT_MODES)).optional(),
};

const seconds = z.int().min(5).max(3_600);

export const policySchema = z.strictObject({
  apiVersion: z.literal('guard/v1'),
  kind: z.literal('Policy'),
  metadata: z.strictObject({
    name: z.string().regex(RULE_ID, 'expected a name of letters, digits, dots and dashes'),
    version: z.string({ error: 'expected a text; put the version in quotes' }).min(1).max(MAX_GLOB),
    layer: z.enum(POLICY_LAYERS).exclude(['default']).optional(),
    owner: glob.optional(),
    description: sentence.optional(),
  }),
  extends: z.literal('default').optional(),
  selector: match.optional(),
  defaults: z
    .strictObject({
      noMatch: z.strictObject({ human: verdict, agent: verdict, ci: verdict }).partial().optional(),
    })
    .optional(),
  classes: z.record(z.string().max(MAX_GLOB), globs).optional(),
  rules: z.array(rule).max(MAX_RULES).optional(),
  prompts: z
    .strictObject({
      timeoutSeconds: seconds,
      transactionSeconds: seconds,
      shapeMinutes: z.int().min(0).max(60),
      shapeUses: z.int().min(0).max(1_000),
      atCommit: flag,
    })
    .partial()
    .optional(),
  ...sharedShape,
});
export type PolicyMap = z.infer<typeof policySchema>;

/** Every key of the format, for "did you mean". */
export const KNOWN_KEYS: readonly string[] = [
  ...Object.keys(policySchema.shape),
  ...Object.keys(policySchema.shape.metadata.shape),
  ...Object.keys(rule.shape),
  ...Object.keys(matchShape),
  ...Object.keys(obligations.shape),
  ...Object.keys(environment.shape),
  ...[
    'noMatch',
    'human',
    'agent',
    'ci',
    'dev',
    'staging',
    'prod',
    'any',
    'all',
    'none',
    'lt',
    'lte',
    'gt',
    'gte',
  ],
  ...['timeoutSeconds', 'transactionSeconds', 'shapeMinutes', 'shapeUses', 'atCommit'],
];
