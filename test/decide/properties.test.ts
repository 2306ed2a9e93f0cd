import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../src/decide/decide.ts';
import { sumObligations } from '../../src/decide/obligations.ts';
import { preparePolicy } from '../../src/decide/prepare.ts';
import { ACTOR_KINDS } from '../../src/model/actor.ts';
import { DATA_CLASSES } from '../../src/model/data-class.ts';
import type { Decision } from '../../src/model/decision.ts';
import { ENVIRONMENT_CLASSES } from '../../src/model/environment.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { Finding } from '../../src/model/finding.ts';
import { INTENTS } from '../../src/model/intent.ts';
import type { Obligations } from '../../src/model/obligation.ts';
import {
  AUDIT_MODES,
  AUDIT_PACES,
  type CompiledPolicy,
  type CompiledRule,
  type Condition,
  type NoMatch,
  type PolicyLayer,
  UNCLASSIFIED,
} from '../../src/model/policy.ts';
import { severity, VERDICTS } from '../../src/model/verdict.ts';
import { compileBuiltIn } from '../../src/policy/compile.ts';
import { assemblePolicy, type PolicyPart } from '../../src/policy/part.ts';
import { COMPLETE, factsOf, findingOf } from './situation.ts';

const TAGS = ['no-where', 'table', 'raw', 'weaken'] as const;
const FEW_INTENTS = ['data.read', 'data.delete', 'data.delete.bulk', 'schema.drop', 'unknown'] as const;

const finding: fc.Arbitrary<Finding> = fc
  .tuple(fc.constantFrom(...FEW_INTENTS), fc.subarray([...TAGS]))
  .map(([intent, tags]) => findingOf(intent, tags));

const facts: fc.Arbitrary<Facts> = fc
  .record({
    kind: fc.constantFrom(...ACTOR_KINDS),
    environment: fc.constantFrom(...ENVIRONMENT_CLASSES),
    attended: fc.boolean(),
    verified: fc.boolean(),
    synthetic: fc.boolean(),
    ticket: fc.constantFrom('', 'INC-1'),
    scale: fc.constantFrom('small' as const, 'medium' as const, 'bulk' as const, undefined),
    rows: fc.constantFrom({}, { exact: 5 }, { estimate: 700 }, { estimate: 50, atLeast: true }),
    classes: fc.subarray(['phi.ssn', 'cred.key'] as const),
    createdHere: fc.boolean(),
  })
  .map(({ scale, rows, classes, createdHere, ...change }) =>
    factsOf({ ...change, data: { ...(scale === undefined ? {} : { scale }), rows, classes, createdHere } }),
  );

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc
    .subarray([...FEW_INTENTS, 'data.*', 'schema.*', '*'], { minLength: 1 })
    .map((oneOf): Condition => ({ kind: 'words', key: 'intent', oneOf })),
  fc
    .subarray([...ACTOR_KINDS], { minLength: 1 })
    .map((oneOf): Condition => ({ kind: 'words', key: 'actor.kind', oneOf })),
  fc
    .subarray([...ENVIRONMENT_CLASSES], { minLength: 1 })
    .map((oneOf): Condition => ({ kind: 'words', key: 'environment.class', oneOf })),
  fc
    .constantFrom('small', 'medium', 'bulk')
    .map((scale): Condition => ({ kind: 'words', key: 'data.scale', oneOf: [scale] })),
  fc
    .subarray([...TAGS], { minLength: 1 })
    .chain((tags) =>
      fc.constantFrom<Condition>(
        { kind: 'set', key: 'tags', any: tags },
        { kind: 'set', key: 'tags', none: tags },
      ),
    ),
  fc.boolean().map((is): Condition => ({ kind: 'flag', key: 'data.classed', is })),
  fc.boolean().map((is): Condition => ({ kind: 'flag', key: 'workflow.verified', is })),
  fc.integer({ min: 0, max: 1000 }).map((gt): Condition => ({ kind: 'number', key: 'data.rows', gt })),
  fc.integer({ min: 0, max: 1000 }).map((lte): Condition => ({ kind: 'number', key: 'data.rows', lte })),
);

const duties: fc.Arbitrary<Obligations> = fc
  .record({
    mask: fc.subarray(['phi.*', 'pii.*', 'cred.*', 'phi.ssn'] as const),
    maxRows: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
    record: fc.constantFrom('masked' as const, 'none' as const, undefined),
    notify: fc.option(fc.subarray(['a', 'b', 'c']), { nil: undefined }),
    requirePurpose: fc.constantFrom(true as const, undefined),
    typedConfirmation: fc.constantFrom(true as const, undefined),
    quorum: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  })
  .map(({ mask, ...rest }) => {
    const given = Object.entries(rest).filter(([, value]) => value !== undefined);
    return { mask, ...Object.fromEntries(given) };
  });

const verdict = fc.constantFrom(...VERDICTS);

const ruleIn = (layer: PolicyLayer): fc.Arbitrary<CompiledRule> =>
  fc
    .record({
      match: fc.array(condition, { maxLength: 3 }),
      unless: fc.array(condition, { maxLength: 2 }),
      decision: verdict,
      obligations: duties,
    })
    .map((rule) => ({ ...rule, id: 'some', layer, grants: false, controls: [] }));

const noMatchIn = (layer: PolicyLayer): fc.Arbitrary<NoMatch> =>
  fc
    .record({ human: verdict, agent: verdict, ci: verdict }, { requiredKeys: [] })
    .map((verdicts) => ({ layer, grants: false, when: [], verdicts }));

const partIn = (layer: PolicyLayer): fc.Arbitrary<PolicyPart> =>
  fc
    .record({
      rules: fc.array(ruleIn(layer), { maxLength: 6 }),
      noMatch: fc.array(noMatchIn(layer), { maxLength: 2 }),
      settings: fc.record(
        {
          audit: fc.constantFrom(...AUDIT_PACES),
          auditMode: fc.record({ prod: fc.constantFrom(...AUDIT_MODES) }),
          unclassified: fc.record({ agent: fc.record({ dev: fc.constantFrom(...UNCLASSIFIED) }) }),
          prompts: fc.record({ timeoutSeconds: fc.integer({ min: 5, max: 900 }) }),
        },
        { requiredKeys: [] },
      ),
    })
    .map(({ rules, noMatch, settings }) => ({
      origins: [{ layer, name: layer, version: '1', file: `${layer}.yaml`, sha256: '' }],
      rules,
      noMatch,
      classes: {},
      labels: [],
      environments: [],
      ...settings,
    }));

const lowLayer = fc.constantFrom('environment' as const, 'team' as const, 'user' as const).chain(partIn);
const base = fc.oneof(
  partIn('org'),
  fc.tuple(partIn('default'), partIn('org')).map(([a, b]) => assemblePolicy([a, b])),
);

function verdictOf(parts: readonly PolicyPart[], findings: readonly Finding[], situation: Facts): Decision {
  return decide({ findings, facts: situation, parsed: COMPLETE }, preparePolicy(assemblePolicy(parts)));
}

/** The first asks for no less than the second. */
function expectAtLeast({ verdict, obligations: after }: Decision, { obligations: before }: Decision): void {
  expect(after.mask).toEqual(expect.arrayContaining([...before.mask]));
  expect(after.notify ?? []).toEqual(expect.arrayContaining([...(before.notify ?? [])]));
  expect(after.maxRows ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(
    before.maxRows ?? Number.POSITIVE_INFINITY,
  );
  // A block needs nobody's approval.
  if (verdict !== 'block') expect(after.quorum ?? 0).toBeGreaterThanOrEqual(before.quorum ?? 0);
  if (before.typedConfirmation) expect(after.typedConfirmation).toBe(true);
  if (before.requirePurpose) expect(after.requirePurpose).toBe(true);
  if (before.record === 'masked') expect(after.record).toBe('masked');
}

/** No setting of `after` is laxer than in `before`. */
function expectSettingsAtLeast(after: CompiledPolicy, before: CompiledPolicy): void {
  expect(AUDIT_PACES.indexOf(after.audit)).toBeGreaterThanOrEqual(AUDIT_PACES.indexOf(before.audit));
  expect(after.prompts.timeoutSeconds).toBeLessThanOrEqual(before.prompts.timeoutSeconds);
  for (const environment of ENVIRONMENT_CLASSES) {
    const mode = (policy: CompiledPolicy) => AUDIT_MODES.indexOf(policy.auditMode[environment]);
    expect(mode(after)).toBeGreaterThanOrEqual(mode(before));
    for (const kind of ACTOR_KINDS) {
      const care = (policy: CompiledPolicy) => UNCLASSIFIED.indexOf(policy.unclassified[kind][environment]);
      expect(care(after)).toBeGreaterThanOrEqual(care(before));
    }
  }
}

describe('monotone', () => {
  test('one more finding never makes the verdict milder, nor drops a duty', () => {
    fc.assert(
      fc.property(
        base,
        lowLayer,
        fc.array(finding, { minLength: 1, maxLength: 4 }),
        finding,
        facts,
        (a, b, some, more, at) => {
          const before = verdictOf([a, b], some, at);
          for (const findings of [
            [...some, more],
            [more, ...some],
          ]) {
            const after = verdictOf([a, b], findings, at);
            expect(severity(after.verdict)).toBeGreaterThanOrEqual(severity(before.verdict));
            expectAtLeast(after, before);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test('one more layer never loosens anything', () => {
    fc.assert(
      fc.property(
        base,
        fc.array(lowLayer, { maxLength: 2 }),
        lowLayer,
        finding,
        facts,
        (a, others, more, one, at) => {
          const before = assemblePolicy([a, ...others]);
          const after = assemblePolicy([a, ...others, more]);
          const input = { findings: [one], facts: at, parsed: COMPLETE };
          const old = decide(input, preparePolicy(before));
          const now = decide(input, preparePolicy(after));
          expect(severity(now.verdict)).toBeGreaterThanOrEqual(severity(old.verdict));
          expectAtLeast(now, old);
          expectSettingsAtLeast(after, before);
        },
      ),
      { numRuns: 600 },
    );
  });

  test('one more rule at least as strict as the verdict never makes it milder', () => {
    fc.assert(
      fc.property(base, ruleIn('org'), finding, facts, (a, rule, one, at) => {
        const before = verdictOf([a], [one], at);
        fc.pre(severity(rule.decision) >= severity(before.verdict));
        const after = verdictOf([{ ...a, rules: [...a.rules, rule] }], [one], at);
        expect(severity(after.verdict)).toBeGreaterThanOrEqual(severity(before.verdict));
      }),
      { numRuns: 400 },
    );
  });

  test('the order of rules changes neither verdict nor duties', () => {
    fc.assert(
      fc.property(base, finding, facts, (a, one, at) => {
        const forward = verdictOf([a], [one], at);
        const backward = verdictOf([{ ...a, rules: a.rules.toReversed() }], [one], at);
        expect(backward.verdict).toBe(forward.verdict);
        expectAtLeast(backward, forward);
      }),
    );
  });
});

const builtIn = compileBuiltIn();

describe('the default policy', () => {
  const prepared = preparePolicy(builtIn);
  const anyFinding = fc
    .tuple(
      fc.constantFrom(...INTENTS),
      fc.subarray([
        'table',
        'schema',
        'no-where',
        'raw',
        'additive',
        'heavy',
        'temporary',
        'lexer',
        'weaken',
        'server-file',
      ]),
    )
    .map(([intent, tags]) => findingOf(intent, tags));

  test('an agent is never treated better than a person, prompts aside', () => {
    const rank = (decision: Decision) => Math.max(severity(decision.verdict), severity('prompt'));
    fc.assert(
      fc.property(anyFinding, facts, (one, at) => {
        const as = (kind: 'human' | 'agent') => {
          const actor = { ...at.actor, kind };
          return decide(
            { findings: [one], facts: { ...at, actor, workflow: { verified: false } }, parsed: COMPLETE },
            prepared,
          );
        };
        // RT asks a person for an approval and for the typed word; where agents get a plain R that is milder by a word.
        expect(rank(as('agent')) === severity('block') || rank(as('agent')) >= rank(as('human'))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('classed values are masked whatever the verdict', () => {
    fc.assert(
      fc.property(anyFinding, facts, fc.constantFrom(...DATA_CLASSES), (one, at, found) => {
        const data = { ...at.data, classes: [found] };
        const { obligations } = decide(
          { findings: [one], facts: { ...at, data }, parsed: COMPLETE },
          prepared,
        );
        expect(obligations.mask).toContain('cred.*');
        const lifted = at.environment.synthetic && at.environment.class !== 'prod';
        expect(obligations.mask.includes('phi.*')).toBe(!lifted);
        expect(obligations.mask.includes('pii.*')).toBe(!lifted);
      }),
      { numRuns: 1_000 },
    );
  });

  test('not knowing how much is written is never better than knowing', () => {
    fc.assert(
      fc.property(anyFinding, facts, (one, at) => {
        const { scale: _, ...data } = at.data;
        const verdictAt = (known: Facts['data']) =>
          severity(
            decide({ findings: [one], facts: { ...at, data: known }, parsed: COMPLETE }, prepared).verdict,
          );
        for (const scale of ['small', 'medium', 'bulk'] as const) {
          if (!/^data\.(insert|update|delete|truncate)/.test(one.intent)) continue;
          expect(verdictAt(data)).toBeGreaterThanOrEqual(verdictAt({ ...data, scale }));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

const addObligations = (a: Obligations, b: Obligations) => sumObligations([a, b]);

describe('adding obligations', () => {
  test('is commutative, associative and idempotent', () => {
    const normal = (one: Obligations) => ({
      ...one,
      mask: one.mask.toSorted(),
      ...(one.notify === undefined ? {} : { notify: one.notify.toSorted() }),
    });
    fc.assert(
      fc.property(duties, duties, duties, (a, b, c) => {
        expect(normal(addObligations(a, b))).toEqual(normal(addObligations(b, a)));
        expect(normal(addObligations(addObligations(a, b), c))).toEqual(
          normal(addObligations(a, addObligations(b, c))),
        );
        const once = addObligations(a, b);
        expect(normal(addObligations(once, b))).toEqual(normal(once));
      }),
    );
  });
});
