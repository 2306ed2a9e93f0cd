import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ENVIRONMENT_CLASSES, strictestEnvironment } from '../../src/model/environment.ts';
import type { EnvironmentLabel } from '../../src/model/policy.ts';
import { type EnvironmentInput, environmentOf, needsLabel } from '../../src/observe/environment.ts';
import type { RegisteredTarget } from '../../src/observe/target-entry.ts';
import { matchesGlob, type TargetFacts } from '../../src/observe/target-match.ts';
import type { Reach } from '../../src/observe/target-reach.ts';

const facts: TargetFacts = { host: 'db1', port: 5432, database: 'claims', identity: 'pg:777/16384' };
const remote: Reach = { kind: 'remote' };
const postgres: Reach = { kind: 'local', listener: { kind: 'postgres', program: 'postgres' } };
const ssh: Reach = { kind: 'local', listener: { kind: 'forwarder', program: 'ssh' } };
const unseen: Reach = { kind: 'local', listener: { kind: 'unknown' } };
const node: Reach = { kind: 'local', listener: { kind: 'other', program: 'node' } };

function entry(fields: Partial<RegisteredTarget> = {}): RegisteredTarget {
  return {
    identity: 'pg:777/16384',
    label: 'claims-main',
    class: 'prod',
    throwaway: false,
    routes: ['db1:5432'],
    firstSeen: '2026-11-01T00:00:00Z',
    labelled: '2026-11-02T00:00:00Z',
    by: 'nina',
    source: 'person',
    ...fields,
  };
}

function label(fields: Partial<EnvironmentLabel> = {}): EnvironmentLabel {
  return {
    layer: 'org',
    grants: true,
    class: 'dev',
    synthetic: false,
    throwaway: false,
    source: 'guard.yaml',
    ...fields,
  };
}

interface Stage extends Partial<Omit<EnvironmentInput, 'registry' | 'facts'>> {
  readonly facts?: Partial<TargetFacts>;
  readonly entries?: readonly RegisteredTarget[];
}

function on({ facts: said = {}, entries = [], ...rest }: Stage) {
  return environmentOf({
    facts: { ...facts, ...said },
    reach: remote,
    labels: [],
    ...rest,
    registry: { version: 1, targets: entries },
  });
}

describe('a target nobody has named', () => {
  test.each<readonly [string, Stage, string, boolean]>([
    ['far away', {}, 'prod', true],
    ['PostgreSQL of this machine', { reach: postgres }, 'dev', false],
    ['on a machine registered as staging', { reach: postgres, machine: 'staging' }, 'staging', false],
    ['on a machine registered as prod', { reach: postgres, machine: 'prod' }, 'prod', false],
    ['behind ssh', { reach: ssh, facts: { host: 'localhost' } }, 'prod', true],
    ['behind something else', { reach: node, facts: { host: '127.0.0.1' } }, 'prod', true],
    ['behind what can not be seen', { reach: unseen, facts: { host: '::1' } }, 'prod', true],
    ["guard's own", { reach: node, own: true }, 'dev', false],
  ])('%s', (_, stage, expected, asked) => {
    const environment = on(stage);
    expect(environment.class).toBe(expected);
    expect(needsLabel(environment)).toBe(asked);
  });

  test('says why', () => {
    expect(on({}).because).toBe('unknown remote target');
    expect(on({ reach: ssh }).because).toContain('ssh');
  });
});

describe('a target with a label', () => {
  test.each<readonly [string, Stage, string]>([
    ['by the way it was labelled', { entries: [entry({ class: 'staging' })] }, 'staging'],
    ['dev stays dev, far away', { entries: [entry({ class: 'dev' })] }, 'dev'],
    [
      'prod stays prod behind localhost',
      { entries: [entry()], reach: ssh, facts: { host: 'localhost', port: 6543 } },
      'prod',
    ],
    [
      'even when PostgreSQL itself answers',
      { entries: [entry()], reach: postgres, facts: { host: '/tmp' } },
      'prod',
    ],
    [
      'staging does not become dev behind localhost',
      { entries: [entry({ class: 'staging' })], reach: postgres, facts: { host: 'localhost' } },
      'staging',
    ],
    [
      'dev by another way is not known to be that',
      { entries: [entry({ class: 'dev' })], facts: { host: 'db2' } },
      'prod',
    ],
    [
      'another database of a prod server',
      { entries: [entry()], reach: postgres, facts: { identity: 'pg:777/5' } },
      'prod',
    ],
    [
      'another database with a label of its own',
      {
        entries: [entry(), entry({ identity: 'pg:777/5', class: 'dev', label: 'scratch' })],
        facts: { identity: 'pg:777/5' },
      },
      'dev',
    ],
    [
      'another server',
      { entries: [entry({ class: 'prod' })], reach: postgres, facts: { identity: 'pg:888/16384' } },
      'dev',
    ],
  ])('%s', (_, stage, expected) => {
    expect(on(stage).class).toBe(expected);
  });

  test('a certificate is part of the pin', () => {
    const entries = [entry({ class: 'staging', certificate: 'aa' })];
    expect(on({ entries, facts: { certificate: 'aa', host: 'anything' } }).class).toBe('staging');
    expect(on({ entries, facts: { certificate: 'bb' } }).class).toBe('prod');
    expect(on({ entries }).class).toBe('prod');
    expect(on({ entries: [entry({ class: 'staging' })], facts: { certificate: 'bb' } }).class).toBe('prod');
  });

  test('the same certificate raises, also where the server says no identity', () => {
    const entries = [entry({ identity: 'tls:aa/claims', certificate: 'aa' })];
    const { identity: _, ...rest } = facts;
    const found = environmentOf({
      facts: { ...rest, database: 'other', certificate: 'aa' },
      reach: postgres,
      labels: [],
      registry: { version: 1, targets: entries },
    });
    expect(found).toMatchObject({ class: 'prod', because: 'same server as claims-main (prod)' });
  });

  test('a restored copy of prod with a label of its own', () => {
    const entries = [entry(), entry({ class: 'staging', label: 'copy', routes: ['db2:5432'] })];
    expect(on({ entries, facts: { host: 'db2' } })).toMatchObject({ class: 'staging', name: 'copy' });
    expect(on({ entries })).toMatchObject({ class: 'prod', name: 'claims-main' });
    expect(on({ entries, facts: { host: 'db3' } }).class).toBe('prod');
  });
});

describe('files and options', () => {
  test.each<readonly [string, Stage, string]>([
    ['a granting file names a remote target first', { labels: [label({ host: ['db*'] })] }, 'dev'],
    ['a file that may not grant can not', { labels: [label({ host: ['db*'], grants: false })] }, 'prod'],
    [
      'a file raises a local server',
      { reach: postgres, labels: [label({ class: 'staging', database: ['claims'], grants: false })] },
      'staging',
    ],
    ['a file lowers no label', { entries: [entry()], labels: [label({ host: ['*'] })] }, 'prod'],
    [
      'a file raises a label',
      { entries: [entry({ class: 'dev' })], labels: [label({ class: 'prod', host: ['db1'] })] },
      'prod',
    ],
    [
      'a file can not call a forwarded port dev',
      { reach: ssh, facts: { host: 'localhost' }, labels: [label({ host: ['localhost'] })] },
      'prod',
    ],
    [
      'a file can not hide a prod server',
      { entries: [entry()], facts: { host: 'other' }, labels: [label({ host: ['other'] })] },
      'prod',
    ],
    ['all fields must fit', { labels: [label({ host: ['db1'], database: ['other'] })] }, 'prod'],
    ['a service', { facts: { service: 'dev' }, labels: [label({ service: ['dev'] })] }, 'dev'],
    ['a kubernetes context is about something else', { labels: [label({ context: ['*'] })] }, 'prod'],
    [
      'the strictest of several',
      { labels: [label({ host: ['db1'] }), label({ class: 'staging', host: ['db*'] })] },
      'staging',
    ],
    ['--env raises', { reach: postgres, option: 'staging' }, 'staging'],
    ['--env never lowers', { option: 'dev' }, 'prod'],
  ])('%s', (_, stage, expected) => {
    expect(on(stage).class).toBe(expected);
  });

  test('what a file or an option calls prod needs no question', () => {
    expect(needsLabel(on({ labels: [label({ class: 'prod', host: ['db1'] })] }))).toBe(false);
    expect(needsLabel(on({ option: 'prod' }))).toBe(false);
  });
});

describe('synthetic and throw-away', () => {
  const synthetic = label({ class: 'dev', host: ['db1'], synthetic: true, grants: false });
  test('only on a pinned target below prod', () => {
    expect(on({ labels: [synthetic], entries: [entry({ class: 'dev' })] }).synthetic).toBe(true);
    expect(on({ labels: [synthetic], entries: [entry({ class: 'staging' })] }).synthetic).toBe(true);
    expect(on({ labels: [synthetic], entries: [entry()] }).synthetic).toBe(false);
    expect(on({ labels: [synthetic] }).synthetic).toBe(false);
    expect(on({ labels: [synthetic], reach: postgres }).synthetic).toBe(false);
    expect(on({ entries: [entry({ class: 'dev', data: 'synthetic' })] }).synthetic).toBe(true);
  });
  test('throw-away is never prod', () => {
    expect(on({ reach: node, own: true }).throwaway).toBe(true);
    expect(on({ entries: [entry({ class: 'dev', throwaway: true })] }).throwaway).toBe(true);
    expect(on({ entries: [entry({ throwaway: true })] }).throwaway).toBe(false);
    expect(
      on({ reach: postgres, labels: [label({ host: ['db1'], throwaway: true, grants: false })] }).throwaway,
    ).toBe(false);
  });
});

test.each([
  ['db1', 'db1', true],
  ['DB1', 'db1', true],
  ['db1.example.org', '*.example.org', true],
  ['db1', 'db', false],
  ['aXbXc', 'a*b*c', true],
  ['abc', 'a*bc*c', false],
  ['ab', 'ab*b', false],
  ['', '*', true],
])('glob %s against %s: %s', (text, glob, expected) => {
  expect(matchesGlob(text, glob)).toBe(expected);
});

describe('nothing that is said besides a pinned label makes a target less than it is without it', () => {
  const aClass = fc.constantFrom(...ENVIRONMENT_CLASSES);
  const reach = fc.constantFrom(remote, postgres, ssh, unseen, node);
  const anEntry: fc.Arbitrary<RegisteredTarget> = fc
    .record({
      class: aClass,
      identity: fc.constantFrom('pg:777/16384', 'pg:777/5', 'pg:8/1', 'tls:aa/claims'),
      certificate: fc.constantFrom(undefined, 'aa', 'bb'),
      routes: fc.constantFrom<readonly string[]>(['db1:5432'], ['db2:5432'], []),
    })
    .map(({ certificate, ...rest }) => entry(certificate === undefined ? rest : { ...rest, certificate }));
  const strictness = (one: Stage) => ENVIRONMENT_CLASSES.indexOf(on(one).class);

  test('--env, and files that may not grant', () => {
    fc.assert(
      fc.property(fc.array(anEntry, { maxLength: 3 }), reach, aClass, aClass, (some, how, option, raised) => {
        const stage: Stage = { entries: some, reach: how };
        const labels = [label({ class: raised, host: ['*'], grants: false })];
        expect(strictness({ ...stage, option })).toBeGreaterThanOrEqual(strictness(stage));
        expect(strictness({ ...stage, labels })).toBeGreaterThanOrEqual(strictness(stage));
        expect(on({ ...stage, option }).class).toBe(strictestEnvironment(option, on(stage).class));
      }),
    );
  });

  test('a label of something else', () => {
    fc.assert(
      fc.property(anEntry, reach, (one, how) => {
        fc.pre(
          one.identity !== 'pg:777/16384' ||
            one.certificate !== undefined ||
            !one.routes.includes('db1:5432'),
        );
        expect(strictness({ entries: [one], reach: how })).toBeGreaterThanOrEqual(strictness({ reach: how }));
      }),
    );
  });
});
