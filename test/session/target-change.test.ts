import { describe, expect, test } from 'vitest';
import type { ActorKind } from '../../src/model/actor.ts';
import type { EnvironmentClass } from '../../src/model/environment.ts';
import type { RegisteredTarget } from '../../src/observe/target-entry.ts';
import { relabelTarget } from '../../src/session/target-change.ts';

function entry(identity: string, label: string, level: EnvironmentClass): RegisteredTarget {
  return {
    identity,
    certificate: 'ab',
    label,
    class: level,
    throwaway: level === 'dev',
    routes: ['db1:5432'],
    firstSeen: '2026-01-01',
    labelled: '2026-01-01',
    by: 'ben',
    source: 'person',
  };
}

const REGISTRY = {
  version: 1,
  targets: [
    entry('pg:1/1', 'claims', 'prod'),
    entry('pg:1/2', 'twin', 'dev'),
    entry('pg:1/3', 'twin', 'dev'),
  ],
} as const;

function relabel(target: string, level: EnvironmentClass, who: ActorKind = 'human', label?: string) {
  const actor = { kind: who, id: 'ada', uid: 1, groups: [], mfa: false, evidence: [] };
  const named = label === undefined ? {} : { label };
  return relabelTarget(REGISTRY, { target, class: level, actor, time: '2026-11-20', ...named });
}

describe('a known target gets another class', () => {
  test.each([
    ['claims', 'dev', true],
    ['claims', 'staging', true],
    ['claims', 'prod', false],
    ['pg:1/2', 'prod', false],
  ] as const)('%s → %s', (target, level, loosened) => {
    expect(relabel(target, level)).toMatchObject({
      kind: 'changed',
      loosened,
      entry: { class: level, by: 'ada' },
    });
  });

  test('how it is known stays, the others stay', () => {
    const outcome = relabel('pg:1/2', 'prod', 'human', 'billing');
    expect(outcome).toMatchObject({
      entry: {
        identity: 'pg:1/2',
        certificate: 'ab',
        routes: ['db1:5432'],
        label: 'billing',
        throwaway: false,
      },
      registry: { targets: [REGISTRY.targets[0], { label: 'billing' }, REGISTRY.targets[2]] },
    });
  });

  test.each([
    ['nobody', 'prod', 'human', undefined, /no target is known/],
    ['twin', 'prod', 'human', undefined, /several targets/],
    ['claims', 'prod', 'agent', undefined, /an agent/],
    ['claims', 'prod', 'ci', undefined, /a CI job/],
    ['claims', 'prod', 'human', '\u001b[31m', /no name/],
  ] as const)('%s as %s by %s is refused', (target, level, who, label, why) => {
    expect(relabel(target, level, who, label)).toMatchObject({
      kind: 'refused',
      why: expect.stringMatching(why),
    });
  });
});
