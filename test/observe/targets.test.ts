import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Actor, ActorKind } from '../../src/model/actor.ts';
import { GuardError } from '../../src/model/errors.ts';
import { environmentOf } from '../../src/observe/environment.ts';
import { EMPTY_REGISTRY, parseRegistry, type TargetRegistry } from '../../src/observe/target-entry.ts';
import type { TargetFacts } from '../../src/observe/target-match.ts';
import {
  forgetTarget,
  type LabelRequest,
  labelTarget,
  listTargets,
  type TargetOutcome,
  TargetStore,
} from '../../src/observe/targets.ts';

const facts: TargetFacts = { host: 'DB1', port: 5432, database: 'claims', identity: 'pg:777/16384' };

function actor(kind: ActorKind): Actor {
  return { kind, id: `${kind}-1`, uid: 1000, groups: [], mfa: false, evidence: [] };
}

function request(fields: Partial<LabelRequest> = {}): LabelRequest {
  return {
    facts,
    class: 'staging',
    label: 'claims-staging',
    actor: actor('human'),
    until: 'prod',
    time: '2026-11-20T10:00:00Z',
    ...fields,
  };
}

function registryOf(outcome: TargetOutcome): TargetRegistry {
  if (outcome.kind === 'refused') throw new Error(outcome.why);
  return outcome.registry;
}

describe('labelTarget', () => {
  test('pins identity, route and who said so', () => {
    const outcome = labelTarget(EMPTY_REGISTRY, request());
    expect(outcome).toMatchObject({
      kind: 'changed',
      loosened: true,
      entry: {
        identity: 'pg:777/16384',
        label: 'claims-staging',
        class: 'staging',
        routes: ['db1:5432'],
        by: 'human-1',
        source: 'person',
        firstSeen: '2026-11-20T10:00:00Z',
      },
    });
  });

  test.each(['agent', 'ci'] as const)('%s can not say what a target is', (kind) => {
    for (const to of ['dev', 'staging', 'prod'] as const)
      expect(labelTarget(EMPTY_REGISTRY, request({ actor: actor(kind), class: to })).kind).toBe('refused');
  });

  test('nothing to pin', () => {
    const { identity: _, ...anonymous } = facts;
    expect(labelTarget(EMPTY_REGISTRY, request({ facts: anonymous })).kind).toBe('refused');
    const byCertificate = labelTarget(
      EMPTY_REGISTRY,
      request({ facts: { ...anonymous, certificate: 'aa' } }),
    );
    expect(byCertificate).toMatchObject({ entry: { identity: 'tls:aa/claims', certificate: 'aa' } });
  });

  test.each(['', ' x', 'a\nb', 'x'.repeat(81), 'a\u001b[2J'])('%j is no name', (label) => {
    expect(labelTarget(EMPTY_REGISTRY, request({ label })).kind).toBe('refused');
  });

  test('a second label takes the place of the first for this way, and only for it', () => {
    const both: TargetFacts = { ...facts, host: 'db2' };
    const first = registryOf(labelTarget(EMPTY_REGISTRY, request({ class: 'prod', label: 'main' })));
    const second = registryOf(labelTarget(first, request({ facts: both, class: 'dev', label: 'copy' })));
    expect(listTargets(second).map((entry) => entry.label)).toEqual(['main', 'copy']);
    const outcome = labelTarget(second, request({ class: 'staging', label: 'main' }));
    expect(outcome).toMatchObject({ loosened: true });
    const classes = listTargets(registryOf(outcome)).map((entry) => `${entry.label} ${entry.class}`);
    expect(classes).toEqual(['main staging', 'copy dev']);
  });

  test('what was labelled is what the environment says', () => {
    const registry = registryOf(labelTarget(EMPTY_REGISTRY, request()));
    const environment = environmentOf({ facts, reach: { kind: 'remote' }, registry, labels: [] });
    expect(environment).toMatchObject({ class: 'staging', name: 'claims-staging' });
    expect(environment.because).toBe('claims-staging, labelled by human-1 on 2026-11-20');
  });

  test('raising is not loosening, and prod is never throw-away', () => {
    const outcome = labelTarget(EMPTY_REGISTRY, request({ class: 'prod', throwaway: true, until: 'dev' }));
    expect(outcome).toMatchObject({ loosened: false, entry: { throwaway: false } });
  });
});

describe('forgetTarget', () => {
  const registry = registryOf(labelTarget(EMPTY_REGISTRY, request({ class: 'prod' })));

  test.each(['agent', 'ci'] as const)('%s can not', (kind) => {
    expect(forgetTarget(registry, 'claims-staging', actor(kind)).kind).toBe('refused');
  });

  test('by name and by identity', () => {
    for (const name of ['claims-staging', 'pg:777/16384'])
      expect(forgetTarget(registry, name, actor('human'))).toMatchObject({
        kind: 'changed',
        loosened: true,
        registry: { targets: [] },
      });
    expect(forgetTarget(registry, 'other', actor('human')).kind).toBe('refused');
  });

  test('an ambiguous name', () => {
    const two = registryOf(labelTarget(registry, request({ facts: { ...facts, identity: 'pg:1/1' } })));
    expect(forgetTarget(two, 'claims-staging', actor('human')).kind).toBe('refused');
  });
});

describe('TargetStore', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'targets-'));
    path = join(folder, 'targets.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('keeps what was changed, and nothing of a refusal', () => {
    const store = new TargetStore(path);
    expect(store.read()).toEqual(EMPTY_REGISTRY);
    store.change((registry) => labelTarget(registry, request()));
    store.change((registry) => forgetTarget(registry, 'claims-staging', actor('agent')));
    expect(new TargetStore(path).read().targets).toHaveLength(1);
  });

  test('a damaged list is an error, never an empty list', () => {
    for (const text of ['', '{', '[]', '{"version":1}', '{"version":1,"targets":[{"class":"dev"}]}']) {
      writeFileSync(path, text, { mode: 0o600 });
      expect(() => new TargetStore(path).read(), text).toThrow(GuardError);
    }
  });

  test('a list that others can change is refused', () => {
    new TargetStore(path).change((registry) => labelTarget(registry, request()));
    chmodSync(path, 0o666);
    expect(() => new TargetStore(path).read()).toThrow(GuardError);
  });
});

test('a list of a later guard is not guessed at', () => {
  expect(() => parseRegistry('{"version":2,"targets":[]}', 'x')).toThrow(
    expect.objectContaining({ code: 'STATE_TOO_NEW' }),
  );
});
