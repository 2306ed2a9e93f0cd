import { describe, expect, test } from 'vitest';
import { decide, NO_MATCH_RULE, NOTHING_RULE } from '../../src/decide/decide.ts';
import { preparePolicy } from '../../src/decide/prepare.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Parsed } from '../../src/model/parsed.ts';
import { compilePolicy } from '../policy/compile-policy.ts';
import { type Change, COMPLETE, factsOf, findingOf } from './situation.ts';

interface Layer {
  readonly layer: 'org' | 'environment' | 'team' | 'user';
  readonly rules: string;
  readonly head?: string;
}

function policyOf(...layers: readonly Layer[]) {
  const sources = layers.map(({ layer, rules, head = '' }, index) => ({
    file: `${layer}-${index}.yaml`,
    layer,
    text: `apiVersion: guard/v1\nkind: Policy\nmetadata: { name: p${index}, version: "1" }\n${head}\nrules:\n${rules}`,
  }));
  return preparePolicy(compilePolicy(sources));
}

function run(
  policy: ReturnType<typeof policyOf>,
  findings: readonly Finding[],
  change: Change = {},
  parsed: Parsed<unknown> = COMPLETE,
) {
  return decide({ findings, facts: factsOf(change), parsed }, policy);
}

const reads = '  - { id: read, match: { intent: data.read.* }, decision: allow }';
const drop = findingOf('schema.drop', ['table']);
const read = findingOf('data.read');

describe('which rule decides', () => {
  const policy = policyOf(
    {
      layer: 'org',
      rules: `${reads}
  - { id: drop, match: { intent: schema.drop }, decision: prompt, reason: Ask first. }
  - { id: drop.prod, match: { intent: schema.drop, environment.class: prod }, decision: block, fix: Use a migration. }`,
    },
    { layer: 'user', rules: '  - { id: mine, match: { intent: schema.* }, decision: allow }' },
  );

  test('the most restrictive of all that match', () => {
    expect(run(policy, [drop], { environment: 'dev' })).toMatchObject({ verdict: 'prompt', rule: 'drop' });
    const prod = run(policy, [drop], { environment: 'prod' });
    expect(prod).toMatchObject({
      verdict: 'block',
      rule: 'drop.prod',
      matched: ['drop.prod', 'drop', 'mine'],
    });
  });

  test('over all findings the strictest', () => {
    expect(run(policy, [read, drop])).toMatchObject({ verdict: 'prompt', rule: 'drop' });
    expect(run(policy, [drop, read])).toMatchObject({ verdict: 'prompt', rule: 'drop' });
    expect(run(policy, [drop, read]).matched).toEqual(['drop', 'mine', 'read']);
  });

  test('its reason joins the why, its fix takes the place of the instead', () => {
    expect(run(policy, [drop]).message).toEqual({
      effect: 'This does schema.drop.',
      why: 'It matters. Ask first.',
      instead: 'Do less.',
    });
    expect(run(policy, [drop], { environment: 'prod' }).message.instead).toBe('Use a migration.');
  });
});

describe('where no rule matches', () => {
  const policy = policyOf({ layer: 'org', rules: reads });
  test.each([
    ['human', 'prompt'],
    ['agent', 'block'],
    ['ci', 'block'],
  ] as const)('%s: %s', (kind, verdict) => {
    expect(run(policy, [drop], { kind })).toMatchObject({ verdict, rule: NO_MATCH_RULE });
  });

  test('the file says otherwise', () => {
    const head = 'defaults: { noMatch: { human: block, ci: approve } }';
    const strict = policyOf({ layer: 'org', rules: reads, head });
    expect(run(strict, [drop]).verdict).toBe('block');
    expect(run(strict, [drop], { kind: 'ci' }).verdict).toBe('approve');
    expect(run(strict, [drop], { kind: 'agent' }).verdict).toBe('block');
  });

  test('a layer that may not grant can not answer for it', () => {
    const mine = '  - { id: mine, match: { intent: schema.drop }, decision: allow }';
    const layered = policyOf({ layer: 'org', rules: reads }, { layer: 'user', rules: mine });
    expect(run(layered, [drop])).toMatchObject({ verdict: 'prompt', rule: NO_MATCH_RULE, matched: ['mine'] });
    expect(run(layered, [drop], { kind: 'agent' }).verdict).toBe('block');
  });

  test('nor can a milder restriction of such a layer', () => {
    const mine = '  - { id: mine, match: { intent: schema.drop }, decision: prompt }';
    const layered = policyOf({ layer: 'org', rules: reads }, { layer: 'user', rules: mine });
    expect(run(layered, [drop], { kind: 'agent', attended: true }).verdict).toBe('block');
    expect(run(layered, [drop])).toMatchObject({ verdict: 'prompt', rule: 'mine' });
  });

  test('nor can a rule that names no intent', () => {
    const broad = policyOf({
      layer: 'org',
      rules: `${reads}
  - { id: prod, match: { environment.class: prod }, decision: prompt }
  - { id: any, match: { intent: "*" }, decision: prompt }
  - { id: masks, match: { data.classed: true }, decision: allow, obligations: { mask: "*" } }`,
    });
    const change: Change = { kind: 'agent', environment: 'prod', data: { classes: ['phi.ssn'] } };
    expect(run(broad, [drop], change)).toMatchObject({ verdict: 'block', rule: NO_MATCH_RULE });
    expect(run(broad, [read], { ...change, attended: true })).toMatchObject({
      verdict: 'prompt',
      rule: 'prod',
    });
  });

  test('the only layer there is may grant', () => {
    const team = policyOf({ layer: 'team', rules: reads });
    expect(run(team, [read])).toMatchObject({ verdict: 'allow', rule: 'read' });
  });
});

describe('unless', () => {
  const policy = policyOf({
    layer: 'org',
    rules: `  - { id: update, match: { intent: data.update }, decision: allow }
  - id: other-update
    match: { intent: data.update }
    unless: { data.tables: { all: [claims] }, data.columns: { all: [status, notes] }, data.rows: { lte: 500 } }
    decision: approve`,
  });
  const update = findingOf('data.update');
  const good = { tables: ['claims'], columns: ['claims.status'], rows: { exact: 3 } };
  test.each([
    ['all hold', good, 'allow'],
    ['one table more', { ...good, tables: ['claims', 'patients'] }, 'approve'],
    ['one column more', { ...good, columns: ['claims.status', 'claims.amount'] }, 'approve'],
    ['every column', { ...good, columns: ['claims.*'] }, 'approve'],
    ['too many rows', { ...good, rows: { exact: 501 } }, 'approve'],
    ['rows unknown', { ...good, rows: {} }, 'approve'],
    ['nothing known', {}, 'approve'],
  ] as const)('%s: %j', (_, data, verdict) => {
    expect(run(policy, [update], { data }).verdict).toBe(verdict);
  });
});

describe('what is not known', () => {
  const policy = policyOf({
    layer: 'org',
    rules: `  - { id: few, match: { intent: data.update, data.rows: { lte: 500 } }, decision: allow, obligations: { maxRows: 7 } }
  - { id: many, match: { intent: data.delete, data.rows: { gt: 500 } }, decision: block }
  - { id: gone, match: { intent: data.delete }, decision: allow }
  - { id: open, match: { intent: data.insert }, unless: { data.rows: { gt: 5 } }, decision: allow, obligations: { mask: "*" } }`,
  });

  test('does not allow, but its duties hold', () => {
    expect(run(policy, [findingOf('data.update')])).toMatchObject({
      verdict: 'prompt',
      rule: NO_MATCH_RULE,
      obligations: { maxRows: 7 },
    });
    expect(run(policy, [findingOf('data.insert')])).toMatchObject({
      verdict: 'prompt',
      obligations: { mask: ['phi.*', 'pii.*', 'cred.*'] },
    });
  });

  test('restricts', () => {
    expect(run(policy, [findingOf('data.delete')]).verdict).toBe('block');
    expect(run(policy, [findingOf('data.delete')], { data: { rows: { exact: 2 } } }).verdict).toBe('allow');
  });
});

describe('obligations', () => {
  const policy = policyOf(
    {
      layer: 'org',
      rules: `  - { id: a, match: { intent: data.read }, decision: allow, obligations: { mask: [phi.*], maxRows: 500, notify: [privacy] } }
  - { id: b, match: { intent: data.read }, decision: prompt, obligations: { mask: [cred.*, phi.*], maxRows: 200, record: none } }
  - { id: c, match: { intent: data.export }, decision: approve, obligations: { quorum: 2, typedConfirmation: true } }`,
    },
    {
      layer: 'user',
      rules:
        '  - { id: d, match: { intent: data.* }, decision: allow, obligations: { quorum: 1, record: masked, notify: sam } }',
    },
  );

  test('of every matching rule of every finding add up', () => {
    expect(run(policy, [read]).obligations).toEqual({
      mask: ['phi.*', 'cred.*'],
      maxRows: 200,
      notify: ['privacy', 'sam'],
      record: 'masked',
      quorum: 1,
    });
    const both = run(policy, [read, findingOf('data.export')]);
    expect(both).toMatchObject({ verdict: 'approve', obligations: { quorum: 2, typedConfirmation: true } });
    expect(both.obligations).toMatchObject({ maxRows: 200, mask: ['phi.*', 'cred.*'] });
  });

  test('an approval needs at least one other person', () => {
    const plain = policyOf({
      layer: 'org',
      rules: '  - { id: a, match: { intent: data.read }, decision: approve }',
    });
    expect(run(plain, [read]).obligations).toEqual({ mask: [], quorum: 1 });
  });
});

describe('who is asked', () => {
  const policy = policyOf({
    layer: 'org',
    rules: '  - { id: ask, match: { intent: schema.drop }, decision: prompt }',
  });
  test.each([
    ['human', true, 'prompt'],
    ['human', false, 'prompt'],
    ['agent', true, 'prompt'],
    ['agent', false, 'approve'],
    ['ci', true, 'approve'],
    ['ci', false, 'approve'],
  ] as const)('%s, attended %s: %s', (kind, attended, verdict) => {
    const decision = run(policy, [drop], { kind, attended });
    expect(decision.verdict).toBe(verdict);
    expect(decision.obligations.quorum).toBe(verdict === 'approve' ? 1 : undefined);
  });
});

describe('a required purpose', () => {
  const policy = policyOf({
    layer: 'org',
    rules: `${reads}
  - { id: why, match: { environment.class: prod }, decision: allow, obligations: { requirePurpose: true } }`,
  });

  test('blocks while none is stated, and says how to state it', () => {
    const decision = run(policy, [read], { environment: 'prod' });
    expect(decision).toMatchObject({ verdict: 'block', rule: 'read' });
    expect(decision.message.instead).toContain('SET guard.ticket');
    expect(decision.message.instead).toContain('--ticket');
  });

  test.each([
    [{ ticket: 'INC-1' }, 'allow'],
    [{ purpose: 'checking a claim' }, 'allow'],
    [{ ticket: '  ' }, 'block'],
    [{ environment: 'dev' }, 'allow'],
  ] as const)('%j: %s', (change, verdict) => {
    expect(run(policy, [read], { environment: 'prod', ...change }).verdict).toBe(verdict);
  });
});

describe('what was not read', () => {
  const policy = policyOf({
    layer: 'org',
    rules: `${reads}
  - { id: doubt, match: { intent: unknown }, decision: approve }`,
  });
  const partial: Parsed<unknown> = { kind: 'partial', items: ['x'], at: { start: 0, end: 1 }, problem: 'x' };
  const beyond: Parsed<unknown> = { kind: 'beyond-limits', items: [], limit: 'bytes', problem: 'x' };

  test('counts as unknown, whatever else was found', () => {
    for (const parsed of [partial, beyond]) {
      for (const findings of [[], [read]]) {
        expect(run(policy, findings, {}, parsed)).toMatchObject({ verdict: 'approve', rule: 'doubt' });
      }
    }
  });

  test("quotes nothing of the parser's own words", () => {
    const secret: Parsed<unknown> = { ...partial, problem: 'syntax error at or near "hunter2"' };
    expect(JSON.stringify(run(policy, [], {}, secret))).not.toContain('hunter2');
  });

  test('statements nobody found anything in are unknown too', () => {
    expect(run(policy, [])).toMatchObject({ verdict: 'approve', rule: 'doubt' });
  });

  test('an empty text runs nothing', () => {
    const nothing: Parsed<unknown> = { kind: 'complete', items: [] };
    expect(run(policy, [], { kind: 'agent' }, nothing)).toMatchObject({
      verdict: 'allow',
      rule: NOTHING_RULE,
    });
  });
});
