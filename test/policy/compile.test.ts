import { describe, expect, test } from 'vitest';
import type { PolicyLayer } from '../../src/model/policy.ts';
import { compileBuiltIn } from '../../src/policy/compile.ts';
import { compilePolicy } from './compile-policy.ts';
import { compile, HEAD, matching, refusal, rule } from './refused.ts';

describe('a whole policy', () => {
  const text = `apiVersion: guard/v1
kind: Policy
metadata: { name: clinic, version: 2026.11.20, layer: environment, owner: security@clinic.example }
selector: { environment.class: [prod] }
defaults: { noMatch: { human: prompt, agent: block } }
classes: { direct: [phi.name, phi.ssn] }
catalog: { claims.notes: phi.text, "billing.*.note_count": none }
environments:
  - { name: claims-prod, class: prod, host: "*.prod.example", database: [claims, billing] }
unclassified: { agent: mask }
audit: every
auditMode: required
prompts: { timeoutSeconds: 30 }
rules:
  - id: claims-status
    description: Status fields may change.
    match:
      actor.kind: [human, ci]
      intent.class: [data.update]
      data.tables: { all: [claims] }
      data.classes: { none: [direct, "cred.*"] }
      data.rows: { lte: 500 }
      purpose.ticket: ["INC-*", "CHG-*"]
      data.hasWhere: true
    unless: { purpose.breakglass: true, session.tainted: { any: ["phi.*"] } }
    decision: allow
    obligations: { mask: [direct, "cred.*"], maxRows: 10, record: masked, notify: [dba], requirePurpose: true, typedConfirmation: true, quorum: 2 }
    reason: It is only a status.
    fix: Nothing to fix.
    controls: ["hipaa:164.312(b)"]
`;
  const policy = compile(text);

  test('becomes plain JSON', () => {
    expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
    expect(policy.rules).toEqual([
      {
        id: 'claims-status',
        layer: 'environment',
        grants: true,
        description: 'Status fields may change.',
        match: [
          { kind: 'words', key: 'intent', oneOf: ['data.update'] },
          { kind: 'words', key: 'actor.kind', oneOf: ['human', 'ci'] },
          { kind: 'flag', key: 'data.hasWhere', is: true },
          { kind: 'number', key: 'data.rows', lte: 500 },
          { kind: 'words', key: 'purpose.ticket', oneOf: ['INC-*', 'CHG-*'] },
          { kind: 'set', key: 'data.tables', all: ['claims'] },
          { kind: 'set', key: 'data.classes', none: ['phi.name', 'phi.ssn', 'cred.*'] },
          { kind: 'words', key: 'environment.class', oneOf: ['prod'] },
        ],
        unless: [
          { kind: 'flag', key: 'purpose.breakglass', is: true },
          { kind: 'set', key: 'session.tainted', any: ['phi.*'] },
        ],
        decision: 'allow',
        obligations: {
          mask: ['phi.name', 'phi.ssn', 'cred.*'],
          maxRows: 10,
          record: 'masked',
          notify: ['dba'],
          requirePurpose: true,
          typedConfirmation: true,
          quorum: 2,
        },
        reason: 'It is only a status.',
        fix: 'Nothing to fix.',
        controls: ['hipaa:164.312(b)'],
      },
    ]);
  });

  test('keeps what it says beside its rules', () => {
    expect(policy).toMatchObject({
      name: 'clinic',
      version: '2026.11.20',
      noMatch: [
        {
          layer: 'environment',
          grants: true,
          when: [{ kind: 'words', key: 'environment.class', oneOf: ['prod'] }],
          verdicts: { human: 'prompt', agent: 'block' },
        },
      ],
      labels: [
        { pattern: 'claims.notes', class: 'phi.text' },
        { pattern: 'billing.*.note_count', class: 'none' },
      ],
      environments: [
        { name: 'claims-prod', class: 'prod', host: ['*.prod.example'], database: ['claims', 'billing'] },
      ],
      unclassified: { agent: { dev: 'mask', staging: 'mask', prod: 'mask' }, human: { dev: 'scan' } },
      audit: 'every',
      auditMode: { dev: 'required', staging: 'required', prod: 'required' },
      prompts: { timeoutSeconds: 30, transactionSeconds: 60 },
    });
  });
});

describe('the digest', () => {
  test('is the same for the same content, wherever the file lies', () => {
    const text = matching('intent: schema.drop');
    const here = compilePolicy([{ file: 'here.yaml', text }]);
    const there = compilePolicy([{ file: '/there/policy.yaml', text }]);
    expect(there.digest).toBe(here.digest);
    expect(here.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(compile(matching('intent: schema.alter')).digest).not.toBe(here.digest);
  });
});

describe('layers', () => {
  const layered = (text: string, layer: PolicyLayer) => ({ file: `${layer}.yaml`, text, layer });

  test('a place limits the authority that a file may claim', () => {
    const claim = `${HEAD.replace('version: "7"', 'version: "7", layer: org')}rules: []\n`;
    expect(refusal(claim, 'user')).toContain('this place holds user policy');
    expect(compile(claim, 'org').origins[0]?.layer).toBe('org');
    const less = claim.replace('layer: org', 'layer: team');
    expect(compile(less, 'org').origins[0]?.layer).toBe('team');
    expect(compile(`${HEAD}rules: []\n`).origins[0]?.layer).toBe('user');
  });

  test('nobody but guard speaks for the default layer', () => {
    expect(refusal(HEAD.replace('version: "7"', 'version: "7", layer: default'))).toContain(
      '"default" is not known',
    );
  });

  test('extends: default puts the built-in policy in front', () => {
    const extended = compile(`${HEAD}extends: default\nrules: []\n`);
    expect(extended.origins.map(({ name }) => name)).toEqual(['default', 'clinic']);
    expect(extended.rules).toEqual(compileBuiltIn().rules);
  });

  test('are in order of authority, whatever the order of the files', () => {
    const user = layered(rule('{ id: u, match: { intent: data.* }, decision: allow }'), 'user');
    const org = layered(
      rule('{ id: o, match: { intent: data.* }, decision: allow }').replace('clinic', 'house'),
      'org',
    );
    const policy = compilePolicy([user, org]);
    expect(policy.rules.map(({ id, grants }) => [id, grants])).toEqual([
      ['o', true],
      ['u', false],
    ]);
    expect(policy.name).toBe('house+clinic');
  });

  test('an id names one rule in all of them', () => {
    const text = matching('intent: data.*');
    const message = () => compilePolicy([layered(text, 'org'), layered(text, 'user')]);
    expect(message).toThrow(/user\.yaml:5:11: there is another rule with the id "a"/);
    expect(
      refusal(
        `${HEAD}extends: default\nrules:\n  - { id: read, match: { intent: data.* }, decision: block }`,
      ),
    ).toContain('another rule with the id "read"');
  });

  test('only the organisation lifts a protection', () => {
    const org = layered(`${HEAD}rules: []\n`, 'org');
    const saying = (body: string, layer: PolicyLayer) =>
      compilePolicy([org, layered(`${HEAD}${body}\n`.replace('clinic', 'mine'), layer)]);
    expect(() => saying('catalog: { claims.notes: none }', 'user')).toThrow(/lifts a mask/);
    expect(() => saying('catalog: { claims.notes: none }', 'team')).toThrow(/lifts a mask/);
    expect(saying('catalog: { claims.notes: phi.text }', 'user').labels).toHaveLength(1);
    expect(() => saying('environments: [{ class: dev, host: a, throwaway: true }]', 'team')).toThrow(
      /throw-away/,
    );
    expect(() => saying('environments: [{ class: dev, host: a, data: synthetic }]', 'user')).toThrow(
      /synthetic/,
    );
    const [label] = saying('environments: [{ class: dev, host: a, data: synthetic }]', 'team').environments;
    expect(label).toMatchObject({ synthetic: true, grants: false });
  });
});

describe('the built-in policy', () => {
  test('says something about every intent that SQL rules produce', () => {
    const named = new Set(
      compileBuiltIn().rules.flatMap(({ match }) =>
        match.flatMap((condition) =>
          condition.kind === 'words' && condition.key === 'intent' ? condition.oneOf : [],
        ),
      ),
    );
    for (const intent of [
      'data.insert',
      'schema.drop',
      'iam.grant',
      'exec.dynamic',
      'session.control',
      'unknown',
    ]) {
      expect(named).toContain(intent);
    }
  });

  test('can not extend itself', () => {
    const text = `${HEAD}extends: default\n`;
    expect(() => compileBuiltIn(text)).toThrow(/can not extend itself/);
  });
});
