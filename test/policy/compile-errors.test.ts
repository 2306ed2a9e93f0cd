import { describe, expect, test } from 'vitest';
import { compilePolicy } from './compile-policy.ts';
import { HEAD, matching, refusal, rule } from './refused.ts';

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
