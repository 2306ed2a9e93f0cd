import { describe, expect, test } from 'vitest';
import { GuardError } from '../../src/model/errors.ts';
import type { PolicyLayer } from '../../src/model/policy.ts';
import { compileBuiltIn, compilePolicy } from '../../src/policy/compile.ts';

const HEAD = 'apiVersion: guard/v1\nkind: Policy\nmetadata: { name: clinic, version: "7" }\n';

function compile(text: string, layer?: PolicyLayer) {
  return compilePolicy([{ file: 'policy.yaml', text, ...(layer === undefined ? {} : { layer }) }]);
}

/** The message of the error that compiling must end with. */
function refusal(text: string, layer?: PolicyLayer): string {
  try {
    compile(text, layer);
  } catch (error) {
    expect(error).toBeInstanceOf(GuardError);
    if (error instanceof GuardError) {
      expect(error.code).toBe('POLICY_INVALID');
      return error.message;
    }
  }
  throw new Error('compiled without an error');
}

const rule = (body: string) => `${HEAD}rules:\n  - ${body}\n`;
const matching = (body: string) => rule(`{ id: a, match: { ${body} }, decision: block }`);

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

describe('an error says where, what and what was meant', () => {
  test('with the line and a caret', () => {
    expect(
      refusal(`${HEAD}rules:\n  - id: a\n    match: { actor.kind: [agnet] }\n    decision: block\n`),
    ).toBe(
      [
        'policy.yaml:6:27: "agnet" is not known here: expected human, agent, ci (did you mean "agent"?)',
        '      match: { actor.kind: [agnet] }',
        '                            ^',
      ].join('\n'),
    );
  });

  test('for every problem of every file', () => {
    const sources = [
      { file: 'one.yaml', text: `${HEAD}rules:\n  - { id: a, match: {}, decision: blok }\nfoo: 1\n` },
      { file: 'two.yaml', text: `${HEAD}rules:\n  - { id: a, decision: block }\n` },
    ];
    let message = '';
    try {
      compilePolicy(sources);
    } catch (error) {
      message = error instanceof Error ? error.message : '';
    }
    expect(message).toContain('one.yaml:5:35: "blok" is not known here');
    expect(message).toContain('(did you mean "block"?)');
    expect(message).toContain('one.yaml:6:1: unknown key "foo"');
    expect(message).toContain('two.yaml:5:5: missing key "match"');
  });

  test.each([
    [
      'unknown intent',
      matching('intent: [data.delet]'),
      /5:32: "data\.delet" is no intent \(did you mean "data\.delete"\?\)/,
    ],
    [
      'unknown prefix',
      matching('intent: schemas.*'),
      /"schemas\.\*" is no intent \(did you mean "schema\.\*"/,
    ],
    ['a prefix is no intent', matching('intent: data'), /"data" is no intent/],
    [
      'unknown class',
      matching('data.classes: { any: [phi.sns] }'),
      /5:45: "phi\.sns" is no data class \(did you mean "phi\.ssn"\?\)/,
    ],
    ['unknown taint', matching('session.tainted: { any: [phi.x] }'), /"phi\.x" is no data class/],
    [
      'unknown environment',
      matching('environment.class: production'),
      /5:42: "production" is not known here: expected dev, staging, prod/,
    ],
    [
      'unknown key',
      matching('actor.kinds: agent'),
      /5:23: unknown key "actor\.kinds" \(did you mean "actor\.kind"\?\)/,
    ],
    ['CEL', rule('{ id: a, match: {}, when: "true", decision: block }'), /5:25: unknown key "when"/],
    ['a list for a set', matching('data.tables: [claims]'), /5:36: expected a map with any, all or none/],
    ['an empty set', matching('data.tables: {}'), /expected a map with any, all or none/],
    ['a number for a bound', matching('data.rows: 5'), /expected a map with lt, lte, gt or gte/],
    ['a text for a bound', matching('data.rows: { lt: many }'), /expected number, found a string/],
    ['yes is no boolean', matching('actor.mfa: yes'), /5:34: expected boolean, found a string/],
    ['a wrong ticket', matching('purpose.ticket: 5'), /expected true, false or a list of patterns/],
    [
      'a wrong mask',
      rule('{ id: a, match: {}, decision: block, obligations: { mask: [phi.all] } }'),
      /"phi\.all" is no data class/,
    ],
    [
      'a quorum of none',
      rule('{ id: a, match: {}, decision: block, obligations: { quorum: 0 } }'),
      /5:65: Too small/,
    ],
    [
      'allow without match',
      rule('{ id: a, match: {}, decision: allow }'),
      /5:21: a rule that allows must say what/,
    ],
    ['an empty unless', rule('{ id: a, match: {}, unless: {}, decision: block }'), /unless is empty/],
    ['a bad id', rule('{ id: "a b", match: {}, decision: block }'), /expected letters, digits/],
    ['a number as version', HEAD.replace('"7"', '7'), /3:36: expected a text; put the version in quotes/],
    [
      'another kind',
      HEAD.replace('kind: Policy', 'kind: Polcy'),
      /"Polcy" is not known here: expected Policy/,
    ],
    [
      'a selector by intent',
      `${HEAD}selector: { intent: data.read }\n`,
      /4:21: "intent" differs from command to command/,
    ],
    ['a label without a dot', `${HEAD}catalog: { notes: phi.text }\n`, /"notes" is no column/],
    [
      'a label of no class',
      `${HEAD}catalog: { a.notes: phi.txt }\n`,
      /"phi\.txt" is no data class, nor none \(did you mean "phi\.text"/,
    ],
    ['an environment of nothing', `${HEAD}environments: [{ class: dev }]\n`, /expected at least one of host/],
    ['a group in a group', `${HEAD}classes: { a: [phi.ssn], b: [a] }\n`, /"a" is no data class/],
    ['a group name', `${HEAD}classes: { "A B": [phi.ssn] }\n`, /expected a name of small letters/],
    ['a repeated key', `${HEAD}rules: []\nrules: []\n`, /5:1: this key stands here twice/],
    [
      'a repeated key deep down',
      matching('actor.mfa: true, actor.mfa: false'),
      /5:40: this key stands here twice/,
    ],
    ['a tag', `${HEAD}rules: !!js/function x\n`, /4:8: Unresolved tag/],
    ['two documents', `${HEAD}---\n${HEAD}`, /4:1: a second document begins here/],
    ['a merge key', `${HEAD}classes:\n  <<: { a: [phi.ssn] }\n`, /expected array, found a map/],
    ['broken YAML', `${HEAD}rules: [\n`, /policy\.yaml:\d+:\d+: /],
    ['nothing', '', /policy\.yaml:1:1: expected object, found nothing/],
    ['a list', '- a\n', /expected object, found a list/],
  ])('%s', (_, text, message) => {
    expect(refusal(text)).toMatch(message);
  });

  test('and moves no cursor', () => {
    const text = `${HEAD}"\\e[2J": 1 # \u001b[31m \u202e\n`;
    expect(refusal(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  test('a long line is cut around the caret', () => {
    const message = refusal(`${HEAD}rules: [${' '.repeat(5_000)}{ id: a, match: {}, decision: blok }]\n`);
    expect(message).toContain('decision: blok');
    expect(Math.max(...message.split('\n').map((line) => line.length))).toBeLessThan(120);
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
